"""A heartbeat on the window's thread: how long the window stood still, and what was done meanwhile."""

from __future__ import annotations

import os
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

LATE = 0.08  # seconds without a beat until what every thread does is written down


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
        Where all threads were when a beat was late.
    """

    def __init__(self, log: Path) -> None:
        self._log = log.open("w")
        try:
            self._waited = os.open(f"/proc/self/task/{threading.get_native_id()}/schedstat", os.O_RDONLY)
        except OSError:  # Linux alone tells
            self._waited = -1
        self._last = self._now()
        self._worst = Beats()
        self._ended = threading.Event()
        self._watch = threading.Thread(target=self._look, name="watch", daemon=True)
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
        if self._waited >= 0:
            os.close(self._waited)

    def _now(self) -> tuple[float, float, float]:
        """The clock, processor time, and time waited for a processor."""
        waited = int(os.pread(self._waited, 100, 0).split()[1]) / 1e9 if self._waited >= 0 else 0.0
        return time.perf_counter(), time.thread_time(), waited

    def _beat(self) -> None:
        now = self._now()
        gap, own, waited = (new - old for new, old in zip(now, self._last, strict=True))
        worst = self._worst
        self._worst = Beats(max(worst.longest, gap), max(worst.ours, gap - waited), max(worst.own, own))
        self._last = now

    def _look(self) -> None:
        """Write down, once for every late beat, what every thread is at."""
        seen = 0.0
        while not self._ended.wait(LATE / 4):
            last = self._last[0]
            if time.perf_counter() - last > LATE and last != seen:
                seen = last
                self._log.writelines(_everywhere())


def _everywhere() -> list[str]:
    """Where every thread but this one is. A frame must not be kept: what it alone held would end here."""
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    del names[threading.get_ident()]
    return [
        line
        for ident, frame in sys._current_frames().items()
        if ident in names
        for line in (f"late, {names[ident]}:\n", *traceback.format_stack(frame, limit=12))
    ]
