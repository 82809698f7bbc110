"""NumPy's .npy: one array, (lines, samples, bands) or bands × pixels."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from hsunmix.engine.memory import require
from hsunmix.errors import FormatError, ParameterError
from hsunmix.formats.numpy.array import ASSUMED, MAGIC, Head, image_of, raw_pixels, read_head
from hsunmix.formats.opening.options import Options
from hsunmix.model.cube import Cube
from hsunmix.model.layout import Layout

TITLE = "NumPy array"
SUFFIXES = (".npy",)
OPTIONS = ("lines", "samples", "axes")


def sniff(path: Path, head: bytes) -> bool:  # noqa: ARG001 - the content decides
    """Whether this is an array as NumPy writes it."""
    return head.startswith(MAGIC)


def open_cube(path: Path, options: Options) -> Cube:
    """Open an array.

    Raises
    ------
    FormatError
        It holds no cube, or is shorter than its head says.
    ShapeUnknownError
        It is a matrix, and the options don't say its lines.
    ParameterError
        They don't fit it.
    """
    with path.open("rb") as file:
        head = read_head(path, file)
    notes = _check(path, head)
    if len(head.shape) == 3:
        for name in ("lines", "samples"):
            if getattr(options, name) is not None:
                raise ParameterError(name, "the array has three axes, it says its lines and samples itself")
        pixels = raw_pixels(path, head, options.axes or "yxb", head.offset)
        if pixels is not None:
            return Cube(pixels, path=path, layout=_layout(options, notes), notes=tuple(notes))
    require(head.nbytes, "the array")
    with path.open("rb") as file:
        file.seek(head.offset)
        values = np.fromfile(file, head.dtype, head.nbytes // head.dtype.itemsize)
    values = values.reshape(head.shape, order="F" if head.in_columns else "C")
    layout = _layout(options, notes) if values.ndim == 3 else Layout()
    return Cube(image_of(path, values, options, notes), path=path, layout=layout, notes=tuple(notes))


def _layout(options: Options, notes: list[str]) -> Layout:
    if options.axes is None:
        notes.append(ASSUMED)
    return Layout(options.axes or "yxb", sure=options.axes is not None)


def _check(path: Path, head: Head) -> list[str]:
    """Compare an array with its file; return notes."""
    if not head.plain or len(head.shape) not in (2, 3):
        raise FormatError(path, f"holds {head.dtype} of shape {head.shape}: no cube and no matrix of numbers")
    size, needed = path.stat().st_size, head.offset + head.nbytes
    if size < needed:
        raise FormatError(path, f"is too short: {size} bytes, its head needs {needed}")
    return [] if size == needed else [f"the file has {size} bytes, its head needs only {needed}."]
