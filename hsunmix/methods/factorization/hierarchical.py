"""Hierarchical NMF: a tree of materials, by NMF of the maps, and of the maps of that again.

Problem: X ≈ W H by NMF, then H ≈ A₁ H₁ with half as many maps, H₁ ≈ A₂ H₂ with half of these, down to two,
all of them nonnegative. Each map of H belongs to the one of H₁ that explains most of it, and so on up the
tree: materials that lie in the same places come together.
Method: hals for every level; the maps of one are the scene of the next.
Cost: as of hals, and a fraction of it for the levels above, whose scenes have r, r/2 … bands.
Guarantee: the first level is the result of hals, and its error never rises. Of the tree none: it groups
materials by where they are, not by their spectra, and another start may group them otherwise. The note shows
it; for every level there is a map of the sums over each group.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from hsunmix.engine.scene import Scene
from hsunmix.engine.source import Part, PerPixel
from hsunmix.methods import Factorization, PixelMap, Problem, get
from hsunmix.methods.factorization._initial import Init
from hsunmix.methods.shared.units import scaled_to_sum_one
from hsunmix.model.progress import Step, relay

__all__ = ["MONOTONE_LOSS", "REFERENCE", "STARTS_FROM_SPECTRA", "TITLE", "Params", "run"]

TITLE = "Tree of materials (hierarchical NMF)"
REFERENCE = (
    "Cichocki, Zdunek and Amari, Electronics Letters 42 (2006); "
    "Trigeorgis, Bousmalis, Zafeiriou and Schuller, IEEE TPAMI 39 (2017)"
)
STARTS_FROM_SPECTRA = True
MONOTONE_LOSS = True

Array = NDArray[np.float64]
Groups = list[tuple[int, ...]]  # each of some endmembers


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of hierarchical."""

    init: Annotated[Init, Meta(description="Where the spectra start from")] = "spa"
    max_iterations: Annotated[
        int, Meta(ge=1, le=100_000, description="Stop after so many iterations, on each level")
    ] = 500
    tolerance: Annotated[
        float, Meta(ge=0, le=1, description="Stop when the error falls by less than this share an iteration")
    ] = 1e-5


def run(problem: Problem, params: Params) -> Generator[Step | None, None, Factorization]:
    """Factorize the scene, then its maps."""
    hals = get("hals", "factorization")
    own = msgspec.convert(msgspec.to_builtins(params), hals.params)
    found = yield from hals.run(problem, own)
    found = yield from scaled_to_sum_one(problem.scene, found, problem.locked)
    assert found.abundances is not None
    above = msgspec.structs.replace(own, init="nndsvd")
    levels = yield from _levels(problem, found.abundances, above)
    maps = {}
    for members in levels:
        sums = yield from _sums(problem.scene, found.abundances, members)
        names = tuple(" + ".join(str(k + 1) for k in group) for group in members)
        title = f"Sums over {len(members)} groups"
        maps[f"groups_of_{len(members)}"] = PixelMap(sums, kind="fraction", names=names, title=title)
    note = " ".join(filter(None, [found.note, _said(levels)]))
    return replace(found, fixed_scale=True, note=note, maps=maps)


def _levels(
    problem: Problem, h: PerPixel, params: msgspec.Struct
) -> Generator[Step | None, None, list[Groups]]:
    """Return for each level the groups of the first maps, which contain those of the level before."""
    hals = get("hals", "factorization")
    levels: list[Groups] = []
    groups: Groups = [(k,) for k in range(h.k)]
    while len(groups) > 2 and h.max() > 0:
        scene = yield from problem.scene.made(_as_bands, per_pixel=[h], bands=len(groups))
        fewer = (len(groups) + 1) // 2
        found = yield from relay(hals.run(Problem(scene, fewer, problem.seed), params), _without_spectra)
        assert found.abundances is not None
        power = yield from _power(scene, found.abundances)
        place = (found.endmembers * np.sqrt(power)).argmax(axis=1)
        groups = _merged(groups, place)
        levels.append(groups)
        h = yield from _sums(problem.scene, h, _places(levels, h.k))
    return levels


def _without_spectra(step: Step | None) -> Step | None:
    """Return a step of a level above, whose spectra are of no bands."""
    return None if step is None else replace(step, relative_error=None, endmembers=None, message="Groups")


def _merged(groups: Groups, place: NDArray[np.intp]) -> Groups:
    """Return one group for all that are in the same place."""
    together = [[groups[i] for i in np.flatnonzero(place == k)] for k in np.unique(place)]
    return sorted(tuple(sorted(k for group in several for k in group)) for several in together)


def _places(levels: list[Groups], count: int) -> Groups:
    """Return the groups of the last level by the places of the groups before it."""
    before = levels[-2] if len(levels) > 1 else [(k,) for k in range(count)]
    return [tuple(i for i, one in enumerate(before) if set(one) <= set(group)) for group in levels[-1]]


def _sums(scene: Scene, h: PerPixel, groups: Groups) -> Generator[Step | None, None, PerPixel]:
    """Return the sums of abundances over groups."""
    chosen = np.zeros((len(groups), h.k), np.float32)
    for k, group in enumerate(groups):
        chosen[k, list(group)] = 1
    out = scene.per_pixel(len(groups), np.float32, 0)
    yield from scene.map(_add, chosen, per_pixel=[h, out])
    return out


def _add(_part: Part, chosen: NDArray[np.float32], h: NDArray[np.float32], out: NDArray[np.float32]) -> None:
    np.matmul(chosen, h, out=out)


def _as_bands(_part: Part, h: NDArray[np.float32], out: NDArray[np.float32]) -> None:
    out[:] = h


def _power(scene: Scene, h: PerPixel) -> Generator[Step | None, None, Array]:
    """Return the sum of the squares of each map, (k,)."""
    found = yield from scene.map(_squares, per_pixel=[h], sums=[(h.k,)])
    return found.sums[0]


def _squares(_part: Part, h: NDArray[np.float32], total: Array) -> None:
    total += np.einsum("nkt,nkt->k", h, h, dtype=np.float64)


def _said(levels: list[Groups]) -> str:
    """Say which materials come together on each level."""
    if not levels:
        return ""
    texts = ("; ".join(" + ".join(str(k + 1) for k in group) for group in level) for level in levels)
    return f"Groups of endmembers, from the leaves of the tree to its root: {' | '.join(texts)}."
