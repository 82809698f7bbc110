"""PRISMA L1, radiance at the sensor, with its two detectors registered (HCO); bands as in L2."""

from hsunmix.formats.hdf5.product import Part, Product
from hsunmix.formats.hdf5.terms import divided_by

__all__ = ["PRODUCT", "parts"]


def parts(swath: str) -> tuple[Part, ...]:
    """Return both detectors of a swath."""
    return tuple(
        Part(
            cube=(f"HDFEOS/SWATHS/{swath}/Data Fields/{name.upper()}_Cube",),
            axes="ybx",
            wavelengths=f"/@List_Cw_{name}",
            fwhm=f"/@List_Fwhm_{name}",
            scale=divided_by(f"/@ScaleFactor_{name}", less=f"/@Offset_{name}"),
        )
        for name in ("Vnir", "Swir")
    )


PRODUCT = Product("PRISMA L1", parts("PRS_L1_HCO"), nodata="", overlaps=True)
