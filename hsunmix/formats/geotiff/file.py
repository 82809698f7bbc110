"""Look into a TIFF file, and into nothing else."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from hsunmix.errors import FileError, FormatError
from hsunmix.formats.opening.damage import damaged
from hsunmix.formats.opening.files import is_regular, read_head
from hsunmix.model.georeference import Georeference

__all__ = ["Tags", "TiffFacts", "dataset", "gdal", "is_tiff", "look", "tiff_beside", "unreadable"]

Tags = dict[str, dict[str, str]]  # by domain, then by name; the domain without a name is ""

MAX_BLOCK_BYTES = 256 << 20
MAX_RATIO = 5_000  # deflate reaches about 1,000; beyond this a file declares what it does not hold
SMALL = 64 << 20
CACHE_BYTES = (128 << 20, 1536 << 20)  # of unpacked pieces, at least and at most
_MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
# No neighbours: neither overviews, masks and world files, nor what .aux.xml or .imd may name.
_OPTIONS = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_PAM_ENABLED": "NO",
    "GDAL_GEOREF_SOURCES": "INTERNAL",
    "USE_RRD": "NO",
}
_INTERLEAVES = {"band": "bsq", "pixel": "bip", "line": "bil"}
_OWN_DOMAINS = ("IMAGE_STRUCTURE", "DERIVED_SUBDATASETS", "SUBDATASETS", "RPC", "COLOR_PROFILE")


@dataclass
class TiffFacts:
    """What a TIFF file says.

    Attributes
    ----------
    shape : tuple of 3 int
        (lines, samples, bands).
    dtype : dtype
    interleave : str
    nodata : float or None
    scales, offsets : list of float, one a band
    place : Georeference or None
    tags : dict
        Of the file; by domain and name.
    band_tags : list of dict
        The same of each band.
    names : list of str
        Descriptions of the bands, empty where one has none.
    band_nodata : dict of int to float
        Of bands, counted from 0, where they are not the same for all.
    packing : str
        How its pieces are compressed, in GDAL's words; empty where they are not.
    row_bytes : int
        What one row of its pieces takes, unpacked, in all bands.
    masked, alpha : bool
        Whether it has a mask inside; whether its last band only says what is transparent.
    notes : list of str
    """

    shape: tuple[int, int, int]
    dtype: np.dtype[np.generic]
    interleave: str
    nodata: float | None
    scales: list[float]
    offsets: list[float]
    place: Georeference | None
    tags: Tags
    band_tags: list[Tags]
    names: list[str]
    row_bytes: int
    packing: str = ""
    masked: bool = False
    alpha: bool = False
    band_nodata: dict[int, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def is_tiff(head: bytes) -> bool:
    """Whether a file that begins like this is a TIFF file."""
    return head.startswith(_MAGIC)


def tiff_beside(path: Path, stem: str) -> Path | None:
    """Find the TIFF file whose name is ``stem`` and an ending, in the folder of ``path``."""
    for ending in (".tif", ".TIF", ".tiff", ".TIFF"):
        found = path.with_name(stem + ending)
        if found != path and is_regular(found) and is_tiff(read_head(found)):
            return found
    return None


@contextmanager
def gdal(row_bytes: int = 0) -> Iterator[None]:
    """Let GDAL work within a ``with`` block, without looking around.

    Parameters
    ----------
    row_bytes : int
        What a pass through the file has to keep, so that no piece is unpacked twice.
    """
    import rasterio

    least, most = CACHE_BYTES
    cache = min(max(least, row_bytes + row_bytes // 4), most)
    with rasterio.Env(**_OPTIONS, GDAL_CACHEMAX=cache), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def dataset(path: Path, page: int = 0) -> Any:
    """Open a page of a file, within ``gdal``; to be closed.

    Raises
    ------
    FormatError
    """
    import rasterio

    if not is_tiff(read_head(path)):
        virtual = b"<VRTDataset" in read_head(path)
        reason = "is a virtual file (VRT), whose pixels lie in other files: refused" if virtual else ""
        raise FormatError(path, reason or "is not a TIFF file, whatever its name says")
    try:
        # By one thread: with several, GDAL 3.10 hands out wrong numbers now and then.
        return rasterio.open(f"GTIFF_DIR:{page + 1}:{path}" if page else path, driver="GTiff")
    except rasterio.errors.RasterioIOError as error:
        raise FormatError(path, _reason(str(error))) from None


def _reason(said: str) -> str:
    """Return why a file can't be opened, in place of what GDAL says."""
    missing = re.search(
        r"missing codec(?: for)? (\w+)|compression scheme.{0,40}not (?:configured|supported)", said
    )
    if missing:
        what = f" ({missing[1]})" if missing[1] else ""
        return (
            f"is compressed in a way that can't be read here{what}: rewrite it where it can, with "
            "gdal_translate -co COMPRESS=DEFLATE"
        )
    return damaged("its tables can't be read as those of a TIFF file, or it was cut short")


