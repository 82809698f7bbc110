"""What a decoder may use: memory, processor time, no files of its own."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from hsunmix.engine.memory import machine

__all__ = ["MEMORY", "WALL_SECONDS", "confine", "cpu_seconds", "processor_time", "reason_of_death"]

MEMORY = 6 << 30  # the largest variable of a MATLAB 5 file has 2 GB, and unpacking takes it twice
CPU_SECONDS = 0.8  # for a small file; a loop without end is cut off here
CPU_BYTES = 20 << 20  # decoded in a second by the slowest filter, on a slow machine
WALL_SECONDS = 60.0  # beyond the time of the processor: a disk in the network may sleep


def cpu_seconds(size: int) -> float:
    """Return the processor time that decoding this many bytes may take."""
    return CPU_SECONDS + size / CPU_BYTES


def confine() -> None:
    """Limit this process for good, as far as the system can."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's, which then ends us
    try:
        import resource
    except ImportError:
        return
    limits = {
        resource.RLIMIT_AS: min(MEMORY, max(1 << 30, machine() // 2)),
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,  # a decoder writes no file
    }
    for which, limit in limits.items():
        try:
            _, hard = resource.getrlimit(which)
            limit = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
            resource.setrlimit(which, (limit, limit))
        except (ValueError, OSError):  # macOS does not limit the address space
            continue


@contextmanager
def processor_time(seconds: float) -> Iterator[None]:
    """Let the system end this process when the body takes more processor time.

    The system, and not Python, which gets no turn while a library loops.
    """
    if not hasattr(signal, "setitimer"):
        yield
        return
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def reason_of_death(code: int | None) -> str:
    """Say why a decoder ended, by its exit code, for an analyst."""
    if hasattr(signal, "SIGPROF") and code == -signal.SIGPROF:
        return "takes much more time to decode than a sound file of its size: it is damaged"
    if hasattr(signal, "SIGKILL") and code == -signal.SIGKILL:
        return "could not be decoded: the system ended the decoder, perhaps for want of memory"
    name = signal.Signals(-code).name if code is not None and code < 0 else f"exit code {code}"
    return f"brings its decoder down ({name}): the file is damaged"
