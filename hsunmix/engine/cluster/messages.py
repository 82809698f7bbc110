"""What goes to the workers and what comes back, and how sums are added."""

from __future__ import annotations

import pickle
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from hsunmix.engine.source import Chunk
from hsunmix.model.brought import Terms

__all__ = [
    "Answer",
    "Kind",
    "Order",
    "Origin",
    "Placing",
    "Recipe",
    "Sums",
    "Task",
    "merged",
    "packed",
    "total",
    "unpacked",
]

Array = NDArray[Any]
Sums = dict[tuple[int, int], list[NDArray[np.float64]]]  # by level and place in the tree of blocks
DEFLATED = 4 << 20  # bytes; what is longer is numbers, which don't become shorter
FILE = ""  # the source of the pixels themselves


@dataclass(frozen=True)
class Origin:
    """Where the pixels of a scene are, of which there may be several.

    Attributes
    ----------
    path : str
    options : tuple
        With which it was opened.
    shape : tuple of 3 int
        What it must turn out to be.
    size : int
        Bytes of its file.
    gain, offset, nodata
        As the client's cube has them.
    terms : Terms or None
        The bands of another scene that it was brought to.
    good : array of bool, or None
        Its own good bands, where it was brought to others.
    """

    path: str
    options: tuple[tuple[str, Any], ...]
    shape: tuple[int, int, int]
    size: int
    gain: Any
    offset: Any
    nodata: float | None
    terms: Terms | None = None
    good: NDArray[np.bool_] | None = None


@dataclass(frozen=True)
class Recipe:
    """How a worker comes by the pixels of a scene, or of several.

    Attributes
    ----------
    opener : callable
        Opens a cube by its path and options.
    origins : tuple of Origin
    bands : array of bool
    pixels : bytes or None
        Which pixels are used, packed bits; None for all.
    exponent : int
        Values are divided by this power of two.
    tiles : int
        Of a block.
    """

    opener: Callable[..., Any]
    origins: tuple[Origin, ...]
    bands: NDArray[np.bool_]
    pixels: bytes | None
    exponent: int
    tiles: int


@dataclass(frozen=True)
class Kind:
    """What numbers of pixels are: how many each pixel has, their type, and what they are before any pass."""

    k: int | None
    dtype: DTypeLike
    fill: float | None = None

    def made(self, tiles: int, width: int) -> Array:
        """Make room for those of some tiles."""
        shape = (tiles, width) if self.k is None else (tiles, self.k, width)
        return np.full(shape, 0 if self.fill is None else self.fill, self.dtype)


@dataclass(frozen=True, eq=False)
class Task:
    """A pass, or part of it.

    Attributes
    ----------
    work, small, sums, blind
        As of ``Pass``.
    source : str
        Numbers that stand in for the pixels, or "" for those.
    numbers : tuple of str
        Names of the numbers that stay with their pixels.
    chunks : mapping of int to list of Chunk
        Of every block.
    """

    work: Callable[..., Any]
    small: tuple[Any, ...]
    sums: tuple[tuple[int, ...], ...]
    blind: bool
    source: str
    numbers: tuple[str, ...]
    chunks: Mapping[int, list[Chunk]]


@dataclass(frozen=True, eq=False)
class Placing:
    """Numbers that come from the client, by block."""

    name: str
    values: Mapping[int, Array]


@dataclass(eq=False)
class Order:
    """What a worker is to do.

    Attributes
    ----------
    token : str
        By which it can be stopped.
    blocks : tuple of int
        With which of them.
    kinds : dict
        What the numbers are that it is about.
    steps : list of Placing or Task
        One after the other; of the last task it is told what it brought.
    get : tuple of str
        Numbers that are to be sent back.
    drop : tuple of str
        Numbers that nobody needs any more.
    recipe : Recipe or None
        Where the worker is new.
    """

    token: str
    blocks: tuple[int, ...]
    kinds: dict[str, Kind]
    steps: list[Placing | Task]
    get: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    recipe: Recipe | None = None


@dataclass(eq=False)
class Answer:
    """What the last task brought: values of parts by block, sums as far as they can be added; and numbers."""

    values: dict[int, list[Any]]
    sums: Sums
    numbers: dict[str, dict[int, Array]]


def packed(what: Any) -> bytes:
    """Return it as bytes: so they can be counted. Lists of parts are much alike, and become short."""
    data = pickle.dumps(what, protocol=5)
    return b"z" + zlib.compress(data, 1) if len(data) < DEFLATED else b"p" + data


def unpacked(data: bytes) -> Any:
    """Opposite of ``packed``."""
    return pickle.loads(zlib.decompress(data[1:]) if data[:1] == b"z" else memoryview(data)[1:])


def merged(sums: Sums) -> Sums:
    """Add what lies side by side in the tree: of blocks 2i and 2i + 1, then of such pairs, and so on.

    So the order of adding depends on the blocks only, and not on who had which.
    """
    done, todo = dict(sums), sorted(sums)
    while todo:
        level, place = todo.pop()
        pair = (level, place & ~1), (level, place | 1)
        if all(one in done for one in pair):
            left, right = (done.pop(one) for one in pair)
            above = level + 1, place >> 1
            done[above] = [a + b for a, b in zip(left, right, strict=True)]
            todo.append(above)
    return done


def total(sums: Sums, blocks: int) -> list[NDArray[np.float64]]:
    """Add the sums of all blocks; one without a neighbour goes up as it is."""
    level, count, sums = 0, blocks, merged(sums)
    while count > 1:
        last = level, count - 1
        if count % 2 and last in sums:
            sums[level + 1, (count - 1) >> 1] = sums.pop(last)
            sums = merged(sums)
        level, count = level + 1, -(-count // 2)
    (found,) = sums.values()
    return found
