"""XRAY: find a pixel that the cone does not explain, and the extreme ray that explains it.

Problem: find r columns of X whose cone holds all others, X ≈ X(:, K) H with H ≥ 0.
Update: with residuals R = X − X(:, K) H (H exact, nonnegative), choose a pixel i outside the cone
and take the ray j = argmax_j R_iᵀ x_j / Σ_b x_bj; ``selection`` says which i: the longest
residual (max), any (rand), or the one with the largest ‖(R_iᵀ X)₊‖ (dist). ``greedy`` takes
j = argmax_j ‖(Rᵀ x_j)₊‖ / ‖x_j‖ instead. Spectra are divided by their sum, so brightness plays no
part, and pixels whose sum is not positive are never taken.
Cost: max, rand: two reads of X an endmember, and a few r × r products for pixels that may be
chosen. dist, greedy: 2 · bands · pixels · m operations an endmember, where m pixels, evenly
spread and at most 500, stand for all i.
Guarantee: max, rand and dist find the extreme rays of a separable scene without noise; greedy, a
matching pursuit, need not, but often fits noisy scenes better. Abundances need not sum to one; dark
or noisy pixels can be extreme rays.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Annotated, Literal

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from hsunmix.engine.passes import coordinates_along
from hsunmix.engine.scene import Scene
from hsunmix.engine.source import Part
from hsunmix.engine.subsets import evenly
from hsunmix.engine.threads import single_threaded_blas
from hsunmix.errors import InputError
from hsunmix.methods import Extraction, Problem
from hsunmix.methods.extraction._model import NOTHING_LEFT, Model
from hsunmix.methods.extraction._options import Options, with_options
from hsunmix.model.progress import Step

__all__ = ["REFERENCE", "TITLE", "Params", "run"]

TITLE = "Extreme rays (XRAY)"
REFERENCE = "Kumar, Sindhwani and Kambadur, ICML (2013)"

SAMPLE = 500  # pixels that stand for all others in dist and greedy
TOO_DARK = 1e-6  # of the largest sum of a spectrum: rounding would choose among darker ones

Array = NDArray[np.float64]


class Params(Options, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Parameters of xray."""

    selection: Annotated[
        Literal["max", "rand", "dist", "greedy"], Meta(description="Which pixel outside the cone to explain")
    ] = "max"


@with_options
def run(problem: Problem, params: Params) -> Generator[Step | None, None, Extraction]:
    """Choose ``rank`` pixels, fewer when the others are in the cone of those."""
    scene, rank = problem.scene, problem.rank
    rng = np.random.default_rng(problem.seed)
    model = yield from Model.begin(scene, rank, bounded=False)
    sums = (yield from coordinates_along(scene, np.ones((1, scene.n_bands)))).flat
    usable = sums > TOO_DARK * sums.max()
    sums[~usable] = 1
    chosen: list[int] = []
    while len(chosen) < rank and not model.exhausted:
        if params.selection == "greedy":
            rest = _residuals(model, evenly(scene.n_pixels, SAMPLE))
            score = (yield from _positive_power(scene, rest))[1] / np.where(usable, model.norms.flat, 1)
        else:
            rest = yield from _outside(model, params.selection, rng)
            score = (yield from coordinates_along(scene, rest[None])).flat / sums
        score[~usable] = -np.inf
        score[chosen] = -np.inf
        best = int(score.argmax())
        if not score[best] > 0:
            break
        chosen.append(best)
        yield Step(len(chosen) / rank, message=f"Endmember {len(chosen)} of {rank}")
        if len(chosen) < rank:
            yield from model.add(best)
    if not chosen:
        raise InputError("no pixel has a positive sum over the bands: XRAY can't work with negative spectra")
    note = "" if len(chosen) == rank else f"All pixels lie in the cone of only {len(chosen)} of them."
    columns = np.array(chosen, dtype=np.int64)
    return Extraction(np.maximum(scene.columns(columns), 0), columns, note)


def _outside(model: Model, selection: str, rng: np.random.Generator) -> Generator[Step | None, None, Array]:
    """Residual, (bands used,), of a pixel outside the cone."""
    if selection == "max":
        return _residuals(model, np.array([model.residual.argmax()]))[:, 0]
    if selection == "rand":
        outside = np.flatnonzero(model.residual.flat > NOTHING_LEFT * model.norms.max())
        return _residuals(model, np.array([rng.choice(outside)]))[:, 0]
    rest = _residuals(model, evenly(model.scene.n_pixels, SAMPLE))
    power, _ = yield from _positive_power(model.scene, rest)
    return np.asarray(rest[:, power.argmax()])


def _residuals(model: Model, columns: NDArray[np.int64]) -> Array:
    """Residual spectra of some pixels, (bands used, columns)."""
    from scipy.optimize import nnls

    x = model.scene.columns(columns)
    w = model.spectra
    if w.shape[1]:
        x -= w @ np.column_stack([nnls(w, v)[0] for v in x.T])
    return x


def _positive_power(scene: Scene, rest: Array) -> Generator[Step | None, None, tuple[Array, Array]]:
    """Σ_j (R_iᵀ x_j)₊² for every i of the sample, and Σ_i of the same for every pixel, padding included."""
    rows = np.ascontiguousarray(rest.T, dtype=np.float32)
    by_pixel = scene.per_pixel()
    with single_threaded_blas():
        found = yield from scene.map(_add_power, rows, per_pixel=[by_pixel], sums=[(len(rows),)])
    return found.sums[0], by_pixel.flat


def _add_power(part: Part, rows: NDArray[np.float32], by_pixel: Array, total: Array) -> None:
    for tile, out in zip(part.tiles, by_pixel, strict=True):
        product = rows @ tile
        np.maximum(product, 0, out=product)
        np.square(product, out=product)
        total += product.sum(axis=1)
        out[:] = product.sum(axis=0)
