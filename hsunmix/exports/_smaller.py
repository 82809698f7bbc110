"""Maps made smaller by the means of their pixels, before anything is drawn of them."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.model.progress import finish

__all__ = ["fitted", "pieces", "smaller", "subsample"]

PIECE = 1 << 20  # pixels looked at in one step

Map = NDArray[np.float64]
Work = Generator[None, None, Map]


def pieces(values: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """Yield the lines of a map, some at a time."""
    step = max(1, PIECE * len(values) // max(1, values.size))
    return (values[first : first + step] for first in range(0, len(values), step))


def smaller(values: NDArray[Any], step: int) -> Map:
    """Return the means of squares of step by step pixels, of those that have a value."""
    return finish(subsample(values, step))


def subsample(values: NDArray[Any], step: int) -> Work:
    """As ``smaller``, in steps; closed, it ends."""
    return _means(values, *(np.arange(0, size, max(1, step)) for size in values.shape))


def fitted(values: NDArray[Any], lines: int, samples: int) -> Work:
    """As ``subsample``, with at most so many lines and samples: from rectangles that are about alike."""
    wanted = zip(values.shape, (lines, samples), strict=True)
    return _means(values, *(np.arange(min(n, size)) * size // min(n, size) for size, n in wanted))


def _means(values: NDArray[Any], tops: NDArray[np.int64], lefts: NDArray[np.int64]) -> Work:
    """Means of the rectangles that begin at these lines and samples, a few rows of them at a time."""
    if len(tops) == len(values) and len(lefts) == values.shape[1]:
        return values.astype(np.float64)
    out = np.empty((len(tops), len(lefts)))
    ends = np.append(tops[1:], len(values))
    step = max(1, PIECE * len(tops) // max(1, values.size))
    for first in range(0, len(tops), step):
        rows = slice(first, min(first + step, len(tops)))
        exact = values[tops[rows][0] : ends[rows][-1]].astype(np.float64)
        known = np.isfinite(exact)
        places = tops[rows] - tops[first]
        count, total = (
            np.add.reduceat(np.add.reduceat(of, places, axis=0), lefts, axis=1)
            for of in (known.astype(np.float64), np.where(known, exact, 0.0))
        )
        with np.errstate(invalid="ignore", divide="ignore"):
            out[rows] = total / count
        yield
    return out
