"""Run a method's generator in a thread: progress, cancel, latest-only. No Qt here."""

from __future__ import annotations

import atexit
import threading
from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

from hsunmix.model.progress import Step

__all__ = ["Cancelled", "Job", "Outcome", "Runner", "end_left", "make_ready"]

T = TypeVar("T")
Work = Generator[Step | None, None, T]


class Cancelled(Exception):  # noqa: N818 - an end, not an error
    """The job was cancelled; not an error."""


@dataclass(frozen=True, eq=False)
class Outcome(Generic[T]):
    """How a job ended: with a value, with an error, or cancelled.

    Attributes
    ----------
    generation : int
        The job's number; a receiver drops what is older than the newest it asked for.
    value : object or None
    error : BaseException or None
        ``Cancelled`` when the job was cancelled.
    """

    generation: int
    value: T | None = None
    error: BaseException | None = None


class _Worker(threading.Thread):
    """A thread that runs one job after the other.

    Who starts a thread waits until it runs, and that is long while others hold the interpreter.
    """

    def __init__(self) -> None:
        super().__init__(name=RESTING, daemon=True)
        self.calls: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self.start()

    def run(self) -> None:
        while True:
            self.calls.get()()  # no name for it: nothing of a job may stay here
            _resting.append(self)


RESTING = "hsunmix-resting"
# In turn: what a thread's memory grows to, it so reaches soon, and not one day when it gets a large job.
_resting: deque[_Worker] = deque()


def make_ready(count: int) -> None:
    """Start threads for as many jobs at the same time."""
    _resting.extend([_Worker() for _ in range(count - len(_resting))])


class Job(Generic[T]):
    """One piece of work in a thread that it has to itself.

    Parameters
    ----------
    work : generator
        Yields Step or None and returns the result. To cancel is to close it, between two steps.
    generation : int
    wake : callable
        Called from the worker's thread when there is something new to read: a step, or the end.
        After a call it isn't called for another step until ``take_step`` was called, so a slow
        receiver never gets a queue.
    """

    def __init__(self, work: Work[T], generation: int, wake: Callable[[Job[T]], None]) -> None:
        self.generation = generation
        self.outcome: Outcome[T] | None = None
        self._work = work
        self._wake = wake
        self._lock = threading.Lock()
        self._step: Step | None = None
        self._cancel = threading.Event()
        self._ended = threading.Event()

    def start(self) -> None:
        """Begin."""
        try:
            worker = _resting.popleft()
        except IndexError:
            worker = _Worker()
        worker.calls.put(self._run)

    def cancel(self) -> None:
        """Ask the work to end at its next step; returns at once."""
        self._cancel.set()

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the end of a job that was started; return whether it has come."""
        return self._ended.wait(timeout)

    @property
    def running(self) -> bool:
        """Whether its thread has not done with it yet."""
        return not self._ended.is_set()

    def take_step(self) -> Step | None:
        """Return the newest step not yet taken."""
        with self._lock:
            step, self._step = self._step, None
        return step

    def let_go(self) -> None:
        """Hold the value or the error no longer, which was read: either may keep a scene in memory."""
        self.outcome = Outcome(self.generation)

    def _run(self) -> None:
        thread = threading.current_thread()
        thread.name = f"hsunmix-job-{self.generation}"
        try:
            self._work_through()
        finally:
            thread.name = RESTING
            self._ended.set()

    def _work_through(self) -> None:
        try:
            self.outcome = Outcome(self.generation, self._loop())
        except Cancelled as error:
            self.outcome = Outcome(self.generation, error=error)
        except BaseException as error:  # a worker's exception must never look like success
            self.outcome = Outcome(self.generation, error=error)
        self._wake(self)

    def _loop(self) -> T:
        try:
            while not self._cancel.is_set():
                step = next(self._work)
                if step is not None and not self._cancel.is_set():
                    self._publish(step)
        except StopIteration as end:
            if not self._cancel.is_set():  # who has cancelled expects no result any more
                value: T = end.value
                return value
        finally:
            self._work.close()
        raise Cancelled

    def _publish(self, step: Step) -> None:
        with self._lock:
            waiting = self._step is not None
            self._step = step
        if not waiting:
            self._wake(self)


class Runner:
    """Start jobs one after the other; the newest replaces those before it.

    Parameters
    ----------
    wake : callable
        As for Job; it gets the job.
    """

    def __init__(self, wake: Callable[[Job[Any]], None]) -> None:
        self._wake = wake
        self._jobs: list[Job[Any]] = []
        self.generation = 0

    def submit(self, work: Work[Any]) -> Job[Any]:
        """Cancel what runs and start this."""
        self.cancel()
        self._jobs = [job for job in self._jobs if job.running]
        self.generation += 1
        job: Job[Any] = Job(work, self.generation, self._wake)
        self._jobs.append(job)
        job.start()
        return job

    @property
    def busy(self) -> bool:
        """Whether the newest job has not ended yet.

        By its outcome: when its end is announced, its thread is still on its way out.
        """
        return bool(self._jobs) and self._jobs[-1].outcome is None

    def current(self, job: Job[Any]) -> bool:
        """Whether this job is the newest: results of others are to be dropped."""
        return job.generation == self.generation

    def cancel(self) -> None:
        """Ask all jobs to end."""
        for job in self._jobs:
            job.cancel()

    def leave(self) -> None:
        """Cancel and don't wait: ``end_left`` waits for what has not ended by then."""
        self.cancel()
        _left[:] = [job for job in (*_left, *self._jobs) if job.running]

    def close(self, timeout: float = 10.0) -> bool:
        """Cancel and wait: no thread may outlive the window. Return whether all have ended."""
        self.cancel()
        return all(job.join(timeout) for job in self._jobs)


_left: list[Job[Any]] = []


@atexit.register
def end_left(timeout: float = 10.0) -> bool:
    """Wait for jobs that were left. Return whether all have ended."""
    _left[:] = [job for job in _left if not job.join(timeout)]
    return not _left
