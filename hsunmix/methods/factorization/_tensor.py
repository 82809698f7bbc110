"""Spectra of a stack of cubes as products: a spectrum, the same in all cubes, times an amount in each."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.passes import compiling
from hsunmix.engine.scene import Scene
from hsunmix.engine.source import Part
from hsunmix.methods.factorization import _steps
from hsunmix.methods.factorization._steps import Array, Quadratic, Work
from hsunmix.model.progress import Step

__all__ = ["Fold", "TensorSteps", "amounts_note"]

SWEEPS = 8  # of H on a tile
DELTA = np.float32(0.1)  # stop sweeping when a sweep changes less than this share of the first
ROUNDS, W_SWEEPS = 4, 4  # of the two small factors in turn, and of the columns of each
MAX_AMOUNTS = 60  # numbers that a note has room for


class Fold:
    """Which cube, and which of its bands, each used band of a stack is.

    Attributes
    ----------
    used : array of bool, (cubes, bands of one)
    """

    def __init__(self, scene: Scene) -> None:
        self.used = scene.bands.reshape(scene.stacked, -1)

    def unfold(self, values: Array) -> Array:
        """Return (r, bands used) as (r, cubes, bands), with zeros where a band is not used."""
        whole = np.zeros((len(values), *self.used.shape))
        whole[:, self.used] = values
        return whole

    def product(self, spectra: Array, amounts: Array) -> Array:
        """Return spectra (r, bands) times amounts (r, cubes), (r, bands used)."""
        return np.asarray((amounts[:, :, None] * spectra[:, None, :])[:, self.used])

    def split(self, values: Array) -> tuple[Array, Array]:
        """Return the products nearest to (r, bands used): spectra (r, bands) and amounts (r, cubes).

        By alternating least squares, which for one nonnegative product finds the best; amounts have mean one.
        """
        whole, here = self.unfold(values), self.used.astype(float)
        amounts = np.ones((len(values), len(here)))
        spectra = np.zeros((len(values), here.shape[1]))
        for _ in range(50):
            spectra = _ratio(np.einsum("knb,kn->kb", whole, amounts), amounts**2 @ here)
            before, amounts = amounts, _ratio(np.einsum("knb,kb->kn", whole, spectra), spectra**2 @ here.T)
            if np.abs(amounts - before).max(initial=0) <= 1e-9 * np.abs(amounts).max(initial=0):
                break
        mean = amounts.mean(axis=1, keepdims=True)
        mean[mean <= 0] = 1
        return spectra * mean, amounts / mean


class TensorSteps(_steps.Steps):
    """H by sweeps on tiles; then spectra and amounts in turn, on the sums that H left.

    Attributes
    ----------
    spectra_of, amounts_of : array, (r, bands), (r, cubes)
        The two factors of the endmembers; of locked ones too, where it means nothing.
    """

    def __init__(self, fold: Fold, w: Array) -> None:
        self.fold = fold
        self.spectra_of, self.amounts_of = fold.split(w.T)

    @property
    def w(self) -> Array:
        """The endmembers of the stack, (bands used, r)."""
        return self.fold.product(self.spectra_of, self.amounts_of).T

    def abundances(self, w: Array) -> Generator[Step | None, None, Work]:
        """Sweep the rows of h."""
        from hsunmix.kernels.hals import update

        yield compiling(update)
        wt = np.ascontiguousarray(w.T, dtype=np.float32)
        return Work(_sweep, (wt, (w.T @ w).astype(np.float32)))

    def spectra(self, quadratic: Quadratic) -> Array:
        """Lower the quadratic in the spectra, then in the amounts, a few times over."""
        free, g = quadratic.free, quadratic.g
        a, s = self._factors(quadratic)
        right, here = self.fold.unfold(quadratic.c), self.fold.used.astype(float)
        for _ in range(ROUNDS):
            a = self.improved(a, np.einsum("knb,kn->kb", right, s), _grams(s, here.T, g), free)
            s = _swept(s, np.einsum("knb,kb->kn", right, a), _grams(a, here, g))
        mean = s.mean(axis=1, keepdims=True)
        mean[mean <= 0] = 1
        self.spectra_of[free], self.amounts_of[free] = a, s = a * mean, s / mean
        return self.fold.product(a, s)

    def improved(self, a: Array, right: Array, grams: Array, free: NDArray[np.intp]) -> Array:  # noqa: ARG002
        """Return better spectra (free, bands): right (free, bands), grams (bands, free, free)."""
        return _swept(a, right, grams)

    def _factors(self, quadratic: Quadratic) -> tuple[Array, Array]:
        """Return the factors of the spectra as they are: those kept, or new where one was started anew."""
        free = quadratic.free
        a, s = self.spectra_of[free].copy(), self.amounts_of[free].copy()
        other = (self.fold.product(a, s) != quadratic.wt).any(axis=1)
        if other.any():
            a[other], s[other] = self.fold.split(quadratic.wt[other])
        return a, s


def amounts_note(amounts: Array) -> str:
    """Say how much of each endmember is in each cube, relative to its mean; empty where that is too long."""
    if amounts.shape[1] == 1:
        return "This scene is one cube, for which it is plain NMF: stack several (--stack, or Cube.stack)."
    if amounts.size > MAX_AMOUNTS:
        return ""
    rows = (f"{k + 1}: {', '.join(f'{v:.2f}' for v in row)}" for k, row in enumerate(amounts))
    return f"Amounts in the {amounts.shape[1]} cubes, relative to their mean, of endmember {'; '.join(rows)}."


def _sweep(
    part: Part,
    wt: NDArray[np.float32],
    g: NDArray[np.float32],
    h: NDArray[np.float32],
    xht: Array,
    hht: Array,
) -> None:
    from hsunmix.kernels.hals import update

    update(part.tiles, part.counts, wt, g, h, h.copy(), np.float32(0), False, SWEEPS, DELTA, xht, hht)


def _grams(other: Array, here: Array, g: Array) -> Array:
    """Return the Gram matrix of each column of a factor, (columns, r, r), from the other factor (r, m)."""
    return np.asarray(np.einsum("cm,klm->ckl", here, other[:, None] * other, optimize=False) * g)


def _swept(x: Array, right: Array, grams: Array) -> Array:
    """Set every row of x (r, columns) to its optimum, a few times over."""
    x, diagonal = x.copy(), np.einsum("ckk->kc", grams)
    share = _ratio(np.ones_like(diagonal), diagonal)
    floor = 1e-16 * max(float(np.abs(x).max(initial=0)), 1e-300)
    for _ in range(W_SWEEPS):
        for k in range(len(x)):
            rest = right[k] - np.einsum("cl,lc->c", grams[:, k], x)
            np.maximum(x[k] + share[k] * rest, floor, out=x[k])
    return x


def _ratio(above: Array, below: Array) -> Array:
    """Divide, with zero where there is nothing to divide by."""
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)
