"""How far two results agree: endmembers matched one to one, their angles, their abundances.

The order of endmembers means nothing, so they are paired such that the sum of the spectral angles
is smallest (Kuhn, Naval Research Logistics Quarterly 2, 1955: the Hungarian method).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import InputError
from hsunmix.model.angles import angles as between
from hsunmix.model.angles import paired
from hsunmix.model.unmixing import Unmixing

__all__ = ["Pair", "Stability", "angles", "pairs", "stability"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Pair:
    """Two endmembers that belong together.

    Attributes
    ----------
    first, second : int or None
        Their columns; None where the other result has one endmember more.
    degrees : float
        Spectral angle; NaN for an endmember alone, as the others.
    rmse, bias : float
        Of their abundances: root mean square and mean of second − first.
    """

    first: int | None
    second: int | None
    degrees: float = float("nan")
    rmse: float = float("nan")
    bias: float = float("nan")


@dataclass(frozen=True)
class Stability:
    """How far two results agree.

    Attributes
    ----------
    pairs : tuple of Pair
        In the order of the first result's endmembers, then what only the second has.
    pixels : int
        Pixels that both used.
    """

    pairs: tuple[Pair, ...]
    pixels: int

    @property
    def degrees(self) -> float:
        """Mean spectral angle of the pairs; NaN without any."""
        found = [pair.degrees for pair in self.pairs if pair.first is not None and pair.second is not None]
        return float(np.mean(found)) if found else float("nan")

    def of_first(self, index: int) -> Pair | None:
        """Return the pair of an endmember of the first result."""
        return next((pair for pair in self.pairs if pair.first == index), None)


def angles(first: Array, second: Array) -> Array:
    """Return the spectral angle of every endmember with every other, (r1, r2), in degrees.

    Parameters
    ----------
    first, second : array, (bands, r1) and (bands, r2)
        NaN in bands that are not used; the bands that both use count.

    Raises
    ------
    InputError
        They have no band in common.
    """
    return between(*_in_common(first, second))


def pairs(first: Array, second: Array) -> list[tuple[int, int, float]]:
    """Return the best one-to-one pairs: columns of both, and their angle in degrees."""
    found = paired(*_in_common(first, second))
    return [(int(i), int(j), float(degrees)) for i, j, degrees in zip(*found, strict=True)]


def _in_common(first: Array, second: Array) -> tuple[Array, Array]:
    """Return spectra in the bands that both use."""
    if len(first) != len(second):
        raise InputError(f"spectra of {len(first)} and of {len(second)} bands can't be compared")
    both = np.isfinite(first).all(axis=1) & np.isfinite(second).all(axis=1)
    if not both.any():
        raise InputError("the spectra have no band in common")
    return first[both], second[both]


def stability(first: Unmixing, second: Unmixing) -> Stability:
    """Compare two results of one scene.

    Raises
    ------
    InputError
        They are of scenes of another size.
    """
    if first.abundances.shape[1:] != second.abundances.shape[1:]:
        raise InputError("results of scenes of another size can't be compared")
    both = np.isfinite(first.rmse) & np.isfinite(second.rmse)
    count = int(both.sum())
    found: list[Pair] = []
    for i, j, degrees in pairs(first.endmembers, second.endmembers):
        difference = second.abundances[j][both] - first.abundances[i][both]
        square = float(np.mean(np.square(difference, dtype=np.float64))) if count else float("nan")
        bias = float(np.mean(difference, dtype=np.float64)) if count else float("nan")
        found.append(Pair(i, j, degrees, square**0.5, bias))
    alone = [Pair(i, None) for i in range(first.rank) if i not in {p.first for p in found}]
    rest = [Pair(None, j) for j in range(second.rank) if j not in {p.second for p in found}]
    ordered = sorted([*found, *alone], key=lambda pair: pair.first or 0)
    return Stability((*ordered, *rest), count)
