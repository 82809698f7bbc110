"""Python's garbage, collected on the window's thread only.

Python collects cycles in whichever thread happens to make the next object. A worker that so deletes
a Qt object ends the process, and a full collection anywhere holds the window for a sixth of a second.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

__all__ = ["Collector"]

PERIOD = 50  # milliseconds
MANY = 20_000  # new objects after which the middle generation isn't left to grow: some milliseconds
SLOW = 0.03  # seconds: after a slower collection what is left is taken for permanent


class Collector(QObject):
    """Takes Python's collector over while it lives.

    Parameters
    ----------
    idle : callable
        Whether nothing is being done, so that a full collection disturbs nobody.
    parent : QObject
    """

    def __init__(self, idle: Callable[[], bool], parent: QObject) -> None:
        super().__init__(parent)
        self._idle = idle
        self._begun = False
        self._new = 0  # objects since the middle generation was collected
        self._limits = gc.get_threshold()
        gc.disable()
        self.destroyed.connect(gc.enable)
        self._timer = QTimer(self)
        self._timer.setInterval(PERIOD)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    def collect(self) -> None:
        """Collect the generations that are full, as Python would have done."""
        counts = gc.get_count()
        young, middle, old = (n > limit for n, limit in zip(counts, self._limits, strict=True))
        if old and self._idle() and not self._begun:
            self._begun = True
            gc.collect(1)  # what is garbage by now must not be frozen with it
            gc.freeze()  # what the start made stays anyhow, and to look through it takes a tenth of a second
        elif old and self._idle():
            began = time.perf_counter()
            gc.collect(2)
            if time.perf_counter() - began > SLOW:
                gc.freeze()  # mostly libraries' own objects, which need no second look
        elif middle or self._new + counts[0] > MANY:
            self._new = 0
            gc.collect(1)
        elif young:
            self._new += counts[0]
            gc.collect(0)
