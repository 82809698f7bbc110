"""A file as a mask: a raster of the cube's size, or an array."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.memory import require
from hsunmix.errors import FormatError, HsunmixError
from hsunmix.formats.opening.files import read_head
from hsunmix.model.cube import Cube

__all__ = ["check_place", "is_layer", "layer_of", "mask_of"]

_NPY = b"\x93NUMPY"
NEAR = 0.5  # of a pixel


def mask_of(path: Path, cube: Cube, open_raster: Callable[[Path], Cube]) -> NDArray[np.bool_]:
    """Read a mask; see ``formats.open_mask``.

    What is 0 is not wanted, so that class 0 of a classification, "unclassified", is not.
    """
    if read_head(path).startswith(_NPY):
        values = layer_of(path, cube, "a mask")
        return np.asarray(np.isfinite(values) & (values != 0))
    raster = open_raster(path)
    if raster.bands != 1:
        raise FormatError(path, f"has {raster.bands} bands, and a mask has one")
    _check_shape(path, raster.shape[:2], cube, "a mask")
    check_place(path, raster, cube)
    mask = np.empty(cube.shape[:2], dtype=bool)
    for first, block in raster.blocks():
        layer = block[:, :, 0]
        mask[first : first + len(block)] = np.isfinite(layer) & (layer != 0)
    return mask


def is_layer(path: Path) -> bool:
    """Whether a file is a NumPy array of two axes."""
    try:
        with path.open("rb") as file:
            return file.read(len(_NPY)) == _NPY and not file.seek(0) and len(_header(file)[0]) == 2
    except Exception:  # NumPy's own reader of the head raises whatever its tokenizer does
        return False


def _header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[np.generic]]:
    version = np.lib.format.read_magic(file)
    read = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    return read[version](file)


def layer_of(path: Path, cube: Cube, what: str) -> NDArray[np.generic]:
    """Read a two-dimensional array of plain numbers, whose size must fit the file's and the cube's."""
    try:
        with path.open("rb") as file:
            shape, in_columns, dtype = _header(file)
            here = file.tell()
            size = math.prod(shape) * dtype.itemsize
            if dtype.kind not in "biuf" or len(shape) != 2 or path.stat().st_size - here != size:
                raise ValueError(f"{dtype} of shape {shape}")
            _check_shape(path, (shape[0], shape[1]), cube, what)
            require(2 * size, f"{path}: {what}")
            values = np.frombuffer(file.read(size), dtype)
    except HsunmixError:
        raise
    except Exception as error:  # NumPy's own reader of the head raises whatever its tokenizer does
        raise FormatError(path, f"holds no two-dimensional array of plain numbers: {error}") from None
    return values.reshape(shape, order="F" if in_columns else "C")


def _check_shape(path: Path, shape: tuple[int, int], cube: Cube, what: str) -> None:
    if shape == cube.shape[:2]:
        return
    turned = "; are lines and samples exchanged?" if shape[::-1] == cube.shape[:2] else ""
    is_, wanted = (f"{lines} lines × {samples} samples" for lines, samples in (shape, cube.shape[:2]))
    raise FormatError(path, f"is {what} of {is_} for a cube of {wanted}{turned}")


def check_place(path: Path, raster: Cube, cube: Cube) -> None:
    """Refuse a raster of the same size that lies elsewhere."""
    here, there = cube.georeference, raster.georeference
    if here is None or there is None or (here.crs and there.crs and here.crs != there.crs):
        return  # what two systems call the same place is not compared
    size = max(here.pixel_size)
    for line, sample in ((0, 0), (cube.lines - 1, cube.samples - 1)):
        (x0, y0), (x1, y1) = here.xy(line, sample), there.xy(line, sample)
        if math.hypot(x1 - x0, y1 - y0) > NEAR * size:
            places = (
                f"its pixel {line}, {sample} is at {x1:.10g}, {y1:.10g}, the cube's at {x0:.10g}, {y0:.10g}"
            )
            raise FormatError(path, f"lies elsewhere than the cube: {places}")
