"""Models of a few spectra each, no two of a class: in tables, by size."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import ParameterError
from hsunmix.methods._bundles import Bundles
from hsunmix.model.progress import Step

__all__ = ["Models"]

Array = NDArray[np.float64]

MAX_MODELS = 2_000_000
AT_ONCE = 20_000  # models whose tables are made between two places to cancel
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
            There are more than ``MAX_MODELS``.
        """
        places = [np.flatnonzero(spectra.of == k) for k in range(spectra.rank)]
        most = min(most, spectra.rank)
        _check([len(some) for some in places], most)
        length = np.linalg.norm(spectra.spectra, axis=0)
        unit = spectra.spectra / np.where(length > 0, length, 1)
        g = unit.T @ unit
        members, inverses, ends = [], [], [0]
        for size in range(1, most + 1):
            count = 0
            for classes in combinations(places, size):
                every = np.stack(np.meshgrid(*classes, indexing="ij"), axis=-1).reshape(-1, size)
                for first in range(0, len(every), AT_ONCE):
                    some = every[first : first + AT_ONCE]
                    kept, inverse = _inverses(g, some, length)
                    pad = most - size
                    members.append(np.pad(some[kept], ((0, 0), (0, pad))))
                    inverses.append(np.pad(inverse, ((0, 0), (0, pad), (0, pad))))
                    count += int(kept.sum())
                    yield None
            ends.append(ends[-1] + count)
        return cls(np.concatenate(members), np.concatenate(inverses), np.array(ends, np.int64))


def _check(sizes: list[int], most: int) -> None:
    """Refuse what is too many, before anything is made."""
    # Elementary symmetric polynomials: how many ways there are to take one from each of so many classes.
    ways = [1, *[0] * most]
    for n in sizes:
        for size in range(most, 0, -1):
            ways[size] += n * ways[size - 1]
    if (total := sum(ways[1:])) > MAX_MODELS:
        raise ParameterError(
            "max_materials",
            f"{total:,} models are too many, {MAX_MODELS:,} possible: allow fewer materials in a pixel, or "
            "keep fewer spectra of the library (hsunmix prune)",
        )


def _inverses(g: Array, members: NDArray[np.int64], length: Array) -> tuple[NDArray[np.bool_], Array]:
    """Return which models' spectra are independent, and the inverses of these."""
    part = g[members[:, :, None], members[:, None, :]]
    size = members.shape[1]
    kept = np.linalg.eigvalsh(part)[:, 0] > size / TRUSTED
    inverse = np.linalg.inv(part[kept]) if kept.any() else np.empty((0, size, size))
    own = length[members[kept]]
    return kept, inverse / (own[:, :, None] * own[:, None, :])
