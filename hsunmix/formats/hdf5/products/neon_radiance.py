"""NEON's airborne radiance at the sensor: whole numbers, and what comes behind the point apart from them."""

from hsunmix.formats.hdf5.product import Part, Product
from hsunmix.formats.hdf5.terms import map_info, unscaled

_PLACE = "./Metadata/Coordinate_System"

PRODUCT = Product(
    "NEON radiance",
    (
        Part(
            cube=("*/Radiance/RadianceIntegerPart", "Radiance/RadianceIntegerPart"),
            axes="yxb",
            wavelengths="./Metadata/Spectral_Data/Wavelength",
            fwhm="./Metadata/Spectral_Data/FWHM",
            scale=unscaled,
            decimals="./RadianceDecimalPart",
            divisor="./RadianceDecimalPart@Scale_Factor",
        ),
    ),
    nodata="@Data_Ignore_Value",
    place=map_info(f"{_PLACE}/Map_Info", f"{_PLACE}/EPSG Code"),
)
