"""EMIT's surface reflectance (L2A) and radiance (L1B), as the sensor saw them."""

from hsunmix.formats.hdf5.product import Part, Product
from hsunmix.formats.hdf5.terms import gdal_transform

PRODUCT = Product(
    "EMIT",
    (
        Part(
            cube=("reflectance", "radiance", "reflectance_uncertainty"),
            axes="yxb",
            wavelengths="sensor_band_parameters/wavelengths",
            fwhm="sensor_band_parameters/fwhm",
            good="sensor_band_parameters/good_wavelengths",
        ),
    ),
    place=gdal_transform("/@geotransform", "/@spatial_ref"),
    table=("location/glt_y", "location/glt_x"),
    family=("location/glt_x", "sensor_band_parameters/mask_bands"),
)
