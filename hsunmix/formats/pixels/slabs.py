"""Lines that are kept for a while, because decoding a few takes as long as decoding many."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future

import numpy as np
from numpy.typing import NDArray

__all__ = ["KEPT_BYTES", "SLAB_BYTES", "Columns", "Slabs", "like", "lines_of_slab"]

SLAB_BYTES = 256 << 20
KEPT_BYTES = 512 << 20

Values = NDArray[np.generic]
Load = Callable[[int, int], Values]


def lines_of_slab(rows: int, lines: int, line_bytes: int) -> int:
    """Return how many lines are decoded together.

    A row of chunks; where that is too much, because a chunk holds one band of many lines, as many
    lines as fit: the chunks are decoded once for each slab then.

    Parameters
    ----------
    rows : int
        Lines of a chunk.
    lines : int
        Of the scene.
    line_bytes : int
    """
    return max(1, min(rows, lines, SLAB_BYTES // max(1, line_bytes)))


class Slabs:
    """Slabs of a scene; threads may share them, and each is decoded by one of these.

    Parameters
    ----------
    lines : int
        Of a slab; the last may have fewer.
    slab_bytes, kept_bytes : int
        Size of one, and how much is kept.

    Where ``load`` is asked for, it decodes the lines first … last − 1, (lines, samples, bands); ``last``
    may lie beyond the end. (Kept here, it would keep its owner's file open until garbage is collected.)
    """

    def __init__(self, lines: int, slab_bytes: int, kept_bytes: int) -> None:
        self._lines = lines
        self._count = max(1, kept_bytes // max(1, slab_bytes))
        self._kept: OrderedDict[int, Future[Values]] = OrderedDict()
        self._lock = threading.Lock()

    def slab(self, index: int, load: Load) -> Values:
        """Return the lines index · lines and following, not to be written to."""
        with self._lock:
            coming = self._kept.get(index)
            ours = coming is None
            if coming is None:
                while len(self._kept) >= self._count:
                    self._kept.popitem(last=False)
                coming = self._kept[index] = Future()
            self._kept.move_to_end(index)
        if ours:
            try:
                coming.set_result(load(index * self._lines, (index + 1) * self._lines))
            except BaseException as error:
                with self._lock:
                    if self._kept.get(index) is coming:
                        del self._kept[index]
                coming.set_exception(error)
                raise
        return coming.result()

    def peek(self, index: int) -> Values | None:
        """Return a slab if it is there."""
        with self._lock:
            coming = self._kept.get(index)
        return coming.result() if coming is not None and coming.done() and not coming.exception() else None

    def view(self, first: int, last: int, load: Load) -> Values:
        """Return the lines first … last − 1, at least one, not to be written to."""
        step = self._lines
        if first // step == (last - 1) // step:
            begin = first // step * step
            return self.slab(first // step, load)[first - begin : last - begin]
        out: Values | None = None
        for index in range(first // step, -(-last // step)):
            slab, begin = self.slab(index, load), index * step
            if out is None:
                out = like(slab, last - first)
            low, high = max(first, begin), min(last, begin + step)
            out[low - first : high - first] = slab[low - begin : high - begin]
        assert out is not None
        return out


class Columns:
    """What was unpacked for single pixels last: one looks at some places again and again.

    Parameters
    ----------
    most : int
        How many bytes are kept; the last one always is.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[tuple[int, int], Values] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, place: tuple[int, int]) -> Values | None:
        """Return what begins at a place, if it is there."""
        with self._lock:
            if place in self._kept:
                self._kept.move_to_end(place)
            return self._kept.get(place)

    def put(self, place: tuple[int, int], values: Values) -> None:
        """Keep what begins at a place."""
        with self._lock:
            self._kept[place] = values
            self._kept.move_to_end(place)
            while len(self._kept) > 1 and sum(v.nbytes for v in self._kept.values()) > self._most:
                self._kept.popitem(last=False)


def like(part: Values, lines: int) -> Values:
    """Return an empty block of so many lines, its axes laid out in memory as those of ``part``."""
    order = sorted(range(part.ndim), key=lambda axis: -part.strides[axis])
    shape = (lines, *part.shape[1:])
    return np.empty([shape[axis] for axis in order], part.dtype).transpose(np.argsort(order))
