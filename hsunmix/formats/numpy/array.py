"""Arrays as NumPy writes them: what their head says, and their pixels. Nothing is ever unpickled."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import FormatError, ParameterError, ShapeUnknownError
from hsunmix.formats.opening.damage import damaged
from hsunmix.formats.opening.options import Options
from hsunmix.formats.pixels.raw import RawPixels
from hsunmix.model.cube import ArrayPixels
from hsunmix.model.pixels import Pixels

__all__ = ["ASSUMED", "MAGIC", "MAX_HEAD", "Head", "image_of", "raw_pixels", "read_head"]

MAGIC = b"\x93NUMPY"
MAX_HEAD = 10_000
MAX_SIDE = 1 << 40
ASSUMED = "the array does not say which axis is which: yxb was assumed (y lines, x samples, b bands)."
INTERLEAVES = {"yxb": "bip", "ybx": "bil", "byx": "bsq"}


@dataclass(frozen=True)
class Head:
    """What the head of an array says.

    Attributes
    ----------
    shape : tuple of int
    in_columns : bool
        The first axis changes fastest, not the last.
    dtype : dtype
    offset : int
        Where its values begin.
    """

    shape: tuple[int, ...]
    in_columns: bool
    dtype: np.dtype[np.generic]
    offset: int

    @property
    def nbytes(self) -> int:
        """Bytes of its values."""
        return int(np.prod(self.shape, dtype=object)) * self.dtype.itemsize

    @property
    def plain(self) -> bool:
        """Whether it holds plain real numbers."""
        return self.dtype.kind in "biuf" and self.dtype.itemsize <= 8 and 0 not in self.shape


def read_head(path: Path, file: IO[bytes], name: str = "") -> Head:
    """Read the head of an array; the file is left where its values begin.

    Raises
    ------
    FormatError
        It is none.
    """
    try:
        version = np.lib.format.read_magic(file)
        read = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
        shape, in_columns, dtype = read[version](file, max_header_size=MAX_HEAD)
        if any(side < 0 or side > MAX_SIDE for side in shape):
            raise ValueError(f"its shape is {shape}")
    except Exception:  # NumPy's reader raises whatever its tokenizer does
        raise FormatError(path, damaged(f"the head of {name or 'its array'} can't be read")) from None
    return Head(tuple(map(int, shape)), bool(in_columns), dtype, file.tell())


def raw_pixels(path: Path, head: Head, axes: str, offset: int) -> RawPixels | None:
    """Return pixels that are read from the file when they are needed, where its order allows it.

    Parameters
    ----------
    path : Path
    head : Head
        Of an array with three axes.
    axes : str
        Their order.
    offset : int
        Where in the file its values begin.
    """
    in_memory = axes[::-1] if head.in_columns else axes
    if in_memory not in INTERLEAVES:
        return None
    lines, samples, bands = (head.shape[axes.index(axis)] for axis in "yxb")
    return RawPixels(path, (lines, samples, bands), head.dtype, INTERLEAVES[in_memory], offset)


def image_of(path: Path, values: NDArray[np.generic], options: Options, notes: list[str]) -> Pixels:
    """Return the pixels of an array in memory: with three axes, or a matrix bands × pixels.

    Raises
    ------
    ShapeUnknownError
        It is a matrix, and the options don't say its lines.
    ParameterError
        They don't fit it.
    """
    values = values.astype(values.dtype.newbyteorder("="), copy=False)
    if values.ndim == 3:
        axes = options.axes or "yxb"
        return ArrayPixels(values.transpose([axes.index(axis) for axis in "yxb"]))
    if options.axes is not None:
        raise ParameterError("axes", "a matrix bands × pixels has no three axes")
    bands, pixels = values.shape
    given = options.lines or options.samples
    if given is None:
        raise ShapeUnknownError(path, max(values.shape))
    if pixels % given and not bands % given:
        bands, pixels, values = pixels, bands, values.T
        notes.append("the array was taken as pixels × bands.")
    lines = options.lines or pixels // given
    samples = options.samples or pixels // lines
    if lines * samples != pixels:
        raise ParameterError("lines", f"{pixels} pixels can't be {lines} lines × {samples} samples")
    notes.append("the pixels of the matrix were taken line by line.")
    return ArrayPixels(values.T.reshape(lines, samples, bands))
