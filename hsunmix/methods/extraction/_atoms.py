"""The spectra that a dictionary method chooses from, wherever they are: pixels of the scene, or a library."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.passes import compiling, coordinates_along, norms_squared
from hsunmix.engine.scene import TILE, Scene
from hsunmix.engine.source import Part, PerPixel
from hsunmix.engine.subsets import sampled
from hsunmix.engine.threads import single_threaded_blas
from hsunmix.methods import get
from hsunmix.methods.extraction._choice import SubsetEvaluator
from hsunmix.methods.shared._nndsvd import directions
from hsunmix.model.progress import Step

__all__ = ["Atoms", "Errors"]

Array = NDArray[np.float64]
Places = NDArray[np.int64]

DIRECTIONS = 40  # in which atoms that are pixels are compared; with fewer bands, all
PRODUCTS = 40_000_000  # of atoms and residuals, for one endmember
AT_ONCE = 8 * TILE  # atoms, of which each is multiplied with hundreds of residuals


class Atoms:
    """A dictionary, as a scene whose pixels are its atoms.

    Attributes
    ----------
    scene : Scene
    unit : Scene
        Their coordinates along ``basis``, as parts of atoms of length one.
    basis : array, (bands used, k)
        Orthonormal.
    """

    def __init__(self, scene: Scene, unit: Scene, basis: Array) -> None:
        self.scene, self.unit, self.basis = scene, unit, basis

    @classmethod
    def of(cls, scene: Scene) -> Generator[Step | None, None, Atoms]:
        """Get ready for questions about the pixels of a scene."""
        from hsunmix.kernels.projection import coordinates

        basis = np.eye(scene.n_bands)
        if min(scene.n_bands, scene.n_pixels // 10) > DIRECTIONS:
            basis = yield from directions(scene, DIRECTIONS)
        yield compiling(coordinates)
        rows = np.ascontiguousarray(basis.T)
        return cls(scene, (yield from scene.made(_unit, rows, bands=len(rows))), basis)

    def spectra(self, which: Places) -> Array:
        """Some atoms, (bands used, len(which))."""
        return np.maximum(self.scene.columns(which), 0)

    def likeness(self, w: Array) -> Generator[Step | None, None, Array]:
        """Return how much of the square of each spectrum each atom explains, (r, atoms)."""
        along = yield from coordinates_along(self.unit, w.T @ self.basis)
        return np.asarray(np.maximum(along.known(), 0) ** 2)

    def gains(self, rest: Array) -> Generator[Step | None, None, Array]:
        """Return by how much each atom alone lowers the squares of residuals (bands used, p); (atoms,)."""
        few = -(-rest.shape[1] * self.unit.n_pixels // PRODUCTS)
        along = self.basis.T @ rest[:, ::few]
        along /= np.abs(along).max() or 1.0
        found = self.unit.per_pixel()
        with single_threaded_blas():
            yield from self.unit.map(
                _gains, np.ascontiguousarray(along.T, np.float32), per_pixel=[found], pixels=AT_ONCE
            )
        return np.asarray(found.known())


def _unit(part: Part, rows: Array, out: NDArray[np.float32]) -> None:
    from hsunmix.kernels.projection import coordinates

    exact = np.empty(out.shape)
    coordinates(part.tiles, rows, exact)
    length = np.sqrt((part.tiles.astype(np.float64) ** 2).sum(axis=1, keepdims=True))
    out[:] = exact / np.where(length > 0, length, 1)


def _gains(part: Part, rest: NDArray[np.float32], out: Array) -> None:
    for i, tile in enumerate(part.tiles):
        along = rest @ tile
        np.maximum(along, 0, out=along)
        out[i] = np.einsum("pt,pt->t", along, along)


class Errors:
    """Relative errors of choices of atoms, with exact nonnegative abundances, on some of the pixels.

    Parameters
    ----------
    few : Scene
    norms : PerPixel
        ‖x‖² of its pixels.
    atoms : Atoms
    fixed : array, (bands used, f)
        Spectra that belong to every choice.
    """

    def __init__(self, few: Scene, norms: PerPixel, atoms: Atoms, fixed: Array) -> None:
        self.few, self._norms, self.atoms, self.fixed = few, norms, atoms, fixed
        self._kept = np.arange(-fixed.shape[1], 0)

    @classmethod
    def begin(
        cls, scene: Scene, enough: int, atoms: Atoms, fixed: Array
    ) -> Generator[Step | None, None, Errors]:
        """Take every m-th pixel of a scene, at least ``enough``."""
        few = yield from sampled(scene, enough)
        return cls(few, (yield from norms_squared(few)), atoms, fixed)

    def judge(self, pool: Places) -> Generator[Step | None, None, SubsetEvaluator]:
        """Get ready for choices among some atoms."""
        from hsunmix.kernels.hull import total_residual

        pool = np.unique(pool)
        spectra = np.column_stack([self.fixed, self.atoms.spectra(pool)])
        products = yield from coordinates_along(self.few, spectra.T)
        yield compiling(total_residual)
        return SubsetEvaluator(self.few, self._norms, np.concatenate([self._kept, pool]), spectra, products)

    def error(
        self, chosen: Places, judge: SubsetEvaluator | None = None, limit: float = np.inf
    ) -> Generator[Step | None, None, float]:
        """Return the relative error of a choice; one above ``limit`` may be too low."""
        if judge is None:
            judge = yield from self.judge(chosen)
        return (yield from judge.error(np.concatenate([self._kept, chosen]), limit))

    def rest(self, chosen: Places) -> Generator[Step | None, None, Array]:
        """Return what a choice leaves of the pixels, (bands used, pixels)."""
        w = np.column_stack([self.fixed, self.atoms.spectra(chosen)])
        x = self.few.columns(np.arange(self.few.n_pixels))
        if not w.shape[1]:
            return x
        nnls = get("nnls", "abundance")
        found = yield from nnls.run(self.few, w, nnls.params())
        return np.asarray(x - w @ found.h.known())
