"""Tanager's surface reflectance and radiance: on the map (GRIDS), or as the sensor saw it (SWATHS)."""

from hsunmix.formats.hdf5.product import Part, Product
from hsunmix.formats.hdf5.terms import eos_grid

_NAMES = ("surface_reflectance", "toa_radiance")

PRODUCT = Product(
    "Tanager",
    (
        Part(
            cube=tuple(f"HDFEOS/{kind}/HYP/Data Fields/{n}" for kind in ("GRIDS", "SWATHS") for n in _NAMES),
            axes="byx",
            wavelengths="@wavelengths",
            fwhm="@fwhm",
            good="@good_wavelengths",
        ),
    ),
    family=("HDFEOS/*/HYP/*",),
    place=eos_grid("HDFEOS INFORMATION/StructMetadata.0", "HDFEOS/GRIDS/HYP@epsg_code"),
)
