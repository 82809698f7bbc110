"""Where arrays go when records become JSON, and where they come from: each by its name, or end to end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod
from typing import Any

from numpy.typing import NDArray

__all__ = ["Given", "GivenRow", "Packed", "Row", "damaged"]

Array = NDArray[Any]
Mender = Callable[[type, dict[str, Any], int], None]


class Packed:
    """Where arrays go; what has gone there is known by its identity."""

    def __init__(self) -> None:
        self.arrays: dict[str, Array] = {}
        self._known: dict[int, str] = {}
        self._kept: list[Any] = []  # or another object could get the identity

    def known(self, value: Any, at: str) -> str:
        """Return the place where a value was met first: ``at`` where that is now."""
        self._kept.append(value)
        return self._known.setdefault(id(value), at)

    def put(self, array: Array, at: str) -> Any:
        """Keep an array; return what stands for it in JSON."""
        name = self.known(array, at)
        self.arrays.setdefault(name, array)
        return name


class Row(Packed):
    """Where arrays of small records go: end to end, each known by its shape."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: dict[str, list[Array]] = {}

    def put(self, array: Array, at: str) -> Any:
        """Keep an array; return its shape."""
        self.parts.setdefault(at, []).append(array.ravel())
        return list(array.shape)


class Given:
    """Where arrays come from.

    Parameters
    ----------
    arrays : mapping of str to array
    mended : callable
        Gets a dataclass, the fields that one is to be made of, and its place in its row; may change them.
    """

    def __init__(
        self, arrays: Mapping[str, Array], mended: Callable[[type, dict[str, Any], int], None]
    ) -> None:
        self.arrays, self.mended = arrays, mended
        self.records: dict[str, Any] = {}

    def take(self, value: Any, at: str) -> Array:
        """Return the array for which this stands in JSON."""
        if not isinstance(value, str) or value not in self.arrays:
            raise damaged(at, "names no array")
        return self.arrays[value]


class GivenRow(Given):
    """Where arrays of small records come from."""

    def __init__(self, given: Given) -> None:
        super().__init__(given.arrays, given.mended)
        self._taken: dict[str, int] = {}

    def take(self, value: Any, at: str) -> Array:
        """Return the next so many numbers, in this shape."""
        sizes = value if isinstance(value, list) else [-1]
        if at not in self.arrays or not all(type(n) is int and 0 <= n < 1 << 40 for n in sizes):
            raise damaged(at, "has no shape, or there is no such array")
        first = self._taken.get(at, 0)
        self._taken[at] = first + prod(sizes)
        if first + prod(sizes) > self.arrays[at].size:
            raise ValueError(f"{at} has {self.arrays[at].size} numbers, which are too few for its records")
        return self.arrays[at][first : first + prod(sizes)].reshape(sizes)

    def end(self) -> None:
        """Refuse numbers that belong to no record."""
        for at, taken in self._taken.items():
            if taken != self.arrays[at].size:
                raise ValueError(f"{at} has {self.arrays[at].size} numbers, but its records need {taken}")


def damaged(at: str, why: str) -> ValueError:
    """Say where the manifest is not what it should be."""
    return ValueError(f"its manifest is damaged: {at or 'it'} {why}")
