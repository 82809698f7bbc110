"""What every worker is given of a scene and of a pass, and how answers are put together."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.cluster.messages import Answer, Kind, Origin, Placing, Recipe, Sums, Task, total
from hsunmix.engine.file_tiles import FileTiles
from hsunmix.engine.source import Outcome, PerPixel
from hsunmix.model.brought import source_of_scene, terms_of
from hsunmix.model.chain import parts_of
from hsunmix.model.cube import Cube

__all__ = ["kind_of", "only", "outcomes_of", "recipe_of"]


def recipe_of(tiles: FileTiles, opener: Callable[..., Any], step: int) -> Recipe:
    """Say how a worker comes by the pixels of a scene; blocks have ``step`` tiles."""
    cube = tiles.cube
    count = cube.lines * cube.samples
    used = None
    if len(tiles.pixels) < count:
        bits = np.zeros(count, bool)
        bits[tiles.pixels] = True
        used = zlib.compress(np.packbits(bits).tobytes(), 1)
    origins = tuple(map(_origin, parts_of(cube)))
    return Recipe(opener, origins, tiles.bands, used, tiles.exponent, step)


def _origin(cube: Cube) -> Origin:
    size = cube.files[0][1].size if cube.files else 0
    own, terms, good = source_of_scene(cube), None, None
    if own is not cube:
        terms, good = terms_of(cube), own.good_bands
    scale = cube.gain, cube.offset, cube.nodata
    return Origin(str(cube.path), cube.options, own.shape, size, *scale, terms, good)


def kind_of(numbers: PerPixel) -> Kind:
    """Say what numbers are that lie here."""
    k = None if numbers.values.ndim == 2 else numbers.values.shape[1]
    return Kind(k, numbers.values.dtype)


def only(step: Placing | Task, blocks: tuple[int, ...]) -> Placing | Task:
    """Return what concerns some blocks."""
    if isinstance(step, Placing):
        return Placing(step.name, {b: step.values[b] for b in blocks})
    chunks = {b: step.chunks[b] for b in blocks}
    return Task(step.work, step.small, step.sums, step.blind, step.source, step.numbers, chunks)


def outcomes_of(answers: list[Answer], shapes: Sequence[tuple[int, ...]], blocks: int) -> list[Outcome]:
    """Return the outcomes of all parts in order; the first one has the sums of all."""
    values: dict[int, list[Any]] = {}
    sums: Sums = {}
    for answer in answers:
        values |= answer.values
        sums |= answer.sums
    every = [value for block in range(blocks) for value in values[block]]
    nothing: list[NDArray[np.float64]] = [np.broadcast_to(np.float64(0), shape) for shape in shapes]
    first = total(sums, blocks) if shapes else []
    return [(value, nothing if k else first) for k, value in enumerate(every)]
