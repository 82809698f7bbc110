"""At most k endmembers in each pixel, none below zero.

Problem: minimize ‖x − W h‖² over h ≥ 0 with at most ``k`` entries of h that aren't zero.
Method: while there are no more than 20,000 sets of up to k endmembers, and no more than 2,000 whose
spectra are nearly dependent, all are tried, and the best one is kept: the exact optimum. Beyond
that, nonnegative orthogonal matching pursuit: endmembers come in one after the other, each the one
that explains most of what is left, and all abundances are solved anew; good, not always the best.
Cost: 2 · bands · r operations a pixel and k² a set; the search looks at r · k² numbers a pixel.
Guarantee: the exact optimum where all sets are tried, else none.
With k = 1 a pixel gets the endmember of the smallest angle.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from hsunmix.engine.passes import compiling
from hsunmix.engine.scene import TILE, Scene
from hsunmix.engine.source import Part
from hsunmix.methods import Abundances
from hsunmix.methods._least_squares import at_once, refuse_broken, unit_spectra
from hsunmix.model.progress import Step

__all__ = ["REFERENCE", "TITLE", "Params", "run"]

Array = NDArray[np.float64]

TITLE = "At most k endmembers a pixel"
REFERENCE = (
    "Nadisic, Vandaele, Gillis and Cohen, IEEE ICASSP (2020); "
    "Bruckstein, Elad and Zibulevsky, IEEE Trans. Information Theory 54 (2008), for the search"
)

MAX_SETS = 20_000
MAX_NEAR = 2_000  # sets of nearly dependent spectra, each of which takes a pixel about a microsecond
SOLVED_AT_ONCE = 40_000  # such sets, over all pixels of a piece
INDEPENDENT = 1e-6  # the smallest eigenvalue of a set's part of WᵀW, spectra being of unit length


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of ksparse."""

    k: Annotated[int, Meta(ge=1, le=100, description="At most so many endmembers in a pixel")] = 3


@dataclass(frozen=True, eq=False)
class Sets:
    """Sets of up to k spectra.

    Attributes
    ----------
    members : array of int64, (m, k)
        The first ``sizes`` of each row.
    sizes : array of int64, (m,)
    inverses : array, (m, k, k)
        Of the sets' parts of WᵀW.
    near : array of int64, (n, k)
        Sets whose spectra depend on each other, or nearly: their inverses would be wrong.
    """

    members: NDArray[np.int64]
    sizes: NDArray[np.int64]
    inverses: NDArray[np.float64]
    near: NDArray[np.int64]

    @classmethod
    def of(cls, w: NDArray[np.float64], k: int) -> Sets:
        """All sets; near ones only of k spectra, because what holds a near one is near as well."""
        wt, _ = unit_spectra(w)
        g = wt @ wt.T
        sets, sizes, inverses = [], [], []
        for size in range(1, k + 1):
            members = np.array(list(combinations(range(len(g)), size)))
            parts = g[members[:, :, None], members[:, None, :]]
            good = np.linalg.eigvalsh(parts)[:, 0] > INDEPENDENT
            near = members[~good]
            members, parts = members[good], parts[good]
            sets.append(np.pad(members, ((0, 0), (0, k - size))))
            sizes.append(np.full(len(members), size))
            inverses.append(np.pad(np.linalg.inv(parts), ((0, 0), (0, k - size), (0, k - size))))
        return cls(np.concatenate(sets), np.concatenate(sizes), np.concatenate(inverses), near)


def run(
    scene: Scene,
    w: NDArray[np.float64],
    params: Params,
) -> Generator[Step | None, None, Abundances]:
    """Solve every pixel; w is (bands used, r)."""
    r = w.shape[1]
    k = min(params.k, r)
    sets = None
    if sum(comb(r, size) for size in range(1, k + 1)) <= MAX_SETS:
        sets = Sets.of(w, k)
    if sets is None or len(sets.near) > MAX_NEAR:
        return (yield from _one_by_one(scene, w, k))
    return (yield from _best(scene, w, sets))


def _one_by_one(scene: Scene, w: NDArray[np.float64], k: int) -> Generator[Step | None, None, Abundances]:
    """Orthogonal matching pursuit."""
    from hsunmix.kernels.active_set import constrained

    yield compiling(constrained)
    wt, length = unit_spectra(w)
    g, none = wt @ wt.T, np.zeros(len(wt))

    r = len(wt)
    h = scene.per_pixel(r, np.float32, 0)
    found = yield from scene.map(_pursue, wt, g, none, 1 / length, k, per_pixel=[h], pixels=at_once(r))
    refuse_broken(sum(found.values))
    return Abundances(h, "There are too many sets to try them all: endmembers were chosen one by one.")


def _best(scene: Scene, w: NDArray[np.float64], sets: Sets) -> Generator[Step | None, None, Abundances]:
    """Try all sets."""
    from hsunmix.kernels.libraries import best_sets

    yield compiling(best_sets)
    wt, length = unit_spectra(w)
    g = wt @ wt.T

    h = scene.per_pixel(len(wt), np.float32, 0)
    # A tile at a time: with many sets more would take seconds.
    few = min(TILE, SOLVED_AT_ONCE // max(1, len(sets.near)))
    yield from scene.map(_try, sets, wt, g, length.astype(np.float32), per_pixel=[h], pixels=few)
    return Abundances(h)


def _pursue(
    part: Part, wt: Array, g: Array, none: Array, scale: Array, k: int, h: NDArray[np.float32]
) -> int:
    from hsunmix.kernels.active_set import constrained

    return int(constrained(part.tiles, part.counts, wt, g, False, h, none, scale, k))


def _try(
    part: Part, sets: Sets, wt: Array, g: Array, length: NDArray[np.float32], h: NDArray[np.float32]
) -> None:
    from hsunmix.kernels.libraries import best_sets, better_sets

    best_sets(part.tiles, part.counts, wt, sets.members, sets.sizes, sets.inverses, h)
    if len(sets.near):
        better_sets(part.tiles, part.counts, wt, g, sets.near, h)
    h /= length[:, None]
