"""EnMAP and DESIS images delivered as ENVI: what their METADATA.XML says counts as for the TIFF file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hsunmix.formats.envi.characterisation import IMAGE, METADATA, metadata_fields, metadata_of
from hsunmix.formats.envi.header import Header, is_header
from hsunmix.formats.opening.files import is_regular, read_head

__all__ = ["header_of_product", "with_metadata"]

_ENDINGS = (
    ".HDR",
    ".hdr",
    ".BSQ.HDR",
    ".BSQ.hdr",
    ".bsq.hdr",
    ".BIL.hdr",
    ".bil.hdr",
    ".BIP.hdr",
    ".bip.hdr",
)
_SCALE = ("data gain values", "data offset values", "reflectance scale factor")


def header_of_product(metadata: Path) -> Path | None:
    """Find the ENVI header of a product's image by its METADATA.XML."""
    begin, found, ending = metadata.name.rpartition(METADATA)
    if not found or ending.lower() != ".xml":
        return None
    for path in (metadata.with_name(begin + IMAGE + ending) for ending in _ENDINGS):
        if is_regular(path) and is_header(read_head(path)):
            return path
    return None


def with_metadata(header: Header, bands: int) -> Header:
    """Return the header with what the product's metadata say; where there are none, as it is.

    A scale of the metadata replaces all that the header says of it: the two describe the same. An
    ignore value of the header's own stays.
    """
    metadata = metadata_of(header.path)
    if metadata is None:
        return header
    said = metadata_fields(metadata, bands, header.notes, header.path.name)
    if any(key in said for key in _SCALE):
        own = {key: value for key, value in header.fields.items() if key not in _SCALE}
    else:
        own = dict(header.fields)
    own_nodata = {k: own[k] for k in ("data ignore value",) if k in own}
    return replace(header, fields={**own, **said, **own_nodata})
