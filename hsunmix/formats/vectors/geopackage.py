"""GeoPackage: layers of features in a database, as QGIS writes them."""

from __future__ import annotations

from pathlib import Path

from hsunmix.formats.vectors._gdal import PACKAGES, vectors_of

TITLE = "GeoPackage"
SUFFIXES = (".gpkg",)
DECODED_BY = PACKAGES
EXTRA = "vector"

MAGIC = b"SQLite format 3\0"
MARKS = b"GPKG", b"GP10", b"GP11"  # of the application, at byte 68

open_vectors = vectors_of


def sniff(path: Path, head: bytes) -> bool:
    """Whether it is a database that says so, or is called so."""
    return head.startswith(MAGIC) and (head[68:72] in MARKS or path.suffix.lower() in SUFFIXES)