def look(path: Path, page: int = 0) -> TiffFacts:
    """Read what a page of a file says, but none of its pixels.

    Raises
    ------
    FormatError
        It can't be read, holds no plain numbers, or reading it would take too much memory.
    """
    with gdal(), dataset(path, page) as file:
        lines, samples, bands = file.height, file.width, file.count
        dtype = _dtype(path, file)
        _check_sizes(path, file, dtype)
        facts = TiffFacts(
            (lines, samples, bands),
            dtype,
            _INTERLEAVES.get(getattr(file.interleaving, "value", "").lower(), ""),
            file.nodata,
            list(file.scales),
            list(file.offsets),
            _place(file),
            _tags(file),
            [_tags(file, band) for band in range(1, bands + 1)],
            [name or "" for name in file.descriptions],
            max(rows for rows, _ in file.block_shapes) * samples * bands * dtype.itemsize,
            file.tags(ns="IMAGE_STRUCTURE").get("COMPRESSION", ""),
            *_masks(file),
        )
        if file.gcps[0] and facts.place is None:
            facts.notes.append("the file has ground control points only: it was not placed by them.")
    return facts


def _masks(file: Any) -> tuple[bool, bool]:
    """Return whether there is a mask inside, and whether the last band is one."""
    from rasterio.enums import ColorInterp, MaskFlags

    flags = file.mask_flag_enums[0]
    inside = MaskFlags.per_dataset in flags and MaskFlags.alpha not in flags
    return inside, file.colorinterp[-1] == ColorInterp.alpha


def _dtype(path: Path, file: Any) -> np.dtype[np.generic]:
    names = set(file.dtypes)
    if len(names) != 1:
        raise FormatError(path, f"its bands have several types ({', '.join(sorted(names))})")
    try:
        dtype: np.dtype[np.generic] = np.dtype(names.pop())
    except TypeError as error:
        raise FormatError(path, f"holds numbers of a type that is not supported ({error})") from None
    if dtype.kind not in "iuf":
        raise FormatError(path, f"holds {dtype}: complex numbers are not supported")
    return dtype


def _check_sizes(path: Path, file: Any, dtype: np.dtype[np.generic]) -> None:
    pixel = dtype.itemsize * (1 if _INTERLEAVES.get(file.interleaving.value.lower()) == "bsq" else file.count)
    block = max(rows * columns for rows, columns in file.block_shapes) * pixel
    if block > MAX_BLOCK_BYTES:
        raise FormatError(path, f"is stored in pieces of {block >> 20} MB: too large to read by pixels")
    size = file.height * file.width * file.count * dtype.itemsize
    stored = path.stat().st_size
    if size > SMALL and size > MAX_RATIO * stored:
        raise FormatError(path, f"declares {size} bytes of pixels, but has {stored} bytes in all")


def _tags(file: Any, band: int = 0) -> Tags:
    domains = [d for d in file.tag_namespaces(band) if d not in _OWN_DOMAINS and not d.startswith("xml:")]
    return {domain: dict(file.tags(band, ns=domain or None)) for domain in ("", *domains)}


def _place(file: Any) -> Georeference | None:
    """Return where the scene lies, if the file says so."""
    transform = tuple(map(float, file.transform[:6]))
    if file.crs is None and transform == (1.0, 0.0, 0.0, 0.0, 1.0, 0.0):
        return None
    try:
        a, b, c, d, e, f = transform
        return Georeference((a, b, c, d, e, f), _crs(file.crs))
    except ValueError:
        return None


def _crs(crs: Any) -> str:
    from rasterio.errors import CRSError

    if not crs:
        return ""
    try:
        code = crs.to_epsg(confidence_threshold=100)
        return f"EPSG:{code}" if code else str(crs.to_wkt())
    except CRSError:
        return ""


def unreadable(path: Path, first: int = 0, last: int = 0) -> FileError:
    """Return the error that says that pixels could not be read: lines first … last − 1, or any."""
    where = f" of lines {first + 1} to {last}" if last > first + 1 else f" of line {last}" if last else ""
    return FileError(path, damaged(f"pixels{where} can't be read or unpacked, as if it was cut short"))
