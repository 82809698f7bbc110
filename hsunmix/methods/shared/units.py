"""The scale of spectra: whether given ones are in a scene's units, and what a factorization leaves open."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.passes import norms_squared
from hsunmix.engine.scene import Scene
from hsunmix.engine.source import Part
from hsunmix.engine.subsets import evenly
from hsunmix.methods import Factorization, PixelMap
from hsunmix.methods.shared._maps import is_of_endmembers
from hsunmix.model.progress import Step
from hsunmix.model.scales import between
from hsunmix.model.unmixing import Unmixing

__all__ = ["noted", "scale_note", "scaled_to_sum_one"]

LOOKED_AT = 512  # pixels of a scene
LOOKED_AT_IN_FILE = 64  # the same where each is read by itself
Array = NDArray[np.float64]
PUREST = 0.3  # abundance of an endmember in the pixel that has most of it: not less
DEPENDENT = 1e-12  # of the largest eigenvalue


def scale_note(scene: Scene, endmembers: NDArray[np.float64]) -> str:
    """Say that given spectra seem to be in other units than the scene.

    Parameters
    ----------
    scene : Scene
    endmembers : array, (bands, r)

    Returns
    -------
    str
        A sentence with the factor that brings them there; empty where they are in its units.
    """
    most = LOOKED_AT if scene.at_hand else LOOKED_AT_IN_FILE
    some = evenly(scene.n_pixels, most)
    found = between(endmembers[scene.bands], scene.columns(some) * scene.scale)
    return f"The given spectra have {found.sentence}." if found.sentence else ""


def noted(scene: Scene, result: Unmixing, given: NDArray[np.float64] | None) -> Unmixing:
    """Return a result whose note says first what is odd about the units of the spectra given to it."""
    odd = "" if given is None else scale_note(scene, given)
    return replace(result, note=" ".join(filter(None, [odd, result.note]))) if odd else result


def scaled_to_sum_one(
    scene: Scene, result: Factorization, locked: tuple[int, ...]
) -> Generator[Step | None, None, Factorization]:
    """Choose the factors such that abundances sum to one as nearly as they can; locked ones keep theirs.

    Least squares over all pixels, one factor for each endmember. The best one may be zero, where the others
    sum to one without it; so each has a least one, by which its largest abundance is 0.3. An
    endmember that no pixel has becomes as bright as a pixel of the scene (root mean square). None of this
    depends on the units of the scene, nor on the scale that the method left.
    """
    h = result.abundances
    assert h is not None  # a factorization has them
    r = h.k
    found = yield from scene.map(_of_abundances, per_pixel=[h], blind=True)
    product = sum((one for products, _ in found.values for one in products), np.zeros((r, r)))
    total = h.totals()
    largest = np.maximum.reduce([np.zeros(r), *(most for _, most in found.values)])
    least = np.divide(PUREST, largest, out=np.zeros(r), where=largest > 0)
    factor = np.ones(r)
    free = np.setdiff1d(np.arange(r), locked)
    right = total[free] - product[np.ix_(free, np.array(locked, dtype=np.intp))].sum(axis=1)
    factor[free] = _least_squares(product[np.ix_(free, free)], right, least[free])
    for k in free[factor[free] == 0]:
        factor[k] = yield from _as_a_pixel(scene, result.endmembers[:, k])
    who = "Each endmember" if not len(locked) else "Each endmember that is not locked"
    note = f"{who} was scaled so that abundances sum to one as nearly as possible." if len(free) else ""
    scaled = h.copy()
    yield from scene.map(_times, factor.astype(np.float32), per_pixel=[scaled], blind=True)
    maps = dict(result.maps)
    for name, one in maps.items():
        if one.kind in ("fraction", "sd") and is_of_endmembers(one, r):
            maps[name] = yield from _scaled(scene, one, factor.astype(np.float32))
    return replace(
        result,
        endmembers=result.endmembers / factor,
        abundances=scaled,
        maps=maps,
        note=" ".join(filter(None, [result.note, note])),
    )


def _of_abundances(_part: Part, h: NDArray[np.float32]) -> tuple[list[Array], Array]:
    """H Hᵀ of every tile, and the largest of each abundance."""
    products = [tile.astype(np.float64) @ tile.T.astype(np.float64) for tile in h]
    return products, np.asarray(h.max(axis=(0, 2), initial=0), dtype=np.float64)


def _scaled(
    scene: Scene, one: PixelMap, factor: NDArray[np.float32]
) -> Generator[Step | None, None, PixelMap]:
    numbers = one.numbers.copy()
    if one.index is None:
        yield from scene.map(_times, factor, per_pixel=[numbers], blind=True)
    else:
        yield from scene.map(_times_of, factor, per_pixel=[one.index, numbers], blind=True)
    return replace(one, numbers=numbers)


def _times_of(
    _part: Part, factor: NDArray[np.float32], index: NDArray[np.int32], h: NDArray[np.float32]
) -> None:
    h *= np.where(index < 0, 1, factor[index])


def _times(_part: Part, factor: NDArray[np.float32], h: NDArray[np.float32]) -> None:
    h *= factor[:, None]


def _least_squares(product: Array, right: Array, least: Array) -> Array:
    """Factors f, none below the least, that minimize ½ fᵀ (HHᵀ) f − fᵀ (H 1)."""
    from scipy.optimize import nnls

    length = np.sqrt(np.diag(product))
    length[length == 0] = 1
    # Rows of unit length: what counts as small must not depend on the scale that is looked for.
    values, vectors = np.linalg.eigh(product / np.outer(length, length))
    keep = values > DEPENDENT * values.max(initial=0)
    root = np.sqrt(values[keep])[:, None] * vectors[:, keep].T
    if not root.size:
        return least
    rest = (right - product @ least) / length
    more, _ = nnls(root, (vectors[:, keep].T @ rest) / np.sqrt(values[keep]))
    return np.asarray(least + more / length)


def _as_a_pixel(scene: Scene, spectrum: Array) -> Generator[Step | None, None, float]:
    """Return what a spectrum is to be divided by to be as long as a pixel; one for zeros."""
    norms = yield from norms_squared(scene)
    length = float(np.linalg.norm(spectrum)) / float(np.sqrt(norms.sum() / scene.n_pixels))
    return length if np.isfinite(length) and length > 0 else 1.0
