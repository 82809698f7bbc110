"""Read what comes next while what has come is worked on."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from typing import Generic, TypeVar

__all__ = ["Ahead"]

WAIT = 0.05  # seconds between two places where the work can be cancelled

S = TypeVar("S")
T = TypeVar("T")


@lru_cache(maxsize=1)
def _readers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(2, thread_name_prefix="hsunmix-read")


class Ahead(Generic[S, T]):
    """Blocks that are read by two threads, at most so many ahead of the one that is asked for.

    Closed, it waits for nobody: a block that is being read is thrown away when it is there.

    Parameters
    ----------
    read : callable
        Returns what is asked for; shares nothing that is written to.
    wanted : iterator
    ahead : int
    """

    def __init__(self, read: Callable[[S], T], wanted: Iterator[S], ahead: int = 2) -> None:
        self._read, self._wanted, self._ahead = read, wanted, ahead
        self._coming: deque[tuple[S, Future[T]]] = deque()
        self._fetch()

    def _fetch(self) -> None:
        while len(self._coming) < self._ahead:
            try:
                one = next(self._wanted)
            except StopIteration:
                return
            self._coming.append((one, _readers().submit(self._read, one)))

    @property
    def more(self) -> bool:
        """Whether there is another block."""
        return bool(self._coming)

    def take(self) -> Generator[None, None, tuple[S, T]]:
        """Wait for the next block; return what was asked for, and what came."""
        one, future = self._coming[0]
        while not future.done():
            try:
                future.exception(timeout=WAIT)
            except TimeoutError:
                yield
        self._coming.popleft()
        self._fetch()
        return one, future.result()

    def close(self) -> None:
        """Read nothing more."""
        for _, future in self._coming:
            future.cancel()
        self._coming.clear()
