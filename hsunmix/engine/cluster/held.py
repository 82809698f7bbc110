"""Numbers of pixels that workers keep, and the pixels themselves, as the client sees them.

They come here when somebody looks at their values, and go back when these were changed; what is asked of
them most is answered where they are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.cluster.messages import Kind
from hsunmix.engine.file_tiles import FileTiles
from hsunmix.engine.room import MEMORY
from hsunmix.engine.source import Part, PerPixel

if TYPE_CHECKING:
    from hsunmix.engine.executor_dask import Dask

__all__ = ["Held", "HeldTiles"]

Array = NDArray[Any]


class Held(PerPixel):
    """Numbers of pixels that workers keep.

    ``values`` is a copy that is only read; ``flat`` one that may be written to, and goes back then.

    Parameters
    ----------
    executor : Dask
    kind : Kind
    counts : array of int64, (n,)
    width : int
        Pixels in a tile.
    """

    def __init__(self, executor: Dask, kind: Kind, counts: NDArray[np.int64], width: int) -> None:
        self.executor, self.kind, self.counts, self.room = executor, kind, counts, MEMORY
        self.name = executor.scene.new(kind)
        self.here: Array | None = None
        self.there = True  # what workers have is right
        self._width = width

    def __del__(self) -> None:
        self.executor.scene.forget(self.name)

    @property
    def values(self) -> Array:  # type: ignore[override]
        """All of them, read only."""
        if self.here is None:
            self.here = self.executor.scene.fetched(self)
        view = self.here.view()
        view.flags.writeable = False
        return view

    @property
    def shape(self) -> tuple[int, ...]:
        """As of ``values``."""
        inner = () if self.kind.k is None else (self.kind.k,)
        return (len(self.counts), *inner, self._width)

    @property
    def flat(self) -> Array:
        """As of ``PerPixel``: a copy here that goes back before the next pass."""
        if self.here is None:
            self.here = self.executor.scene.fetched(self)
        self.there = False
        return self.here.reshape(-1)

    @property
    def k(self) -> int:
        """How many numbers each pixel has."""
        return self.kind.k or 1

    @property
    def width(self) -> int:
        """Pixels in a tile, padding included."""
        return self._width

    def _asked(self, work: Callable[..., Any], *small: Any, others: tuple[PerPixel, ...] = ()) -> list[Any]:
        return self.executor.scene.asked(work, small, (self, *others))

    def at(self, columns: NDArray[np.integer[Any]]) -> Array:
        """See ``PerPixel``."""
        if self.here is not None:
            return super().at(columns)
        columns = np.asarray(columns)
        flat = columns.reshape(-1).astype(np.int64)
        order = np.argsort(flat, kind="stable")
        inner = () if self.kind.k is None else (self.kind.k,)
        out = np.empty((*inner, len(flat)), self.kind.dtype)
        out[..., order] = np.concatenate(self._asked(_at, flat[order]), axis=-1)
        return out.reshape(*inner, *columns.shape)

    def put(self, columns: NDArray[np.integer[Any]] | int | list[int], values: float | Array) -> None:
        """See ``PerPixel``."""
        flat = np.asarray(columns, np.int64).reshape(-1)
        order = np.argsort(flat, kind="stable")
        given = values if np.ndim(values) == 0 else np.asarray(values)[..., order]
        self._asked(_put, flat[order], given)

    def pad(self, value: float) -> None:
        """See ``PerPixel``."""
        self._asked(_pad, value)

    def clear(self, k: int) -> None:
        """See ``PerPixel``."""
        self._asked(_clear, k)

    def lift(self, floor: float) -> None:
        """See ``PerPixel``."""
        self._asked(_lift, floor)

    def copy(self) -> Held:
        """See ``PerPixel``."""
        other = Held(self.executor, Kind(self.kind.k, self.kind.dtype), self.counts, self._width)
        self._asked(_copy, others=(other,))
        return other

    def known(self) -> Array:
        """As of ``PerPixel``: a copy."""
        return np.array(super().known())

    def of(self, columns: NDArray[np.int64]) -> PerPixel:
        """See ``PerPixel``."""
        values = np.zeros((1, *self.shape[1:]), self.kind.dtype)
        values[0, ..., : len(columns)] = self.at(columns)
        return PerPixel(values, np.array([len(columns)], dtype=np.int64))

    def largest_of_tiles(self) -> tuple[NDArray[np.int64], Array]:
        """See ``PerPixel``."""
        columns, largest = zip(*self._asked(_largest), strict=True)
        return np.concatenate(columns), np.concatenate(largest)

    def argmax(self) -> int:
        """See ``PerPixel``."""
        columns, largest = self.largest_of_tiles()
        return int(columns[largest.argmax()])

    def max(self) -> float:
        """See ``PerPixel``."""
        return float(np.max(self.largest_of_tiles()[1], initial=-np.inf)) if self.kind.k is None else float(
            np.max(self._asked(_most))
        )  # fmt: skip

    def sum(self) -> float:
        """See ``PerPixel``."""
        return float(sum(self._asked(_sum)))

    def totals(self) -> NDArray[np.float64]:
        """See ``PerPixel``."""
        return np.asarray(sum(self._asked(_totals)), np.float64)

    def where_at_least(self, least: float) -> NDArray[np.int64]:
        """See ``PerPixel``."""
        return np.concatenate(self._asked(_where, least))


class HeldTiles:
    """What ``Scene.tiles`` is on a cluster: pixels that workers keep, or read.

    Parameters
    ----------
    source : FileTiles or Held
        What they are of.
    """

    def __init__(self, source: FileTiles | Held) -> None:
        self.source = source

    def __len__(self) -> int:
        """How many tiles there are."""
        return self.shape[0]

    @property
    def shape(self) -> tuple[int, int, int]:
        """(n, bands used, T)."""
        return cast(tuple[int, int, int], self.source.shape)

    @property
    def nbytes(self) -> int:
        """Bytes of all of them."""
        return int(np.prod(self.shape, dtype=object)) * 4

    def __getitem__(self, where: Any) -> NDArray[np.float32]:
        """Return some tiles, a slice; one of them; or some columns of them, ``tiles[i, :, t]``."""
        if isinstance(where, tuple):
            tile, _, place = where
            return self.columns(np.asarray(tile) * self.shape[2] + np.asarray(place)).T
        some = where if isinstance(where, slice) else slice(where, where + 1)
        source: Any = self.source
        found = source[some] if isinstance(source, FileTiles) else source.values[some]
        return cast(NDArray[np.float32], found if some is where else found[0])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        found = self[0 : len(self)]
        return found if dtype is None else found.astype(dtype)

    def columns(self, index: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the spectra of a few columns, (bands used, len(index))."""
        if isinstance(self.source, FileTiles):
            return self.source.columns(index)
        return np.asarray(self.source.at(index), np.float32)

    def max(self) -> float:
        """Return the largest value."""
        return self.source.max() if isinstance(self.source, Held) else float("nan")


