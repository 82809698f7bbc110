"""Which of several sets of pixels explains the scene best, and what is left when some depend on others."""

from __future__ import annotations

from collections.abc import Generator, Sequence

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.passes import compiling, coordinates_along, norms_squared
from hsunmix.engine.scene import Scene
from hsunmix.engine.source import Part, PerPixel
from hsunmix.engine.subsets import sampled
from hsunmix.methods import Extraction
from hsunmix.methods.shared._least_squares import at_once
from hsunmix.model.progress import Step

__all__ = ["SubsetEvaluator", "best_set", "exchanged", "extraction", "independent"]

MAX_PIXELS = 5_000  # pixels that are asked which set is best
NOTHING_LEFT = 1e-12  # of the longest pixel's squared norm: as in spa
WORTH_IT = 1e-3  # of the error: what an exchange must gain
MAX_EXCHANGE_PIXELS = 2_000  # the same for exchanges, of which there are hundreds
POOL = 80  # pixels that are tried in exchange
AT_ONCE = 200  # pixels whose products with those asked are in memory at a time

Array = NDArray[np.float64]
Columns = NDArray[np.int64]


class SubsetEvaluator:
    """Relative errors of sets of pixels, with exact nonnegative abundances.

    Large scenes are represented by every m-th pixel, at least ``enough`` of them. The products of
    all pixels in question with those are made once; then a set costs a few r × r products a pixel.
    """

    def __init__(
        self, few: Scene, norms: PerPixel, columns: Columns, spectra: Array, products: PerPixel
    ) -> None:
        self.few, self._norms, self._columns = few, norms, columns
        self._gram = spectra.T @ spectra
        self._products = products
        self._whole = float(norms.sum()) or 1.0

    @classmethod
    def begin(
        cls, scene: Scene, columns: Columns, enough: int = MAX_PIXELS
    ) -> Generator[Step | None, None, SubsetEvaluator]:
        """Get ready for sets made of some columns of the scene."""
        from hsunmix.kernels.hull import total_residual

        few = yield from sampled(scene, enough)
        norms = yield from norms_squared(few)
        columns = np.unique(columns)
        spectra = scene.columns(columns)
        products = yield from coordinates_along(few, spectra.T)
        yield compiling(total_residual)
        return cls(few, norms, columns, spectra, products)

    def error(self, columns: Columns, limit: float = np.inf) -> Generator[Step | None, None, float]:
        """Return the relative error of a set of independent pixels; one above ``limit`` may be too low."""
        rows = np.searchsorted(self._columns, columns)
        g = self._gram[np.ix_(rows, rows)]
        table = 1 << min(len(rows), 13)
        found = yield from self.few.map(
            _total_residual, rows, g, table, limit**2 * self._whole,
            per_pixel=[self._products, self._norms], pixels=at_once(len(rows)),
        )  # fmt: skip
        return float(np.sqrt(sum(found.values) / self._whole))


def _total_residual(
    part: Part, rows: NDArray[np.intp], g: Array, table: int, most: float, products: Array, norms: Array
) -> float:
    from hsunmix.kernels.hull import total_residual

    return float(total_residual(products, rows, part.counts, norms, g, False, table, most))


def best_set(scene: Scene, sets: Sequence[Columns], message: str) -> Generator[Step | None, None, Columns]:
    """Return the set with the lowest relative error.

    Sets with more independent spectra come first; among equals the first.
    """
    # The same pixels in another order are the same set: rounding would choose among them.
    sets = list({tuple(np.sort(columns)): columns for columns in reversed(sets)}.values())[::-1]
    if len(sets) == 1:
        return sets[0]
    ranked: list[tuple[int, float, int]] = []
    step = max(1, AT_ONCE // len(sets[0]))
    for first in range(0, len(sets), step):
        part = [independent(scene, columns) for columns in sets[first : first + step]]
        judge = yield from SubsetEvaluator.begin(scene, np.concatenate(part))
        for number, columns in enumerate(part, first):
            error = yield from judge.error(columns)
            ranked.append((-len(columns), error, number))
            if number % 10 == 0:
                yield Step(
                    number / len(sets), min(ranked)[1], message=f"{message} {number + 1} of {len(sets)}"
                )
    return sets[min(ranked)[2]]


def exchanged(scene: Scene, best: Columns, sets: Sequence[Columns]) -> Generator[Step | None, None, Columns]:
    """Exchange pixels of the best set for pixels of the others, one at a time, while the error falls.

    Of the others, those most often found are tried, at most 80.
    """
    found, times = np.unique(np.concatenate(sets), return_counts=True)
    pool = np.union1d(found[np.argsort(-times, kind="stable")[:POOL]], best)
    before, best = best, best.copy()
    if len(independent(scene, best)) < len(best):
        return best
    judge = yield from SubsetEvaluator.begin(scene, pool, MAX_EXCHANGE_PIXELS)
    lowest = yield from judge.error(best)
    tried_in_vain = 0
    k = 0
    while tried_in_vain < len(best):
        tried_in_vain += 1
        for other in pool:
            if other in best:
                continue
            trial = best.copy()
            trial[k] = other
            error = yield from judge.error(trial, lowest)
            if error < lowest * (1 - WORTH_IT):
                best, lowest, tried_in_vain = trial, error, 0
        k = (k + 1) % len(best)
        yield Step(relative_error=lowest, message="Exchanging vertices between the sets")
    return (yield from best_set(scene, [best, before], "Set"))


def independent(scene: Scene, columns: Columns) -> Columns:
    """Leave out pixels that are combinations of those before them."""
    basis = np.zeros((scene.n_bands, 0))
    spectra = scene.columns(columns)
    limit = NOTHING_LEFT * float(np.square(spectra).sum(axis=0).max(initial=0))
    kept = []
    for column, x in zip(columns, spectra.T, strict=True):
        for _ in range(2):
            x = x - basis @ (basis.T @ x)
        length = float(x @ x)
        if length > limit:
            basis = np.column_stack([basis, x / np.sqrt(length)])
            kept.append(column)
    return np.array(kept, dtype=np.int64)


def extraction(scene: Scene, columns: Columns, rank: int) -> Extraction:
    """Make a result of the independent ones of some pixels."""
    kept = independent(scene, columns)
    note = "" if len(kept) == rank else f"The pixels found hold only {len(kept)} independent spectra."
    return Extraction(np.maximum(scene.columns(kept), 0), kept, note)
