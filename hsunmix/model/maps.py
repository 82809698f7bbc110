"""Maps: what a result says of every pixel, and of what kind it is.

What writes, shows or keeps a map asks its kind and nothing else: so a map that a method returns is in all
products, pages, reports and sessions at once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

__all__ = ["KINDS", "AnyMap", "Kind", "Map", "MapTerms", "Numbers", "SparseMap", "check_name", "usual_maps"]

Kind = Literal["fraction", "class", "index", "sd", "residual", "label", "score"]
Numbers = NDArray[np.float32] | NDArray[np.float64] | NDArray[np.int32]
Pick = tuple[slice, ...]

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
# What a product has beside the maps, or a file system keeps for itself.
TAKEN = {
    "abundances", "rmse_cog", "abundances_cog", "endmembers", "maps", "result", "report",
    "band", "crs", "endmember", "fwhm", "lat", "latitude", "lon", "longitude", "name_length", "pixel",
    "spectrum", "used_band", "used_bands", "wavelength", "x", "y",
    "abundance_method", "command", "method", "names", "relative_error", "transform",
    "aux", "con", "nul", "prn",
}  # fmt: skip


class KindTerms(NamedTuple):
    """What follows from a map's kind.

    Attributes
    ----------
    said : str
        What a number of it is called.
    whole : bool
        Whether its numbers are whole, from 0, with −1 where there is none; else real, with NaN there.
    colours : str
        A colour map of Matplotlib.
    lowest, highest : float or None
        What the ends of the colours mean; None where that is read off the numbers.
    """

    said: str
    whole: bool = False
    colours: str = "viridis"
    lowest: float | None = None
    highest: float | None = None


KINDS: Mapping[str, KindTerms] = {
    "fraction": KindTerms("Fraction", lowest=0.0, highest=1.0),
    "class": KindTerms("Class", whole=True),
    "index": KindTerms("Index", whole=True),
    "sd": KindTerms("Standard deviation", colours="magma", lowest=0.0),
    "residual": KindTerms("Residual", colours="inferno", lowest=0.0),
    "label": KindTerms("Label", whole=True),
    "score": KindTerms("Score", colours="cividis"),
}
assert tuple(KINDS) == get_args(Kind)


def check_name(name: str) -> None:
    """Check what a map is called: it becomes a file, and a variable in other programs.

    Raises
    ------
    ValueError
        It has other than small letters, digits and ``_``, is longer than 40, or is taken.
    """
    if not NAME.fullmatch(name) or name in TAKEN:
        why = "is taken" if name in TAKEN else "has other than small letters, digits and _, or is too long"
        raise ValueError(f"no map can be called {name!r:.60}: the name {why}")


@dataclass(frozen=True, eq=False, kw_only=True)
class MapTerms:
    """What is known of a map besides its numbers.

    Attributes
    ----------
    kind : str
        Real numbers: ``fraction``, ``sd`` (standard deviation), ``residual``, ``score`` (without a bound).
        Whole ones: ``class`` (one of some named things), ``index`` (a place in a list, such as a model's),
        ``label`` (a number without an order).
    unit : str
        Empty where there is none, or nobody knows.
    names : tuple of str
        Of the layers; empty for a single one, and for those of the endmembers.
    classes : tuple of str
        What whole numbers mean, from 0; empty for those of the endmembers, and where they have no names.
    of_endmembers : bool
        The layers, or the whole numbers, are the result's endmembers, in order, with their names.
    title : str
        What it shows; by default made of its name.
    """

    kind: Kind
    unit: str = ""
    names: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    of_endmembers: bool = False
    title: str = ""

    @property
    def terms(self) -> KindTerms:
        """What follows from its kind."""
        return KINDS[self.kind]

    @property
    def whole(self) -> bool:
        """Whether its numbers are whole."""
        return self.terms.whole

    def titled(self, name: str) -> str:
        """Return what it shows, for a map of this name."""
        return self.title or name.replace("_", " ").capitalize()

    def layer_names(self, endmembers: Sequence[str]) -> tuple[str, ...]:
        """Return the names of the layers, for endmembers of these names; one empty name for a single one."""
        if self.of_endmembers and not self.whole:
            return tuple(endmembers)
        return self.names or ("",)

    def class_names(self, endmembers: Sequence[str]) -> tuple[str, ...]:
        """Return what whole numbers mean, for endmembers of these names; empty where they have no names."""
        return tuple(endmembers) if self.of_endmembers and self.whole else self.classes

    def _check(self, layers: int, dtype: np.dtype[Any]) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind!r:.40} is no kind of map (known: {', '.join(KINDS)})")
        if dtype.kind != ("i" if self.whole else "f"):
            raise ValueError(f"a map of the kind {self.kind} can't have numbers of the type {dtype}")
        if len(self.names) != layers and (self.names or (layers != 1 and not self.of_endmembers)):
            raise ValueError(f"a map of {layers} layers has {len(self.names)} names")


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
