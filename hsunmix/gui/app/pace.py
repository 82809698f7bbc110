"""How long work will still take: told steadily, though it goes by fits and starts."""

from __future__ import annotations

import math
from collections import deque

import psutil

from hsunmix.gui.state.view_state import Task

__all__ = ["Pace", "left_in_words", "memory_in_words"]

RECENT = 12.0  # seconds: the pace of these counts
FROM, AFTER = 0.03, 3.0  # share of the work done, and seconds, from which on it is guessed
TRUST = 0.15  # of a new guess: the rest is what was said before, less the time gone by


class Pace:
    """Guesses the time left of the newest task."""

    def __init__(self) -> None:
        self._task: tuple[str, float] | None = None
        self._seen: deque[tuple[float, float]] = deque()
        self._left = math.nan
        self._began = self._at = 0.0

    def left(self, task: Task, now: float) -> float | None:
        """Return the seconds left; None where nobody could know."""
        fraction = task.step.fraction if task.step is not None else 0.0
        other = self._task != (task.title, task.started)
        if other or fraction < self._seen[-1][1]:  # another task, or another part of it, that begins now
            self._task, self._left = (task.title, task.started), math.nan
            self._began = task.started if other else now
            self._seen = deque([(self._began, 0.0)])
        if fraction > self._seen[-1][1]:
            self._seen.append((now, fraction))  # between two steps nothing is known that was not before
        while len(self._seen) > 2 and now - self._seen[1][0] > RECENT:
            self._seen.popleft()
        (then, before), (last, _) = self._seen[0], self._seen[-1]
        if fraction < FROM or now - self._began < AFTER or fraction <= before:
            return None
        guess = (1 - fraction) * (last - then) / (fraction - before) - (now - last)
        guess = max(guess, 0.0)
        known = self._left - (now - self._at)
        self._left = guess if math.isnan(self._left) else max(known + TRUST * (guess - known), 0.0)
        self._at = now
        return self._left


def left_in_words(seconds: float) -> str:
    """Say how long it takes, as exactly as it is known."""
    if seconds < 1:
        return "under 1 s left"
    if seconds < 20:
        return f"{seconds:.0f} s left"
    if seconds < 90:
        return f"{5 * round(seconds / 5)} s left"
    return f"{seconds / 60:.0f} min left"


def memory_in_words() -> str:
    """Say how much memory the program uses."""
    return f"{psutil.Process().memory_info().rss / 1e9:.1f} GB of memory"
