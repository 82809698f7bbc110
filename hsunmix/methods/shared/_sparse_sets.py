"""Sets of up to k spectra, and the one that explains each pixel best: what ksparse and lrsca share."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.passes import compiling
from hsunmix.engine.scene import TILE
from hsunmix.engine.source import Part
from hsunmix.methods.shared._least_squares import at_once, unit_spectra
from hsunmix.model.progress import Step

__all__ = ["Few", "few_of"]

Array = NDArray[np.float64]

MAX_SETS = 20_000
MAX_NEAR = 2_000  # sets of nearly dependent spectra, each of which takes a pixel about a microsecond
SOLVED_AT_ONCE = 40_000  # such sets, over all pixels of a piece
INDEPENDENT = 1e-6  # the smallest eigenvalue of a set's part of WᵀW, spectra being of unit length


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


class Few(NamedTuple):
    """What finds at most k abundances of each pixel.

    Attributes
    ----------
    work : callable
        A function of a module, ``work(part, *small, h)``: see ``Scene.map``. It returns how many pixels
        broke what it promises.
    small : tuple
    pixels : int
        How many take less than a tenth of a second.
    exact : bool
        Whether all sets are tried.
    """

    work: Callable[..., int]
    small: tuple[Any, ...]
    pixels: int
    exact: bool


def few_of(w: NDArray[np.float64], k: int) -> Generator[Step | None, None, Few]:
    """Return what solves pixels for at most k of some spectra (bands used, r): all sets, or a pursuit."""
    r = w.shape[1]
    k = min(k, r)
    wt, length = unit_spectra(w)
    g = wt @ wt.T
    sets = None
    if sum(comb(r, size) for size in range(1, k + 1)) <= MAX_SETS:
        sets = Sets.of(w, k)
    if sets is None or len(sets.near) > MAX_NEAR:
        from hsunmix.kernels.active_set import constrained

        yield compiling(constrained)
        return Few(_pursue, (wt, g, np.zeros(r), 1 / length, k), at_once(r), False)
    from hsunmix.kernels.libraries import best_sets

    yield compiling(best_sets)
    # A tile at a time: with many sets more would take seconds.
    pixels = min(TILE, SOLVED_AT_ONCE // max(1, len(sets.near)))
    return Few(_try, (sets, wt, g, length.astype(np.float32)), pixels, True)


def _pursue(
    part: Part, wt: Array, g: Array, none: Array, scale: Array, k: int, h: NDArray[np.float32]
) -> int:
    from hsunmix.kernels.active_set import constrained

    return int(constrained(part.tiles, part.counts, wt, g, False, h, none, scale, k))


def _try(
    part: Part, sets: Sets, wt: Array, g: Array, length: NDArray[np.float32], h: NDArray[np.float32]
) -> int:
    from hsunmix.kernels.libraries import best_sets, better_sets

    best_sets(part.tiles, part.counts, wt, sets.members, sets.sizes, sets.inverses, h)
    if len(sets.near):
        better_sets(part.tiles, part.counts, wt, g, sets.near, h)
    h /= length[:, None]
    return 0
