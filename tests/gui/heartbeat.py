"""A heartbeat on the window's thread: how long the window stood still, and what was done meanwhile."""

from __future__ import annotations

import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication

__all__ = ["Beats", "Heartbeat"]

LATE = 0.08  # seconds without a beat until what the window's thread does is written down


@dataclass(frozen=True)
class Beats:
    """The longest time without a beat, in seconds.

    Attributes
    ----------
    longest : float
        By the clock.
    ours : float
        Without the time in which the thread could have gone on but other work had the processors.
    own : float
        Processor time of the window's thread.
    """

    longest: float = 0.0
    ours: float = 0.0
    own: float = 0.0

    def __str__(self) -> str:
        longest, ours, own = (f"{1000 * s:.0f} ms" for s in (self.longest, self.ours, self.own))
        return f"{ours} | {own} | {longest}"


class Heartbeat:
    """Beats while it lives.

    Parameters
    ----------
    log : Path
        Where the window's thread was when a beat was late.
    """

    def __init__(self, log: Path) -> None:
        self._log = log.open("w")
        self._waited = Path(f"/proc/self/task/{threading.get_native_id()}/schedstat")
        self._last = self._now()
        self._worst = Beats()
        self._window, self._ended = threading.get_ident(), threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)
        self._watch.start()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start(2)

    def during(self, done: Callable[[], bool], patience: float = 600.0) -> Beats:
        """Let the window work until something is so."""
        self._beat()
        self._worst = Beats()
        end = time.perf_counter() + patience
        while not done():
            assert time.perf_counter() < end
            QApplication.processEvents()
            time.sleep(0.0005)
        self._beat()
        return self._worst

    def stop(self) -> None:
        """End it."""
        self._timer.stop()
        self._ended.set()
        self._watch.join()
        self._log.close()

    def _now(self) -> tuple[float, float, float]:
        """The clock, processor time, and time waited for a processor; Linux alone knows the last."""
        try:
            waited = int(self._waited.read_text().split()[1]) / 1e9
        except OSError:
            waited = 0.0
        return time.perf_counter(), time.thread_time(), waited

    def _beat(self) -> None:
        now = self._now()
        gap, own, waited = (new - old for new, old in zip(now, self._last, strict=True))
        worst = self._worst
        self._worst = Beats(max(worst.longest, gap), max(worst.ours, gap - waited), max(worst.own, own))
        self._last = now

    def _look(self) -> None:
        """Write down, once for every late beat, what the window's thread is at."""
        seen = 0.0
        while not self._ended.wait(LATE / 4):
            last = self._last[0]
            if time.perf_counter() - last > LATE and last != seen:
                seen = last
                where = traceback.format_stack(sys._current_frames()[self._window])
                self._log.write("".join(["late:\n", *where]))
