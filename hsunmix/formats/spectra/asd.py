"""ASD: the binary files of Analytical Spectral Devices' field spectrometers, versions 1 to 8.

The layout is that of *ASD File Format version 8*: a header of 484 bytes, the spectrum, and from
version 2 on the reference (the white panel) with a header of its own.
"""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import FormatError
from hsunmix.formats.opening.files import read_small
from hsunmix.formats.spectra.spectrum_text import one_spectrum
from hsunmix.model.spectra import Spectra

TITLE = "ASD"
SUFFIXES = (".asd",)
MAGIC = (b"ASD", *(f"as{k}".encode() for k in range(2, 9)))
HEADER = 484
MAX_BYTES = 16 << 20
MAX_CHANNELS = 32767
KINDS = (
    *("raw counts", "reflectance", "radiance", "numbers without a unit", "irradiance", "a quality index"),
    *("transmittance", "of unknown kind", "absorbance"),
)
FORMATS = {0: "<f4", 1: "<i4", 2: "<f8"}


def sniff(path: Path, head: bytes) -> bool:  # noqa: ARG001 - the content decides
    """Whether it begins as an ASD file does."""
    return len(head) >= HEADER and head[:3] in MAGIC


def open_spectra(path: Path) -> Spectra:
    """Read the spectrum: as reflectance, spectrum over reference, where the file has a reference.

    Raises
    ------
    FormatError
        It is cut short, or its header can't be.
    """
    raw = read_small(path, MAX_BYTES, "no ASD file is")
    if raw[:3] not in MAGIC:
        raise FormatError(path, "is no ASD file")
    if len(raw) < HEADER:
        raise FormatError(path, f"has {len(raw)} bytes: the header of an ASD file alone has {HEADER}")
    version = MAGIC.index(raw[:3]) + 1
    kind = raw[186]
    first, step = struct.unpack_from("<ff", raw, 191)
    (channels,) = struct.unpack_from("<h", raw, 204)
    if not 2 <= channels <= MAX_CHANNELS or not np.isfinite([first, step]).all() or first <= 0 or step <= 0:
        raise FormatError(path, f"its header can't be: {channels} channels from {first:g} nm by {step:g} nm")
    if raw[199] not in FORMATS:
        raise FormatError(path, f"its data format {raw[199]} is not known (known: 0, 1, 2)")
    dtype = np.dtype(FORMATS[raw[199]])
    values = _values(path, raw, HEADER, channels, dtype)
    notes: list[str] = []
    reference = _reference(path, raw, HEADER + channels * dtype.itemsize, channels, dtype, version)
    what = KINDS[kind] if kind < len(KINDS) else "of unknown kind"
    if reference is not None:
        notes.append("reflectance: the spectrum divided by the reference in the file.")
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            values = np.where(reference != 0, values / reference, np.nan)
    elif kind != 1:
        notes.append(f"the file has no reference: the values are {what}, as they are stored.")
    return one_spectrum(path, path.stem, first + step * np.arange(channels), "nm", values, notes)


def _values(
    path: Path, raw: bytes, start: int, channels: int, dtype: np.dtype[np.generic]
) -> NDArray[np.float64]:
    needed = start + channels * dtype.itemsize
    if len(raw) < needed:
        raise FormatError(path, f"is cut short: it has {len(raw)} bytes, {channels} channels need {needed}")
    return np.frombuffer(raw, dtype, channels, start).astype(np.float64)


def _reference(
    path: Path, raw: bytes, start: int, channels: int, dtype: np.dtype[np.generic], version: int
) -> NDArray[np.float64] | None:
    """Read the reference: a flag, two times, a description with its length before it, the values."""
    if version < 2 or len(raw) < start + 20:
        return None
    flag, length = struct.unpack_from("<h16xH", raw, start)
    if not flag:
        return None
    values = _values(path, raw, start + 20 + length, channels, dtype)
    return values if np.isfinite(values).all() and (values != 0).any() and (values != 1).any() else None
