"""AVIRIS-3 and AVIRIS-5: reflectance on the map, radiance as the sensor saw it."""

from hsunmix.formats.hdf5.product import Part, Product
from hsunmix.formats.hdf5.terms import gdal_transform

PRODUCT = Product(
    "AVIRIS-3",
    (
        Part(
            cube=("reflectance/reflectance", "radiance/radiance"),
            axes="byx",
            wavelengths="./wavelength",
            fwhm="./fwhm",
        ),
    ),
    place=gdal_transform("transverse_mercator@GeoTransform", "transverse_mercator@spatial_ref"),
    table=("geolocation_lookup_table/line", "geolocation_lookup_table/sample"),
)
