"""Who hears of a change; one that fails silences no other."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Generic, TypeVar

__all__ = ["Listeners"]

T = TypeVar("T")
log = logging.getLogger("hsunmix")


class Listeners(Generic[T]):
    """Calls ``listener(old, new)`` of everyone who asked for it.

    Parameters
    ----------
    now : callable
        Returns what is new. It is asked before every call: a listener may have changed it once more.
    report : callable, optional
        Gets what a listener raised; by default it goes to the log. A listener that fails again and
        again is reported once, until it has worked.
    """

    def __init__(self, now: Callable[[], T], report: Callable[[Exception], None] | None = None) -> None:
        self._now = now
        self._report = report or (lambda error: log.error("a listener failed", exc_info=error))
        self._listeners: list[Callable[[T, T], None]] = []
        self._failing: list[Callable[[T, T], None]] = []

    def add(self, listener: Callable[[T, T], None]) -> None:
        """Call this from now on."""
        self._listeners.append(listener)

    def remove(self, listener: Callable[[T, T], None]) -> None:
        """Don't call this any more."""
        self._listeners.remove(listener)

    def clear(self) -> None:
        """Call nobody any more."""
        self._listeners.clear()
        self._failing.clear()

    def tell(self, old: T) -> None:
        """Call all of them, whatever one of them raises."""
        for listener in tuple(self._listeners):
            try:
                listener(old, self._now())
            except Exception as error:
                if listener not in self._failing:
                    self._failing.append(listener)
                    self._report(error)
            else:
                if listener in self._failing:
                    self._failing.remove(listener)
