"""What the pixels chosen so far explain of all others: the state that snpa and xray share."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.passes import compiling, norms_squared
from hsunmix.engine.scene import TILE, Scene, subset
from hsunmix.methods._least_squares import at_once
from hsunmix.model.unmixing import Step

__all__ = ["NOTHING_LEFT", "Model"]

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
    norms, residual : array, (n, T)
        ‖x‖², and ‖x − W h‖² with the best h; zero in the padding.
    spectra : array, (bands used, k)
        The chosen pixels.
    chosen : list of int
        Their columns.
    """

    def __init__(self, scene: Scene, rank: int, bounded: bool, norms: NDArray[np.float64]) -> None:
        self.scene, self.bounded, self.norms = scene, bounded, norms
        self.residual = norms.copy()
        self.spectra = np.empty((scene.n_bands, 0))
        self.chosen: list[int] = []
        self._right = np.empty((len(scene.tiles), rank, scene.tiles.shape[2]))
        self._sets = np.zeros(norms.shape, np.int64)

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
        probe = subset(scene, worst)
        place = (worst // TILE, worst % TILE)
        right, sets, residual, norms = (np.zeros((1, *a.shape[1:]), a.dtype) for a in self._arrays)
        count = len(worst)
        for new, old in zip((right, sets, residual, norms), self._arrays, strict=True):
            new[0, ..., :count] = np.moveaxis(old[place[0], ..., place[1]], 0, -1)
        project(probe.tiles, probe.counts, norms, w, g, self.bounded, table, 0.0, right, sets, residual)
        skip_below = float(residual.max()) * (1 - SLACK)

        def work(c: slice) -> None:
            project(
                scene.tiles[c], scene.counts[c], self.norms[c], w, g, self.bounded, table, skip_below,
                self._right[c], self._sets[c], self.residual[c],
            )  # fmt: skip

        yield from scene.passes(work, at_once(r))
        self.residual.flat[self.chosen] = 0.0

    @property
    def _arrays(
        self,
    ) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
        return self._right, self._sets, self.residual, self.norms

    def _worst_of_tiles(self) -> NDArray[np.int64]:
        """The column with the largest residual in each of the worst tiles."""
        inside = self.residual.argmax(axis=1)
        largest = self.residual.max(axis=1)
        tiles = np.argsort(-largest, kind="stable")[:TILE]
        return np.asarray(tiles * TILE + inside[tiles], dtype=np.int64)
