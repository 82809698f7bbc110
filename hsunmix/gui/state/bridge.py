"""The one place where threads meet Qt.

A job's thread emits a signal that carries nothing; the slot, on the window's thread, asks the job
what is new. So nothing queues up, no array crosses in an event, and a job that was replaced is never
asked again: its late result is dropped by not being looked at.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from hsunmix.jobs import Job, Outcome, Runner, Work
from hsunmix.model.progress import Step

__all__ = ["Bridge"]

STEP_PAUSE = 100  # milliseconds between two steps shown: nobody reads faster
NICE = 5  # by how much workers, and the threads they start, give way to the window
MAX_NICENESS = 19  # that Linux knows


class Bridge(QObject):
    """One channel of background work; the newest job of a channel replaces the one before it.

    Parameters
    ----------
    parent : QObject
    """

    _woken = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = Runner(self._wake)
        self._job: Job[Any] | None = None
        self._on_step: Callable[[Step], None] = _ignore
        self._on_end: Callable[[Outcome[Any]], None] = _ignore
        self._open = True
        self._woken.connect(self._read, Qt.ConnectionType.QueuedConnection)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(STEP_PAUSE)
        self._pause.timeout.connect(self._read)

    @property
    def busy(self) -> bool:
        """Whether a job runs whose end has not been told yet."""
        return self._job is not None

    def submit(
        self,
        work: Work[Any],
        on_end: Callable[[Outcome[Any]], None],
        on_step: Callable[[Step], None] | None = None,
    ) -> None:
        """Start work; both callables are called on the window's thread."""
        if not self._open:
            work.close()
            return
        self._on_step, self._on_end = on_step or _ignore, on_end
        self._job = self._runner.submit(_giving_way(work))
        self._woken.emit()  # its first signal may have come before the line above was done

    def cancel(self) -> None:
        """Ask the job to end; its outcome, Cancelled, is told when it has."""
        self._runner.cancel()

    def leave(self) -> None:
        """Cancel, don't wait, and never call back again."""
        self._open, self._job = False, None
        self._on_step = self._on_end = _ignore
        self._runner.leave()

    def close(self) -> bool:
        """Cancel, wait, and never call back again. Return whether all threads have ended."""
        self._open, self._job = False, None
        self._on_step = self._on_end = _ignore
        return self._runner.close()

    def _wake(self, _job: Job[Any]) -> None:
        if self._open:
            self._woken.emit()

    @Slot()
    def _read(self) -> None:
        job = self._job
        if job is None:
            return
        outcome = job.outcome  # read before the step: a step that came earlier is then not missed
        if outcome is None and self._pause.isActive():
            return  # the end of the pause looks again
        step = job.take_step()
        if step is not None:
            self._pause.start()
            self._on_step(step)
        if outcome is not None and self._job is job:
            on_end = self._on_end
            # What is called back holds the scene and the document that it was for, maybe left since.
            self._job, self._on_step, self._on_end = None, _ignore, _ignore
            job.let_go()
            on_end(outcome)


def _giving_way(work: Work[Any]) -> Work[Any]:
    """Run work so that the window draws first where both want a processor.

    Linux has priorities per thread, and threads inherit them; elsewhere there is nothing to do.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            own = os.getpriority(os.PRIO_PROCESS, os.getpid())  # of the window's thread
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), min(own + NICE, MAX_NICENESS))
    return (yield from work)


def _ignore(_: object) -> None:
    pass
