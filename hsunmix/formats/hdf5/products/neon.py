"""NEON's airborne surface reflectance."""

from hsunmix.formats.hdf5.product import Part, Product
from hsunmix.formats.hdf5.terms import divided_by, map_info

_PLACE = "./Metadata/Coordinate_System"

PRODUCT = Product(
    "NEON surface reflectance",
    (
        Part(
            cube=("*/Reflectance/Reflectance_Data", "Reflectance/Reflectance_Data"),
            axes="yxb",
            wavelengths="./Metadata/Spectral_Data/Wavelength",
            fwhm="./Metadata/Spectral_Data/FWHM",
            scale=divided_by("@Scale_Factor"),
        ),
    ),
    nodata="@Data_Ignore_Value",
    place=map_info(f"{_PLACE}/Map_Info", f"{_PLACE}/EPSG Code"),
    windows=(".@Band_Window_1_Nanometers", ".@Band_Window_2_Nanometers"),
    family=("*/Reflectance/*Reflectance*", "*/Radiance/*Radiance*"),
)
