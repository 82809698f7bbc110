"""Look into an HDF5 file without following it anywhere else."""

from __future__ import annotations

import contextlib
import importlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import FormatError, HsunmixError
from hsunmix.formats.opening.damage import AGAIN, damaged
from hsunmix.formats.spectra.band_vectors import BandVector, named_wavelengths

__all__ = [
    "Unfit", "attribute", "by_columns", "datasets", "is_small", "matlab_numbers", "number",
    "numbers_of", "open_file", "reading", "require_filters", "resolve", "text", "usable", "vectors",
]  # fmt: skip

_FILTERS = {
    4: "szip", 307: "bzip2", 32000: "lzf", 32001: "blosc", 32004: "lz4", 32008: "bitshuffle", 32013: "zfp",
    32015: "zstd", 32017: "sz", 32026: "blosc2",
}  # fmt: skip
MAX_OBJECTS = 20_000
MAX_VECTOR = 100_000
MAX_CHUNK_BYTES = 256 << 20
MAX_RATIO = 5_000  # deflate reaches about 1,000; beyond this a file declares what it does not hold
_OCTAVE = "OCTAVE_NEW_FORMAT"
_MATLAB_NUMERIC = {b"double", b"single", b"logical"} | {
    f"{sign}int{bits}".encode() for sign in ("", "u") for bits in (8, 16, 32, 64)
}


class Unfit(Exception):  # noqa: N818 - never leaves ``reading``
    """What a file says of its values does not fit them; the message says why, and follows the file's name."""


def open_file(path: Path) -> Any:
    """Open a file for reading, without locking it; returns an ``h5py.File``.

    Raises
    ------
    FormatError
        HDF5 can't read it.
    """
    # Without this a file's filters, with an environment variable, can load code from a folder.
    os.environ["HDF5_PLUGIN_PRELOAD"] = "::"
    import h5py

    with reading(path):
        return h5py.File(path, "r", locking=False)


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what HDF5 raises on a damaged file, and Unfit, into a FormatError."""
    try:
        yield
    except HsunmixError:
        raise
    except Unfit as error:
        raise FormatError(path, str(error)) from None
    except (OSError, RuntimeError, KeyError) as error:
        raise FormatError(path, _reason(path, error)) from None


def _reason(path: Path, error: Exception) -> str:
    message = str(error)
    found = re.search(r"truncated file: eof = (\d+).*stored_eof = (\d+)", message)
    if found:
        return f"is truncated: it has {path.stat().st_size} bytes, {found[2]} are needed; {AGAIN}"
    if "read data" in message or "filter" in message:
        return damaged("a part of its values can't be read or unpacked, or is not what was written")
    return damaged("its tables can't be read as those of an HDF5 file")


def datasets(file: Any) -> dict[str, Any]:
    """Return every dataset of a file by its full name; links to elsewhere are not followed."""
    import h5py

    found: dict[str, Any] = {}
    seen = 0

    def visit(name: str, item: Any) -> bool | None:
        nonlocal seen
        seen += 1
        if isinstance(item, h5py.Dataset):
            found[_variable(name, item)] = item
        return True if seen >= MAX_OBJECTS else None

    file.visititems(visit)
    return found


def _variable(name: str, item: Any) -> str:
    """Return a dataset's name; Octave keeps each variable's value in a group of the variable's name."""
    group, _, leaf = name.rpartition("/")
    return group if leaf == "value" and _OCTAVE in item.parent.attrs else name


def by_columns(dataset: Any) -> bool:
    """Whether MATLAB or Octave wrote it, which list a variable's axes in reverse."""
    return attribute(dataset, "MATLAB_class") is not None or _OCTAVE in dataset.parent.attrs


def resolve(path: Path, file: Any, name: str) -> Any:
    """Return a dataset by the name that the user gave.

    Raises
    ------
    FormatError
        There is none, or the name leads out of the file.
    """
    import h5py

    here = file
    for part in filter(None, name.split("/")):
        link = here.get(part, getlink=True) if isinstance(here, h5py.Group) else None
        if isinstance(link, h5py.ExternalLink):
            raise FormatError(path, f"{name} is a link to another file: refused")
        here = here.get(part) if link is not None else None
        if here is None:
            raise FormatError(path, f"has no dataset {name!r}")
    if isinstance(here, h5py.Group) and _OCTAVE in here.attrs and "value" in here:
        return resolve(path, here, "value")
    if not isinstance(here, h5py.Dataset):
        raise FormatError(path, f"{name!r} is not a dataset")
    return here


def require_filters(dataset: Any) -> None:
    """Make sure that a dataset can be unpacked, by hdf5plugin where that is installed.

    Raises
    ------
    Unfit
        It is packed in a way for which there is no filter here.
    """
    import h5py

    plist = dataset.id.get_create_plist()
    for k in range(plist.get_nfilters()):
        code, _, _, label = plist.get_filter(k)
        if h5py.h5z.filter_avail(code):
            continue
        with contextlib.suppress(Exception):  # not there, or not for this HDF5: told below
            importlib.import_module("hdf5plugin")  # brings filters with it, and registers them itself
        if not h5py.h5z.filter_avail(code):
            told = label.decode(errors="replace") if isinstance(label, bytes) else str(label)
            title = _FILTERS.get(code) or told.split(";")[0][:40] or f"filter {code}"
            raise Unfit(
                f"{dataset.name} is packed by {title}, for which a filter is missing: pip install "
                "hdf5plugin, or repack the file (h5repack -f GZIP=4)"
            )


