"""HYPSO: reflectance or radiance at the top of the atmosphere, as the sensor saw it."""

from hsunmix.formats.hdf5.product import Part, Product

PRODUCT = Product(
    "HYPSO",
    (
        Part(
            cube=("products/rhot", "products/Lt"),
            axes="yxb",
            wavelengths="@wavelengths",
            fwhm="@fwhm",
        ),
    ),
)
