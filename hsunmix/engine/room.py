"""Where arrays as large as the scene lie: in memory while there is room, else in a scratch file."""

from __future__ import annotations

import math
import threading
import weakref
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from hsunmix.engine.memory import aligned
from hsunmix.engine.scratch import Scratch

__all__ = ["MEMORY", "Room"]


class Room:
    """Hands out arrays.

    Parameters
    ----------
    memory : int, optional
        Bytes of memory that they may have together; None sets no limit.
    scratch : Scratch, optional
        Where the others lie; needed where there is a limit.

    Attributes
    ----------
    peak : tuple of int
        The most bytes that arrays had together so far, in memory and on the disk, where there is a limit.
    """

    def __init__(self, memory: int | None = None, scratch: Scratch | None = None) -> None:
        self.memory, self.scratch = memory, scratch
        self._lock = threading.RLock()  # an array may die, and be counted, while one is counted
        self._held = [0, 0]
        self.peak = (0, 0)

    def array(self, shape: tuple[int, ...], dtype: DTypeLike, fill: float | None = None) -> NDArray[Any]:
        """Return an array full of one number; with None it holds whatever memory does."""
        size = math.prod(shape) * np.dtype(dtype).itemsize
        if self._takes(size):
            found: NDArray[Any] = np.zeros(shape, dtype) if fill == 0 else np.empty(shape, dtype)
            self._count(found, 0, size)
        else:
            found = self._on_disk(shape, dtype, size)
        if fill is not None and fill != 0:
            np.copyto(found, fill, casting="unsafe")
        return found

    def tiles(self, shape: tuple[int, ...]) -> NDArray[np.float32]:
        """Return an array of float32 for tiles: it begins on a cache line."""
        size = 4 * math.prod(shape)
        if not self._takes(size):
            return self._on_disk(shape, np.float32, size)
        found = aligned(shape)
        self._count(found, 0, size)
        return found

    def on_disk(self, shape: tuple[int, ...]) -> NDArray[np.float32]:
        """Return an array of float32 in the scratch file, for what is much larger than memory."""
        return self._on_disk(shape, np.float32, 4 * math.prod(shape))

    def copy(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return the same numbers in an array of their own."""
        found = self.array(values.shape, values.dtype)
        found[...] = values
        return found

    def _takes(self, size: int) -> bool:
        return self.memory is None or self._held[0] + size <= self.memory

    def _on_disk(self, shape: tuple[int, ...], dtype: DTypeLike, size: int) -> NDArray[Any]:
        assert self.scratch is not None
        found = self.scratch.array(shape, dtype)
        self._count(found, 1, size)
        return found

    def _count(self, values: NDArray[Any], where: int, size: int) -> None:
        """Count an array for as long as it lives, or a part of it."""
        if self.memory is None:
            return
        owner: Any = values
        while isinstance(owner.base, np.ndarray):
            owner = owner.base
        weakref.finalize(owner, self._add, where, -size).atexit = False
        self._add(where, size)

    def _add(self, where: int, size: int) -> None:
        with self._lock:
            self._held[where] += size
            self.peak = max(self.peak[0], self._held[0]), max(self.peak[1], self._held[1])


MEMORY = Room()