def usable(path: Path, dataset: Any) -> None:
    """Check that reading a dataset is safe and takes a bounded amount of memory.

    Raises
    ------
    FormatError, Unfit
    """
    name = dataset.name
    if dataset.is_virtual or dataset.external:
        raise FormatError(path, f"{name} keeps its values in other files: refused")
    if dataset.dtype.kind not in "iuf" or dataset.dtype.itemsize > 8:
        raise FormatError(path, f"{name} holds {dataset.dtype}, not plain numbers")
    require_filters(dataset)
    size = int(np.prod(dataset.shape, dtype=object)) * dataset.dtype.itemsize
    stored = dataset.id.get_storage_size()
    if size > MAX_RATIO * stored:
        raise FormatError(path, f"{name} declares {size} bytes, but only {stored} are in the file")
    if dataset.chunks is not None:
        chunk = int(np.prod(dataset.chunks, dtype=object)) * dataset.dtype.itemsize
        if chunk > MAX_CHUNK_BYTES:
            raise FormatError(
                path, f"{name} is stored in chunks of {chunk >> 20} MB: too large to read by pixels"
            )


def vectors(file: Any, cube: Any) -> list[BandVector]:
    """Read the vectors of a file that may describe the cube's bands: datasets, and its attributes."""
    found = []
    for name, item in datasets(file).items():
        if item.dtype.names and {"base", "limit", "increment"} <= set(item.dtype.names) and item.size == 1:
            found.append(BandVector(name, _range(item)))
            continue
        size = int(np.prod(item.shape, dtype=object)) if item.shape else 0
        if "but not a netCDF variable" in text(attribute(item, "NAME")):
            continue
        if (
            1 < size <= MAX_VECTOR
            and max(item.shape) == size
            and is_small(item)
            and matlab_numbers(name, item)
        ):
            require_filters(item)
            unit = attribute(item, "Units", "units", "unit")
            found.append(BandVector(name, np.ravel(item[()]), text(unit)))
        elif 1 < size <= MAX_VECTOR and named_wavelengths(name.rpartition("/")[2]):
            found.extend(_odd_wavelengths(name, item))
    for owner, place in ((cube, f"{cube.name.lstrip('/')}."), (file, ".")):
        for key in owner.attrs:
            values = numbers_of(attribute(owner, key))
            if 1 < values.size <= MAX_VECTOR:
                stem = key.removesuffix("s")
                names = [f"{base}_{unit}" for base in (key, stem, f"{stem}s") for unit in ("units", "unit")]
                found.append(BandVector(place + key, values, text(attribute(owner, *names))))
    return found


def _odd_wavelengths(name: str, item: Any) -> list[BandVector]:
    """Read wavelengths that are a list of words, or a table of them, as of detectors with a smile."""
    unit = text(attribute(item, "Units", "units", "unit"))
    if item.dtype.kind in "SO" and max(item.shape) == item.size and _is_here(item):
        values = numbers_of(np.ravel(item[()]))
        return [BandVector(name, values, unit)] if values.size == item.size else []
    return [BandVector(name, item[()], unit)] if item.ndim == 2 and is_small(item) else []


def is_small(item: Any) -> bool:
    """Whether a dataset holds few plain numbers, in this file, in chunks that are no trap."""
    return bool(item.dtype.kind in "iufb" and item.size <= MAX_VECTOR and _is_here(item))


def _is_here(item: Any) -> bool:
    chunk = int(np.prod(item.chunks or (1,), dtype=object)) * item.dtype.itemsize
    return not item.is_virtual and not item.external and chunk <= MAX_CHUNK_BYTES


def matlab_numbers(name: str, item: Any) -> bool:
    """Whether a dataset is, as far as MATLAB wrote it, an array of numbers: no text, no cell's content."""
    kind = attribute(item, "MATLAB_class")
    return not name.startswith("#") and (kind is None or kind in _MATLAB_NUMERIC)


def attribute(item: Any, *names: str) -> Any:
    """Return the first of these attributes that is there and can be read, else None."""
    for name in names:
        try:
            if name in item.attrs:
                return item.attrs[name]
        except (OSError, TypeError, ValueError, RuntimeError, KeyError):
            continue
    return None


def _range(item: Any) -> NDArray[np.generic]:
    """Return the numbers of a range, which Octave writes as its ends and its step: ``450:10:900``."""
    base, limit, step = (float(np.ravel(item[()][part])[0]) for part in ("base", "limit", "increment"))
    steps = (limit - base) / step if step and np.isfinite([base, limit, step]).all() else -1.0
    count = int(np.floor(steps * (1 + 1e-12))) + 1 if 0 <= steps < MAX_VECTOR else 0
    return base + step * np.arange(count, dtype=np.float64)


def numbers_of(value: Any) -> NDArray[np.generic]:
    """Return an attribute's list of numbers, also where it is text; empty where it is none."""
    if isinstance(value, np.ndarray) and value.dtype.kind in "iuf":
        return value.ravel()
    if isinstance(value, np.ndarray):
        words = [text(item) for item in value.ravel()[: MAX_VECTOR + 1]]
    else:
        words = re.split(r"\s*[,;]\s*|\s+", text(value).strip("{}[]() "))
    try:
        return np.array([float(word) for word in words])
    except ValueError:
        return np.empty(0)


def number(value: Any) -> float | None:
    """Return an attribute as one finite number, else None."""
    try:
        flat = np.ravel(np.asarray(value, dtype=np.float64))
    except (TypeError, ValueError):
        return None
    return float(flat[0]) if flat.size == 1 and np.isfinite(flat[0]) else None


def text(value: Any) -> str:
    """Return an attribute or a scalar dataset's value as text; empty where it is none."""
    if isinstance(value, np.ndarray) and value.size == 1:
        value = value.ravel()[0]
    if isinstance(value, bytes):
        value = value.decode("utf-8", errors="replace")
    return " ".join(value.split("\0")[0].split()) if isinstance(value, str) else ""
