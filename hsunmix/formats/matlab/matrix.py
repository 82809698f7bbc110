"""The form of the unmixing benchmarks: a matrix bands × pixels, with nRow and nCol beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from numpy import generic
from numpy.typing import NDArray

from hsunmix.errors import ParameterError, ShapeUnknownError
from hsunmix.formats.opening.options import Options

__all__ = ["Variables", "image_of"]

_LINES = ("nRow", "nrow", "nRows", "lines", "rows")
_SAMPLES = ("nCol", "ncol", "nCols", "cols", "samples", "columns")


class Variables(Protocol):
    """What a MATLAB file holds, whatever its version; shapes as MATLAB has them."""

    @property
    def path(self) -> Path:
        """The file."""

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shapes of the numeric variables."""

    def array(self, name: str) -> NDArray[generic]:
        """Read a numeric variable."""

    def scalar(self, *names: str) -> int | None:
        """Return the first of these variables that is a single whole number."""


def image_of(contents: Variables, name: str, options: Options, notes: list[str]) -> NDArray[generic]:
    """Shape a matrix, bands × pixels or the reverse, as an image whose pixels run down its columns.

    Parameters
    ----------
    contents : Variables
    name : str
        The matrix.
    options : Options
        Its lines, its samples or both, where the file doesn't say them.
    notes : list of str

    Returns
    -------
    array, (lines, samples, bands)

    Raises
    ------
    ShapeUnknownError
        Neither the file nor the options say its lines.
    ParameterError
        The options don't fit it.
    """
    if options.axes is not None:
        raise ParameterError("axes", f"{name} is a matrix bands × pixels, it has no three axes")
    rows, columns = contents.shapes[name]
    lines, samples = options.lines, options.samples
    if lines is None and samples is None:
        lines, samples = contents.scalar(*_LINES), contents.scalar(*_SAMPLES)
        if lines is None or samples is None or lines * samples not in (rows, columns):
            raise ShapeUnknownError(contents.path, max(rows, columns))
    pixels = rows if (lines or 0) * (samples or 0) == rows != columns else max(rows, columns)
    lines, samples = _complete(lines, samples, pixels)
    matrix = contents.array(name)
    if pixels == rows != columns:
        notes.append(f"{name} was taken as pixels × bands.")
        matrix = matrix.T
    return matrix.T.reshape(samples, lines, matrix.shape[0]).transpose(1, 0, 2)


def _complete(lines: int | None, samples: int | None, pixels: int) -> tuple[int, int]:
    for name, value in (("lines", lines), ("samples", samples)):
        if value is not None and pixels % value:
            raise ParameterError(
                name, f"{pixels} pixels can't be {value} {name}: {pixels}/{value} is not whole"
            )
    if lines is None:
        lines = pixels // (samples or 1)
    if samples is None:
        samples = pixels // lines
    if lines * samples != pixels:
        raise ParameterError("samples", f"{lines} lines × {samples} samples are not the {pixels} pixels")
    return lines, samples