def _own(
    part: Part, columns: NDArray[np.int64], width: int
) -> tuple[slice, NDArray[np.int64], NDArray[np.int64]]:
    """Which of some ascending columns lie in a part, and where: tile and place."""
    ends = np.searchsorted(columns, (part.first, part.first + len(part.counts) * width))
    own = slice(*ends)
    return own, *np.divmod(columns[own] - part.first, width)


def _at(part: Part, columns: NDArray[np.int64], values: Array) -> Array:
    _, tile, place = _own(part, columns, values.shape[-1])
    return np.ascontiguousarray(np.moveaxis(values[tile, ..., place], 0, -1))


def _put(part: Part, columns: NDArray[np.int64], given: Any, values: Array) -> None:
    own, tile, place = _own(part, columns, values.shape[-1])
    values[tile, ..., place] = given if np.ndim(given) == 0 else np.moveaxis(given[..., own], -1, 0)


def _pad(part: Part, value: float, values: Array) -> None:
    for tile, count in zip(values, part.counts, strict=True):
        tile[..., count:] = value


def _clear(_part: Part, k: int, values: Array) -> None:
    values[:, k] = 0


def _lift(part: Part, floor: float, values: Array) -> None:
    np.maximum(values, values.dtype.type(floor), out=values)
    _pad(part, 0, values)


def _copy(_part: Part, values: Array, other: Array) -> None:
    other[...] = values


def _largest(part: Part, values: Array) -> tuple[NDArray[np.int64], Array]:
    inside = values.argmax(axis=1)
    tiles = np.arange(len(values))
    return part.first + tiles * values.shape[1] + inside, values[tiles, inside]


def _most(_part: Part, values: Array) -> float:
    return float(values.max(initial=-np.inf))


def _sum(_part: Part, values: Array) -> float:
    return float(values.sum(dtype=np.float64))


def _totals(_part: Part, values: Array) -> NDArray[np.float64]:
    return np.asarray(values.sum(axis=(0, 2), dtype=np.float64))


def _where(part: Part, least: float, values: Array) -> NDArray[np.int64]:
    return part.first + np.flatnonzero(values.reshape(-1) >= least)
