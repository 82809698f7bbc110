"""PRISMA L2: two detectors, their bands from red to blue, some of them never measured.

L2D lies on the map; L2B and L2C have the same layout but do not. The corners are those of pixel
centres, 30 m apart.
"""

from hsunmix.formats.hdf5.product import Part, Product
from hsunmix.formats.hdf5.terms import between, corners

_PARTS = tuple(
    Part(
        cube=(f"HDFEOS/SWATHS/PRS_L2?_HCO/Data Fields/{name.upper()}_Cube",),
        axes="ybx",
        wavelengths=f"/@List_Cw_{name}",
        fwhm=f"/@List_Fwhm_{name}",
        scale=between(f"/@L2Scale{name}Min", f"/@L2Scale{name}Max", 65535),
    )
    for name in ("Vnir", "Swir")
)

PRODUCT = Product(
    "PRISMA L2",
    _PARTS,
    nodata=0.0,
    place=corners(
        (
            "/@Product_ULcorner_easting",
            "/@Product_ULcorner_northing",
            "/@Product_LRcorner_easting",
            "/@Product_LRcorner_northing",
        ),
        "/@Epsg_Code",
        30.0,
    ),
    family=("HDFEOS/SWATHS/PRS_*",),
)
