"""Shapefiles: a file of shapes, and others of its name with attributes and coordinate system."""

from __future__ import annotations

from pathlib import Path

from hsunmix.formats.vectors._gdal import PACKAGES, vectors_of

TITLE = "Shapefile"
SUFFIXES = (".shp",)
DECODED_BY = PACKAGES
EXTRA = "vector"

MAGIC = b"\x00\x00\x27\x0a"

open_vectors = vectors_of


def sniff(path: Path, head: bytes) -> bool:  # noqa: ARG001
    """Whether it begins as shapes do."""
    return head.startswith(MAGIC)
