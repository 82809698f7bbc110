"""A cube, or a matrix, becomes a scene: read once, judged on all its pixels."""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine import judging
from hsunmix.engine.executor_file import Streaming
from hsunmix.engine.file_tiles import FileTiles
from hsunmix.engine.footprint import PIECE, PIECES, Footprint
from hsunmix.engine.reading import fill
from hsunmix.engine.room import Room
from hsunmix.engine.scene import Scene
from hsunmix.engine.sentinels import Scale, leave_out, of_other_scales
from hsunmix.engine.subsets import in_file
from hsunmix.engine.survey import FileWriter, Visitor, survey
from hsunmix.engine.tile_writer import TILE, TileWriter
from hsunmix.errors import InputError
from hsunmix.model.chain import grids_of, parts_of
from hsunmix.model.cube import Cube
from hsunmix.model.pixels import MatrixPixels, prepared
from hsunmix.model.progress import Step, finish

if TYPE_CHECKING:
    pass

__all__ = ["from_array", "load"]


def load(
    cube: Cube,
    spectra: NDArray[np.float64] | None = None,
    *,
    trusted: bool = False,
    footprint: Footprint | None = None,
    visitors: Sequence[Visitor] = (),
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
    footprint : Footprint, optional
        Where they are to lie: by default in memory.
    visitors : sequence of Visitor
        See each block of a scene that stays in its file while it is read for the first time.

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

    yield compiling(take_rows if cube.pixels.dtype == np.float32 else take_stored_rows)
    footprint = footprint or Footprint()
    room = footprint.made_room()  # before anything is read: a disk that is too small is told at once
    yield from prepared(cube.pixels)
    measured = np.zeros(cube.bands, bool) if spectra is None else judging.measured_zeros(cube, spectra)
    bands = np.ones(cube.bands, bool) if cube.bad_bands is None else ~cube.bad_bands
    source, exponent, writer = yield from _in_range(cube, bands, footprint, room, visitors)
    used, notes = bands.copy(), []
    used[bands], zeros = yield from judging.judge_bands(writer, measured[bands])
    notes += judging.bands_note(int((bands & ~used).sum()), zeros)
    if not trusted:
        notes += judging.lacking_note(source, used, writer.count)
        if cube.seeks_nodata:
            for part in of_other_scales(parts_of(source)):
                used[used], found = yield from leave_out(writer, Scale.of(part, used))
                notes += found
        notes += yield from judging.digits_note(cube, writer)
    cube.judge(bands & ~used)
    scene = _scene(cube, writer, used, exponent, notes, room)
    return scene if footprint.cluster is None else _on_cluster(scene, writer)


def from_array(x: NDArray[Any]) -> Scene:
    """Make a scene of a matrix, bands × pixels, as it is; it is never changed.

    Nothing in it is taken for a sign of missing data but NaN, and zero throughout.
    """
    if x.ndim != 2 or x.dtype.kind not in "fiu":
        raise InputError(f"a matrix bands × pixels of numbers is needed, not {x.dtype} of shape {x.shape}")
    if 0 in x.shape:
        raise InputError(f"a matrix of shape {x.shape} has no values")
    return finish(load(Cube(MatrixPixels(x)), trusted=True))


def _in_range(
    cube: Cube, bands: NDArray[np.bool_], footprint: Footprint, room: Room, visitors: Sequence[Visitor]
) -> Generator[Step | None, None, tuple[Cube, int, TileWriter | FileWriter]]:
    """Read some bands, divided by a power of two, whose exponent is returned, where float32 needs it."""
    writer = yield from _read(cube, bands, footprint, room, visitors)
    if judging.is_out_of_range(cube, writer):
        exponent = yield from judging.range_exponent(cube, bands)
        if exponent:
            cube = judging.rescaled(cube, exponent)
            return cube, exponent, (yield from _read(cube, bands, footprint, room, visitors, 2.0**exponent))
    return cube, 0, writer


def _read(
    cube: Cube,
    bands: NDArray[np.bool_],
    footprint: Footprint,
    room: Room,
    visitors: Sequence[Visitor],
    scale: float = 1.0,
) -> Generator[Step | None, None, TileWriter | FileWriter]:
    """Read some bands of a cube, as planned."""
    if footprint.way == "cluster":
        from hsunmix.engine.cluster.first_look import looked_at

        return (yield from looked_at(cube, bands, cube.dead_bands, footprint, room))
    if footprint.way == "file":
        return (yield from survey(cube, bands, cube.dead_bands, footprint, room, visitors, scale))
    if footprint.way == "scratch":
        return (yield from fill(cube, bands, cube.dead_bands, room, PIECES * PIECE))
    return (yield from fill(cube, bands, cube.dead_bands))


def _scene(
    cube: Cube,
    writer: TileWriter | FileWriter,
    bands: NDArray[np.bool_],
    exponent: int,
    notes: list[str],
    room: Room,
) -> Scene:
    """Pad, scale and freeze."""
    if writer.count == 0:
        raise InputError(
            " ".join(["no pixel can be used: all are masked, nodata, NaN or zero in every band", *notes[-1:]])
        )
    own = math.frexp(writer.largest)[1]
    # Squares of such values would overflow float32; a power of two changes no digit.
    own = own if abs(own) > 20 else 0
    total = cube.lines * cube.samples
    if writer.count < total:
        why = "hold no data" if cube.selection is None else "are masked or hold no data"
        notes = [*notes, f"{total - writer.count} of {total} pixels {why} and were left out."]
    negative = writer.below / (writer.count * writer.tiles.shape[1])
    shape = (cube.lines,) if cube.is_matrix else (cube.lines, cube.samples)
    scene = Scene(
        _frozen(writer, own) if isinstance(writer, TileWriter) else replace(writer.tiles, exponent=own),
        writer.pixels, bands, shape, 2.0 ** (exponent + own), negative, tuple(notes),
        stacked=cube.stacked, room=room, grids=grids_of(cube),
    )  # fmt: skip
    return scene if isinstance(writer, TileWriter) else _in_file(scene, writer, own)


def _frozen(writer: TileWriter, own: int) -> NDArray[np.float32]:
    """Tiles, padded with zeros and divided by a power of two."""
    tiles = writer.tiles[: len(writer)]
    tiles[-1, :, writer.count - (len(tiles) - 1) * TILE :] = 0
    for tile in tiles if own else ():
        np.ldexp(tile, -own, out=tile)
    tiles.flags.writeable = False
    return tiles


def _in_file(scene: Scene, writer: FileWriter, own: int) -> Scene:
    """A scene that stays in its file, with what its first read told of it."""
    assert isinstance(scene.tiles, FileTiles)
    moments, glimpse = writer.moments, writer.glimpse
    if moments is not None:
        moments = np.ldexp(moments[0], -2 * own), np.ldexp(moments[1], -own)
    return replace(
        scene, executor=Streaming(scene.tiles), moments=moments, top=math.ldexp(writer.largest, -own),
        glimpse=glimpse and glimpse.scaled(-own),
    )  # fmt: skip


def _on_cluster(scene: Scene, writer: TileWriter | FileWriter) -> Scene:
    """A scene whose pixels workers have: those that they have read already, where all of it is used."""
    from hsunmix.engine.cluster.first_look import ClusterWriter

    assert isinstance(scene.tiles, FileTiles)
    assert isinstance(writer, ClusterWriter)
    tiles, executor = writer.seen
    if scene.tiles.holds_what(executor.scene.tiles):
        return replace(scene, tiles=tiles, executor=executor)
    return in_file(replace(scene, executor=executor), scene.tiles)
