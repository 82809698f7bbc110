"""What the pixels chosen so far explain of all others: the state that snpa and xray share."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.passes import compiling, norms_squared
from hsunmix.engine.scene import TILE, Scene
from hsunmix.engine.source import Part, PerPixel
from hsunmix.engine.subsets import subset
from hsunmix.methods.shared._least_squares import at_once
from hsunmix.model.progress import Step

__all__ = ["NOTHING_LEFT", "Model"]

Array = NDArray[np.float64]

NOTHING_LEFT = 1e-12  # of the longest pixel's squared norm: float32 data are no better
SLACK = 2e-6  # pixels this near to the largest residual are never skipped: they may be ties
TABLE_BYTES = 2 << 20  # stays in the cache of a processor


class Model:
    """Distances of all pixels from the cone of those chosen, exact where they can matter.

    One more endmember never makes a residual larger. So the new residual of a few pixels, the
    worst of every tile, says how small an old one must be for its pixel not to be the next choice:
    such pixels keep their old residual, which is then an upper bound.

    Attributes
    ----------
    norms, residual : PerPixel
        ‖x‖², and ‖x − W h‖² with the best h; zero in the padding.
    spectra : array, (bands used, k)
        The chosen pixels.
    chosen : list of int
        Their columns.
    """

    def __init__(self, scene: Scene, rank: int, bounded: bool, norms: PerPixel) -> None:
        self.scene, self.bounded, self.norms = scene, bounded, norms
        self.residual = norms.copy()
        self.spectra = np.empty((scene.n_bands, 0))
        self.chosen: list[int] = []
        self._right = scene.per_pixel(rank)
        self._sets = scene.per_pixel(dtype=np.int64, fill=0)

    @classmethod
    def begin(cls, scene: Scene, rank: int, bounded: bool) -> Generator[Step | None, None, Model]:
        """Start with nothing chosen.

        Parameters
        ----------
        bounded : bool
            Whether abundances sum to at most one: the hull with the origin, not the cone.
        """
        norms = yield from norms_squared(scene)
        return cls(scene, rank, bounded, norms)

    @property
    def exhausted(self) -> bool:
        """Whether the chosen pixels explain all others."""
        return bool(self.residual.max() <= NOTHING_LEFT * self.norms.max())

    def add(self, column: int) -> Generator[Step | None, None, None]:
        """Choose one more pixel."""
        from hsunmix.kernels.hull import project

        scene, k = self.scene, len(self.chosen)
        yield compiling(project)
        self.chosen.append(column)
        w = scene.columns(np.array([column]))[:, 0]
        self.spectra = np.column_stack([self.spectra, w])
        g = self.spectra.T @ self.spectra
        r = k + 1
        table = 1 << min(r, max(4, (TABLE_BYTES // (8 * (r + 1) ** 2)).bit_length() - 1))

        worst = self._worst_of_tiles()
        probe = yield from subset(scene, worst)
        state = self.norms, self._right, self._sets, self.residual
        few = [numbers.of(worst) for numbers in state]
        yield from probe.map(_project, w, g, self.bounded, table, 0.0, per_pixel=few)
        skip_below = few[-1].max() * (1 - SLACK)
        arguments = w, g, self.bounded, table, skip_below
        yield from scene.map(_project, *arguments, per_pixel=state, pixels=at_once(r))
        self.residual.put(self.chosen, 0.0)

    def _worst_of_tiles(self) -> NDArray[np.int64]:
        """The column with the largest residual in each of the worst tiles."""
        columns, largest = self.residual.largest_of_tiles()
        return columns[np.argsort(-largest, kind="stable")[:TILE]]


def _project(
    part: Part, w: Array, g: Array, bounded: bool, table: int, skip_below: float, norms: Array, right: Array,
    sets: NDArray[np.int64], residual: Array,
) -> None:  # fmt: skip
    from hsunmix.kernels.hull import project

    project(part.tiles, part.counts, norms, w, g, bounded, table, skip_below, right, sets, residual)
