"""A cube, or a matrix, becomes a scene: read once, judged on all its pixels."""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine import judging
from hsunmix.engine.reading import fill
from hsunmix.engine.scene import Scene
from hsunmix.engine.sentinels import Scale, leave_out
from hsunmix.engine.tile_writer import TILE, TileWriter
from hsunmix.errors import InputError
from hsunmix.model.cube import Cube
from hsunmix.model.pixels import MatrixPixels, prepared
from hsunmix.model.progress import Step, finish

__all__ = ["from_array", "load"]


def load(
    cube: Cube, spectra: NDArray[np.float64] | None = None, *, trusted: bool = False
) -> Generator[Step | None, None, Scene]:
    """Read the pixels of a cube that are used.

    Which bands hold data is judged on all of these pixels, and told to the cube.

    Parameters
    ----------
    cube : Cube
    spectra : array, (bands, r), optional
        Spectra that are to explain the pixels. A band that is zero in every pixel is then a measured
        one, where they have values in it.
    trusted : bool
        Take every number for data: don't look for what means "no data" though nothing says so.

    Raises
    ------
    InputError
        No pixel is usable, or the spectra are of another number of bands.
    TooLargeError
        They don't fit into memory.
    FileError
        The file can't be read.
    """
    from hsunmix.engine.passes import compiling
    from hsunmix.kernels.filling import take_rows, take_stored_rows

    yield compiling(take_rows if cube.pixels.dtype.kind == "f" else take_stored_rows)
    yield from prepared(cube.pixels)
    measured = np.zeros(cube.bands, bool) if spectra is None else judging.measured_zeros(cube, spectra)
    bands = np.ones(cube.bands, bool) if cube.bad_bands is None else ~cube.bad_bands
    source, exponent = cube, 0
    writer = yield from fill(source, bands, source.dead_bands)
    if judging.is_out_of_range(source, writer):
        exponent = yield from judging.range_exponent(source, bands)
        if exponent:
            source = judging.rescaled(cube, exponent)
            writer = yield from fill(source, bands, source.dead_bands)
    used, notes = bands.copy(), []
    used[bands], zeros = yield from judging.judge_bands(writer, measured[bands])
    if dead := int((bands & ~used).sum()):
        notes.append(
            f"{judging.counted(dead, 'band')} without data {'was' if dead == 1 else 'were'} left out."
        )
    if zeros:
        notes.append(
            f"{judging.counted(zeros, 'band')} {'is' if zeros == 1 else 'are'} zero in every pixel; "
            "this was taken as measured. Where it means that there are no data, call them bad."
        )
    if not trusted:
        notes += judging.lacking_note(source, used, writer.count)
        if cube.seeks_nodata:
            used[used], found = yield from leave_out(writer, Scale.of(source, used))
            notes += found
        notes += yield from judging.digits_note(cube, writer)
    cube.judge(bands & ~used)
    return _scene(cube, writer, used, exponent, notes)


def from_array(x: NDArray[Any]) -> Scene:
    """Make a scene of a matrix, bands × pixels, as it is; it is never changed.

    Nothing in it is taken for a sign of missing data but NaN, and zero throughout.
    """
    if x.ndim != 2 or x.dtype.kind not in "fiu":
        raise InputError(f"a matrix bands × pixels of numbers is needed, not {x.dtype} of shape {x.shape}")
    if 0 in x.shape:
        raise InputError(f"a matrix of shape {x.shape} has no values")
    return finish(load(Cube(MatrixPixels(x)), trusted=True))


def _scene(
    cube: Cube, writer: TileWriter, bands: NDArray[np.bool_], exponent: int, notes: list[str]
) -> Scene:
    """Pad, scale and freeze."""
    if writer.count == 0:
        raise InputError(
            " ".join(["no pixel can be used: all are masked, nodata, NaN or zero in every band", *notes[-1:]])
        )
    tiles = writer.tiles[: len(writer)]
    tiles[-1, :, writer.count - (len(tiles) - 1) * TILE :] = 0
    own = math.frexp(writer.largest)[1]
    if abs(own) > 20:
        # Squares of such values would overflow float32; a power of two changes no digit.
        exponent += own
        for tile in tiles:
            np.ldexp(tile, -own, out=tile)
    tiles.flags.writeable = False
    total = cube.lines * cube.samples
    if writer.count < total:
        why = "hold no data" if cube.selection is None else "are masked or hold no data"
        notes = [*notes, f"{total - writer.count} of {total} pixels {why} and were left out."]
    negative = writer.below / (writer.count * tiles.shape[1])
    shape = (cube.lines,) if cube.is_matrix else (cube.lines, cube.samples)
    return Scene(tiles, writer.pixels, bands, shape, 2.0**exponent, negative, tuple(notes))
