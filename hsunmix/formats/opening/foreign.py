"""Formats that hsunmix does not read, by their first bytes: their names, and a way out for each."""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["foreign_file", "foreign_folder"]

_GDAL = "convert it with GDAL (gdal_translate -of ENVI)"
_UNPACK = "unpack it and open the file inside"
_SAVE = "save the image as ENVI or GeoTIFF"
_SUBDATASETS = "convert it with GDAL (gdalinfo lists its subdatasets, gdal_translate -of ENVI writes one)"

# (where, bytes, what it is, what to do)
_MAGIC: tuple[tuple[int, bytes, str, str], ...] = (
    (0, b"CDF\x05", "netCDF classic with 64-bit data (CDF-5)", "convert it with nccopy -k nc4"),
    (0, b"\x0e\x03\x13\x01", "HDF4, as of Hyperion L1R and MODIS", _SUBDATASETS),
    (0, b"\0\0\0\x0cjP  ", "JPEG 2000", _GDAL),
    (0, b"\xff\x4f\xff\x51", "JPEG 2000 (a bare codestream)", _GDAL),
    (0, b"NITF", "NITF", _GDAL),
    (0, b"NSIF", "NITF (NSIF)", _GDAL),
    (0, b"EHFA_HEADER_TAG", "ERDAS IMAGINE (.img, HFA)", _GDAL),
    (0, b"SIMPLE  =", "FITS", _GDAL),
    (0, b"PCIDSK", "PCIDSK", _GDAL),
    (0, b"GRIB", "GRIB", _GDAL),
    (0, b"msid", "MrSID", _GDAL),
    (0, b"DSBB", "a Surfer grid", _GDAL),
    (0, b"DSRB", "a Surfer grid", _GDAL),
    (0, b"SQLite format 3\0", "an SQLite database, as GeoPackage is", _GDAL),
    (0, b"PAR1", "Parquet", "save it as CSV"),
    (0, b"LASF", "a LAS point cloud", _SAVE),
    (0, b"%PDF", "a PDF document", "open the file that it was made of"),
    (0, b"\xff\xd8\xff", "a JPEG picture, which has three colours at most", _SAVE),
    (0, b"GIF8", "a GIF picture", _SAVE),
    (0, b"RIFF", "a RIFF file, as WebP pictures and videos are", _SAVE),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive", _UNPACK),
    (0, b"Rar!\x1a\x07", "a rar archive", _UNPACK),
    (0, b"\x1f\x8b", "packed by gzip", _UNPACK),
    (0, b"BZh", "packed by bzip2", _UNPACK),
    (0, b"\xfd7zXZ\0", "packed by xz", _UNPACK),
    (0, b"\x28\xb5\x2f\xfd", "packed by zstd", _UNPACK),
    (0, b"\x04\x22\x4d\x18", "packed by lz4", _UNPACK),
    (0, b"\x1f\x9d", "packed by compress (.Z)", _UNPACK),
    (257, b"ustar", "a tar archive", _UNPACK),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a document of an older Office", "save it as CSV"),
    (
        0,
        b"\x80\x04\x95",
        "a Python pickle, which is never opened (it may run a program)",
        "save it as .npy",
    ),
    (
        0,
        b"\x80\x05\x95",
        "a Python pickle, which is never opened (it may run a program)",
        "save it as .npy",
    ),
    (0, b"RDX", "data of R (.RData)", "save it as CSV, or as GeoTIFF with terra"),
    (0, b"# Octave", "data of Octave as text", "save it with save -hdf5 or save -v7"),
    (0, b"# Created by Octave", "data of Octave as text", "save it with save -hdf5 or save -v7"),
    (0, b"Octave-1", "data of Octave (binary)", "save it with save -hdf5 or save -v7"),
)
_WORDS: tuple[tuple[re.Pattern[bytes], str, str], ...] = (
    (re.compile(rb"^BM.{4}\0\0\0\0", re.DOTALL), "a BMP picture", _SAVE),
    (re.compile(rb"^\s*(?:CCSD3ZF|NJPL1I00|(?:PDS_VERSION_ID|ODL_VERSION_ID)\s*=)"), "PDS3", _GDAL),
    (re.compile(rb"pds\.nasa\.gov/pds4|<Product_Observational"), "a label of PDS4", _GDAL),
    (re.compile(rb"^\s*Object\s*=\s*IsisCube", re.IGNORECASE), "an ISIS cube", _GDAL),
    (re.compile(rb"^\s*LBLSIZE\s*="), "VICAR", _GDAL),
    (re.compile(rb"^\s*##(?:TITLE|JCAMP-DX)\s*=", re.IGNORECASE), "a JCAMP-DX spectrum", "save it as CSV"),
    (re.compile(rb"<VRTDataset"), "a virtual file (VRT), whose pixels lie in other files", _GDAL),
    (re.compile(rb"^\s*(?:ncols|nrows)\s+\d+", re.IGNORECASE), "an Esri ASCII grid of one band", _GDAL),
)
_ZIPPED = {
    ".xlsx": ("an Excel table", "save it as CSV"),
    ".ods": ("a LibreOffice table", "save it as CSV"),
    ".kmz": ("a KMZ file", _UNPACK),
    ".pt": ("data of PyTorch", "save it as .npy"),
    ".hsu": ("a session of hsunmix", "open it as a session"),
}


def foreign_file(path: Path, head: bytes) -> str:
    """Return what a file is that begins like this, and what to do; empty where that is not known."""
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        what, way = _ZIPPED.get(path.suffix.lower(), ("a zip archive", _UNPACK))
        return f"is {what}, which hsunmix does not read: {way}"
    for at, magic, what, way in _MAGIC:
        if head[at : at + len(magic)] == magic:
            return f"is {what}, which hsunmix does not read: {way}"
    text = head.removeprefix(b"\xef\xbb\xbf")
    for pattern, what, way in _WORDS:
        if pattern.search(text):
            return f"is {what}, which hsunmix does not read: {way}"
    if text.lstrip().startswith(b"<?xml"):
        return "is XML, perhaps a product's metadata: open the image that it belongs to"
    return ""


def foreign_folder(path: Path) -> str:
    """Return what a folder is, and what to do; empty where that is not known."""
    if path.suffix.upper() == ".SAFE" or (path / "manifest.safe").is_file():
        return "is a SAFE folder: join its bands into one file (gdalbuildvrt -separate, then gdal_translate)"
    if (path / "hdr.adf").is_file():
        return f"is an Esri grid, which hsunmix does not read: {_GDAL}"
    return ""
