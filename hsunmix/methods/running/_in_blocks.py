"""Abundances of a scene that stays in its file: each block is solved and measured while it is in memory."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

import msgspec
import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.passes import norms_squared, residuals
from hsunmix.engine.room import Room
from hsunmix.engine.scene import TILE, Scene
from hsunmix.engine.source import counts_of, per_pixel_of
from hsunmix.engine.subsets import scenes
from hsunmix.methods import Abundances, Method, PixelMap
from hsunmix.methods.shared._misfit import Misfit
from hsunmix.model.progress import Step

__all__ = ["Solver", "solved_in_blocks"]

Array = NDArray[np.float64]

EXTREME = 2.0**20  # beyond, a scene is scaled: see ``hsunmix.engine.loading``


class Solver:
    """Finds the abundances of given spectra in one block after the other, and what they leave.

    It is a ``Visitor`` too: the read that finds out which pixels hold data is then the only one.

    Parameters
    ----------
    method : Method
        An abundance method: each pixel is solved by itself.
    params : Struct
    spectra : array, (bands, r)
        In the cube's units.
    """

    def __init__(self, method: Method, params: msgspec.Struct, spectra: Array) -> None:
        self.method, self.params, self.spectra = method, params, spectra

    def begin(self, bands: NDArray[np.bool_], pixels: int, room: Room, scale: float = 1.0) -> None:
        """Get ready for at most so many pixels of some bands, in units ``scale`` times as large."""
        self._bands, self._scale = bands, scale
        self._w = self.spectra[bands] / scale
        self.done, self._norm = 0, 0.0
        self._norms = np.zeros(())
        self._notes: dict[str, None] = {}
        self._pixels, self._room = pixels, room
        self._maps: dict[str, PixelMap] = {}
        counts = counts_of(pixels, TILE)
        self._h = per_pixel_of(counts, TILE, self._w.shape[1], np.float32, 0, room)
        self._rest = per_pixel_of(counts, TILE, None, np.float64, 0, room)

    def visit(self, block: Scene) -> Generator[Step | None, None, None]:
        """Solve the next pixels."""
        top = block.largest
        if not (np.isfinite(self._w).all() and top < EXTREME and (top > 1 / EXTREME or self._scale != 1)):
            self._w = self._w * np.nan  # such values are brought into reach once all are known
            return
        found = yield from self.method.run(block, self._w, self.params)
        rest = yield from residuals(block, self._w, found.h)
        norms = yield from norms_squared(block)
        self._norm += norms.sum()
        if block.grids:
            self._norms = self._norms + block.of_images(norms)
        self._h.write(self.done, found.h)
        self._rest.write(self.done, rest)
        for name, one in found.maps.items():
            self._keep(name, one)
        self._notes[found.note] = None
        self.done += block.n_pixels

    def fits(self, scene: Scene) -> bool:
        """Whether what was found is of just the pixels and bands of a scene."""
        same = self.done == scene.n_pixels and self._scale == scene.scale
        return same and np.array_equal(self._bands, scene.bands)

    def found(self, scene: Scene) -> tuple[Abundances, Misfit]:
        """Return what was found, as of a scene, and what it leaves."""
        pixels = scene.n_pixels
        h, rest = (numbers.of_first(pixels) for numbers in (self._h, self._rest))
        note = " ".join(filter(None, self._notes))
        maps = {
            name: replace(
                one, numbers=one.numbers.of_first(pixels), index=one.index and one.index.of_first(pixels)
            )
            for name, one in self._maps.items()
        }
        norms = self._norms if scene.grids else None
        return Abundances(h, note, maps), Misfit(rest, scene.n_bands, self._norm, norms)

    def _keep(self, name: str, part: PixelMap) -> None:
        """Take over the part of a map that is of this block."""
        if name not in self._maps:
            numbers = part.numbers.for_more(self._pixels, self._room)
            index = part.index and part.index.for_more(self._pixels, self._room)
            self._maps[name] = replace(part, numbers=numbers, index=index)
        whole = self._maps[name]
        whole.numbers.write(self.done, part.numbers)
        if whole.index is not None and part.index is not None:
            whole.index.write(self.done, part.index)


def solved_in_blocks(
    scene: Scene, spectra: Array, method: Method, params: msgspec.Struct
) -> Generator[Step | None, None, tuple[Abundances, Misfit]]:
    """Find the abundances of spectra, (bands, r) in the cube's units, and what they leave, in one read."""
    solver = Solver(method, params, spectra)
    solver.begin(scene.bands, scene.n_pixels, scene.room, scene.scale)
    for block in scenes(scene):
        if block is None:
            yield None
            continue
        yield from solver.visit(block)
        yield Step(solver.done / scene.n_pixels, message="Abundances")
    return solver.found(scene)
