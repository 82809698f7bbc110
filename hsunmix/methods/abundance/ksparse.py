"""At most k endmembers in each pixel, none below zero.

Problem: minimize ‖x − W h‖² over h ≥ 0 with at most ``k`` entries of h that aren't zero.
Method: while there are no more than 20,000 sets of up to k endmembers, all are tried, and the best
one is kept: the exact optimum. Beyond that, nonnegative orthogonal matching pursuit: endmembers
come in one after the other, each the one that explains most of what is left, and all abundances
are solved anew; good, not always the best.
Cost: 2 · bands · r operations a pixel and k² a set; the search looks at r · k² numbers a pixel.
Guarantee: the exact optimum where all sets are tried, else none.
With k = 1 a pixel gets the endmember of the smallest angle.
"""

from __future__ import annotations

from collections.abc import Generator
from itertools import combinations
from math import comb
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from hsunmix.engine.passes import compiling
from hsunmix.engine.scene import Scene
from hsunmix.methods import Abundances
from hsunmix.methods._least_squares import refuse_broken, unit_spectra
from hsunmix.methods.abundance._pieces import in_pieces
from hsunmix.model.unmixing import Step

__all__ = ["REFERENCE", "TITLE", "Params", "run"]

TITLE = "At most k endmembers a pixel"
REFERENCE = (
    "Nadisic, Vandaele, Gillis and Cohen, IEEE ICASSP (2020); "
    "Bruckstein, Elad and Zibulevsky, IEEE Trans. Information Theory 54 (2008), for the search"
)

MOST_SETS = 20_000


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of ksparse."""

    k: Annotated[int, Meta(ge=1, le=100, description="At most so many endmembers in a pixel")] = 3


def run(
    scene: Scene,
    w: NDArray[np.float64],
    params: Params,
) -> Generator[Step | None, None, Abundances]:
    """Solve every pixel; w is (bands used, r)."""
    r = w.shape[1]
    k = min(params.k, r)
    if sum(comb(r, size) for size in range(1, k + 1)) > MOST_SETS:
        return (yield from _one_by_one(scene, w, k))
    return (yield from _best(scene, w, k))


def _one_by_one(scene: Scene, w: NDArray[np.float64], k: int) -> Generator[Step | None, None, Abundances]:
    """Orthogonal matching pursuit."""
    from hsunmix.kernels.active_set import constrained

    yield compiling(constrained)
    wt, length = unit_spectra(w)
    g, none = wt @ wt.T, np.zeros(len(wt))

    def solver(tiles: NDArray[np.float32], counts: NDArray[np.int64], h: NDArray[np.float32]) -> int:
        return int(constrained(tiles, counts, wt, g, False, h, none, 1 / length, k))

    h, broken = yield from in_pieces(scene, w.shape[1], solver)
    refuse_broken(broken)
    return Abundances(h, "There are too many sets to try them all: endmembers were chosen one by one.")


def _best(scene: Scene, w: NDArray[np.float64], k: int) -> Generator[Step | None, None, Abundances]:
    """Try all sets."""
    from hsunmix.kernels.libraries import best_sets

    yield compiling(best_sets)
    wt, length = unit_spectra(w)
    sets, sizes, inverses = _inverses(wt @ wt.T, k)
    h = np.empty((len(scene.tiles), w.shape[1], scene.tiles.shape[2]), np.float32)

    def work(chunk: slice) -> None:
        best_sets(scene.tiles[chunk], scene.counts[chunk], wt, sets, sizes, inverses, h[chunk])

    yield from scene.passes(work, slow=True)  # with many sets a chunk would take seconds
    return Abundances(h / length.astype(np.float32)[:, None])


def _inverses(
    g: NDArray[np.float64], k: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """All sets of up to k spectra that are independent, and the inverses of their parts of G."""
    sets, sizes, inverses = [], [], []
    for size in range(1, k + 1):
        members = np.array(list(combinations(range(len(g)), size)))
        parts = g[members[:, :, None], members[:, None, :]]
        values = np.linalg.eigvalsh(parts)
        good = values[:, 0] > 1e-12
        members, parts = members[good], parts[good]
        sets.append(np.pad(members, ((0, 0), (0, k - size))))
        sizes.append(np.full(len(members), size))
        inverses.append(np.pad(np.linalg.inv(parts), ((0, 0), (0, k - size), (0, k - size))))
    return np.concatenate(sets), np.concatenate(sizes), np.concatenate(inverses)
