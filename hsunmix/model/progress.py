"""Work in steps: what it reports, and who drives it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["Step", "finish", "relay"]

T = TypeVar("T")
S = TypeVar("S")


@dataclass(frozen=True, eq=False)
class Step:
    """What a method reports while it works.

    Attributes
    ----------
    fraction : float
        Share of the work done, 0 to 1, as far as it is known.
    relative_error : float or None
        ‖X − WH‖ / ‖X‖ so far.
    endmembers : array of float64, (bands, r), or None
        A copy of the spectra so far.
    message : str
        What is being done.
    """

    fraction: float = 0.0
    relative_error: float | None = None
    endmembers: NDArray[np.float64] | None = None
    message: str = ""


def finish(work: Generator[Any, None, T], on_step: Callable[[Step], None] | None = None) -> T:
    """Run work in this thread to its end and return its result; an exception closes the work."""
    try:
        while True:
            step = next(work)
            if step is not None and on_step is not None:
                on_step(step)
    except StopIteration as end:
        value: T = end.value
        return value
    finally:
        work.close()


def relay(work: Generator[Any, None, T], as_seen: Callable[[Any], S]) -> Generator[S, None, T]:
    """Pass on the steps of work as somebody else sees them, and return its result.

    Closed, it closes the work.
    """
    try:
        while True:
            yield as_seen(next(work))
    except StopIteration as end:
        value: T = end.value
        return value
    finally:
        work.close()
