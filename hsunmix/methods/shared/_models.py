"""Models of a few spectra each, no two of a class: in tables, by size."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from itertools import combinations
from math import prod

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.memory import require
from hsunmix.errors import ParameterError
from hsunmix.methods.shared._bundles import Bundles
from hsunmix.model.progress import Step

__all__ = ["Models"]

Array = NDArray[np.float64]

MAX_NUMBERS = 20_000_000  # of tables: 2 million models of three spectra
AT_ONCE = 200_000  # numbers of tables that are made between two places to cancel
TRUSTED = 1e10  # how many times as uncertain as alone a fraction may be (its variance inflation)


@dataclass(frozen=True, eq=False)
class Models:
    """All models of a library.

    Attributes
    ----------
    members : array of int64, (m, most)
        The spectra of each; of a smaller one the first so many.
    inverses : array, (m, most, most)
        Of each model's part of WᵀW.
    ends : array of int64, (most + 1,)
        Models ends[s] … ends[s + 1] have s + 1 spectra.
    """

    members: NDArray[np.int64]
    inverses: Array
    ends: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.members)

    @classmethod
    def of(cls, spectra: Bundles, most: int) -> Generator[Step | None, None, Models]:
        """Make the models of one spectrum from each of 1 … ``most`` classes.

        Those whose spectra are nearly combinations of each other are left out.

        Raises
        ------
        ParameterError
            There are more than ``MAX_NUMBERS`` allows.
        TooLargeError
            Their tables don't fit into memory.
        """
        every = [np.flatnonzero(spectra.of == k) for k in range(spectra.rank)]
        most = min(most, spectra.rank)
        total = _total([len(some) for some in every], most)
        require(8 * total * (most + most**2), "the tables of models")
        members, inverses = np.zeros((total, most), np.int64), np.zeros((total, most, most))
        length = np.linalg.norm(spectra.spectra, axis=0)
        unit = spectra.spectra / np.where(length > 0, length, 1)
        g = unit.T @ unit
        ends, count = [0], 0
        for size in range(1, most + 1):
            for classes in combinations(every, size):
                shape = tuple(map(len, classes))
                step = max(1, AT_ONCE // size**2)
                for first in range(0, prod(shape), step):
                    which = np.unravel_index(np.arange(first, min(first + step, prod(shape))), shape)
                    some = np.stack([places[w] for places, w in zip(classes, which, strict=True)], axis=1)
                    kept, inverse = _inverses(g, some, length)
                    rows = slice(count, count + len(inverse))
                    members[rows, :size], inverses[rows, :size, :size] = some[kept], inverse
                    count += len(inverse)
                    yield None
            ends.append(count)
        return cls(members[:count], inverses[:count], np.array(ends, np.int64))


def _total(sizes: list[int], most: int) -> int:
    """Return how many models there are; refuse what is too many, before anything is made."""
    # Elementary symmetric polynomials: how many ways there are to take one from each of so many classes.
    ways = [1, *[0] * most]
    for n in sizes:
        for size in range(most, 0, -1):
            ways[size] += n * ways[size - 1]
    total, possible = sum(ways[1:]), MAX_NUMBERS // most**2
    if total > possible:
        raise ParameterError(
            "max_materials",
            f"{total:,} models are too many, {possible:,} possible: allow fewer materials in a pixel, or "
            "keep fewer spectra of the library (hsunmix prune)",
        )
    return total


def _inverses(g: Array, members: NDArray[np.int64], length: Array) -> tuple[NDArray[np.bool_], Array]:
    """Return which models' spectra are independent, and the inverses of these."""
    part = g[members[:, :, None], members[:, None, :]]
    size = members.shape[1]
    kept = np.linalg.eigvalsh(part)[:, 0] > size / TRUSTED
    inverse = np.linalg.inv(part[kept]) if kept.any() else np.empty((0, size, size))
    own = length[members[kept]]
    return kept, inverse / (own[:, :, None] * own[:, None, :])
