"""Maps: what a result says of every pixel, dense or sparse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.model.map_kinds import MapTerms

__all__ = ["AnyMap", "Map", "Numbers", "SparseMap", "leading", "usual_maps"]

Numbers = NDArray[np.float32] | NDArray[np.float64] | NDArray[np.int32]
Pick = tuple[slice, ...]


@dataclass(frozen=True, eq=False, repr=False)
class Map(MapTerms):
    """Numbers of every pixel, in one layer or several.

    Attributes
    ----------
    values : array, (layers, lines, samples) or (layers, pixels)
        float32, or float64 where that doesn't reach, NaN for no value; of a kind that is whole int32, −1 for
        no value.

    Raises
    ------
    ValueError
        Type and kind, or layers and names, do not fit together.
    """

    values: Numbers

    def __post_init__(self) -> None:
        if self.values.ndim not in (2, 3) or not len(self.values):
            raise ValueError(f"a map has layers of pixels, not the shape {self.values.shape}")
        self._check(len(self.values), self.values.dtype)
        least = int(self.values.min(initial=0)) if self.whole else 0
        if least < -1 or (self.classes and self.most >= len(self.classes)):
            raise ValueError(f"a map has numbers from {least} to {self.most} for {len(self.classes)} classes")

    def __repr__(self) -> str:
        return f"<Map of the kind {self.kind}: {' × '.join(map(str, self.values.shape))}>"

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """Return its numbers, without an axis for layers where it has a single one that has no name."""
        given = self.array if dtype is None else self.array.astype(dtype, copy=False)
        return given.copy() if copy else given

    @property
    def array(self) -> NDArray[Any]:
        """Its numbers, without an axis for layers where it has a single one that has no name."""
        return self.values if self.names or (self.of_endmembers and not self.whole) else self.values[0]

    @property
    def layers(self) -> int:
        """How many layers it has."""
        return len(self.values)

    @cached_property
    def most(self) -> int:
        """The largest of its whole numbers; −1 where there is none."""
        return int(self.values.max(initial=-1)) if self.whole else -1

    @property
    def shape(self) -> tuple[int, ...]:
        """(lines, samples), or (pixels,)."""
        return self.values.shape[1:]

    @property
    def arrays(self) -> tuple[NDArray[Any], ...]:
        """What it holds in memory."""
        return (self.values,)

    def layer(self, k: int) -> NDArray[Any]:
        """Return one layer, (lines, samples) or (pixels,); not to be written to."""
        return np.asarray(self.values[k])

    def at(self, *place: int) -> NDArray[Any]:
        """Return the numbers of a pixel, (layers,)."""
        numbers: NDArray[Any] = np.asarray(self.values)
        where: tuple[Any, ...] = (slice(None), *place)
        return np.asarray(numbers[where])

    def part(self, pick: Pick) -> Map:
        """Return the map of some pixels: a slice for each of their axes."""
        return replace(self, values=np.ascontiguousarray(np.asarray(self.values)[(slice(None), *pick)]))

    def reordered(self, order: Sequence[int]) -> Map:
        """Return the map for the endmembers in another order: for each new place the old one."""
        if not self.of_endmembers:
            return self
        if not self.whole:
            return replace(self, values=self.values[list(order)])
        return replace(self, values=_new_places(order)[self.values])


@dataclass(frozen=True, eq=False, repr=False)
class SparseMap(MapTerms):
    """Real numbers in so many layers that most of them are zero in every pixel.

    Attributes
    ----------
    index : array of int32, (most in a pixel, lines, samples) or (most in a pixel, pixels)
        Of which layer a number is; −1 where a pixel has fewer.
    value : array of float32, of the same shape
        NaN in the first of a pixel that has no value in any layer.
    layers : int
        How many there are.

    Raises
    ------
    ValueError
        The parts do not fit together.
    """

    index: NDArray[np.int32]
    value: NDArray[np.float32]
    layers: int

    def __post_init__(self) -> None:
        if self.index.shape != self.value.shape or self.index.ndim not in (2, 3) or not len(self.index):
            raise ValueError(f"indices of shape {self.index.shape} for values of {self.value.shape}")
        if self.layers < 1 or (self.index.size and self.index.max() >= self.layers):
            raise ValueError("a sparse map has indices beyond its layers")
        self._check(self.layers, self.value.dtype)

    def __repr__(self) -> str:
        shape = " × ".join(map(str, self.shape))
        return f"<SparseMap of the kind {self.kind}: {self.layers} layers, {shape} pixels>"

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """Return its numbers with all their zeros, (layers, …)."""
        return self.values if dtype is None else self.values.astype(dtype, copy=False)

    @property
    def array(self) -> NDArray[np.float32]:
        """Its numbers with all their zeros, (layers, …)."""
        return self.values

    @property
    def shape(self) -> tuple[int, ...]:
        """(lines, samples), or (pixels,)."""
        return self.index.shape[1:]

    @property
    def arrays(self) -> tuple[NDArray[Any], ...]:
        """What it holds in memory."""
        return self.index, self.value

    @property
    def values(self) -> NDArray[np.float32]:
        """All layers at once, made anew: ``layer`` takes far less memory."""
        return np.stack([self.layer(k) for k in range(self.layers)])

    @cached_property
    def _nowhere(self) -> NDArray[np.bool_]:
        return np.asarray(np.isnan(self.value[0]))

    def layer(self, k: int) -> NDArray[np.float32]:
        """Return one layer, (lines, samples) or (pixels,), made anew."""
        out = np.zeros(self.shape, self.value.dtype)
        for index, value in zip(self.index, self.value, strict=True):
            np.copyto(out, value, where=index == k)
        out[self._nowhere] = np.nan
        return out

    @property
    def means(self) -> NDArray[np.float64]:
        """Mean of each layer over the pixels that have values, (layers,); NaN where none has."""
        there = (self.index >= 0) & ~self._nowhere
        sums = np.bincount(self.index[there], self.value[there].astype(np.float64), self.layers)
        pixels = np.count_nonzero(~self._nowhere)
        return np.asarray(sums / pixels if pixels else np.full(self.layers, np.nan))

    def at(self, *place: int) -> NDArray[np.float32]:
        """Return the numbers of a pixel, (layers,)."""
        return self.part(tuple(slice(p, p + 1) for p in place)).values.reshape(self.layers)

    def part(self, pick: Pick) -> SparseMap:
        """Return the map of some pixels: a slice for each of their axes."""
        where = (slice(None), *pick)
        index, value = np.ascontiguousarray(self.index[where]), np.ascontiguousarray(self.value[where])
        return replace(self, index=index, value=value)

    def reordered(self, order: Sequence[int]) -> SparseMap:
        """Return the map for the endmembers in another order: for each new place the old one."""
        return replace(self, index=_new_places(order)[self.index]) if self.of_endmembers else self


AnyMap = Map | SparseMap


def _new_places(order: Sequence[int]) -> NDArray[np.int32]:
    """Return where each old place went; the last entry, which −1 finds, stays −1."""
    places = np.full(len(order) + 1, -1, np.int32)
    places[list(order)] = np.arange(len(order))
    return places


def leading(fractions: NDArray[Any]) -> NDArray[np.int32]:
    """Return which of the fractions of every pixel is the largest.

    Parameters
    ----------
    fractions : array, (r, …)
        Not one of them need be known.

    Returns
    -------
    array of int32, (…)
        From 0; of equal ones the first; −1 where a fraction is not known, or none is above zero.
    """
    if not len(fractions):
        return np.full(fractions.shape[1:], -1, np.int32)
    most = fractions.max(axis=0)  # NaN where one is
    return np.where(most > 0, fractions.argmax(axis=0), -1).astype(np.int32)


def usual_maps(
    abundances: NDArray[np.float32], rmse: NDArray[np.float32] | NDArray[np.float64]
) -> dict[str, AnyMap]:
    """Return the two maps that every result has.

    Parameters
    ----------
    abundances : array of float32, (r, lines, samples) or (r, pixels)
    rmse : array, (lines, samples) or (pixels,)
    """
    return {
        "abundance": Map(abundances, kind="fraction", of_endmembers=True),
        "rmse": Map(rmse[None], kind="residual", title="Residual (RMSE)"),
    }
