"""What a process gets from its shell: streams that may be closed or full, and an interrupt at any moment."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import sys
from collections.abc import Callable
from types import FrameType

__all__ = [
    "broken_output", "check_interrupt", "no_working_folder", "one_line", "open_streams", "quiet_hook",
    "settled", "watching_interrupts",
]  # fmt: skip

MESSAGE = 500  # characters: a damaged file, or a path, may be any text
OUTPUT_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF)
_interrupted = False


def open_streams() -> None:
    """Let closed standard streams (``<&-``, as some daemons start programs) be those of /dev/null.

    Else the next file that is opened, a pipe to a child or a user's cube, would be taken for one.
    """
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free: this one
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal that can't show a character shows a question mark
            stream.reconfigure(errors="replace")


def settled() -> OSError | None:
    """Write out what is still to be shown; return why that can't be, which is not tried again."""
    failed = None
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError) as error:
            failed = failed or (error if isinstance(error, OSError) else OSError(errno.EBADF, str(error)))
            with contextlib.suppress(OSError, ValueError):  # Python flushes once more at its end
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    return failed


def one_line(message: str) -> str:
    """Return a message on one line, its middle left out where it is too long to be read."""
    line = " ".join(message.split())
    return line if len(line) <= MESSAGE else f"{line[: MESSAGE - 200]} … {line[-197:]}"


def broken_output(error: BaseException) -> bool:
    """Whether an error means that the output can't be written: files are told of in other words."""
    return isinstance(error, OSError) and not error.filename and error.errno in OUTPUT_ERRORS


def no_working_folder() -> bool:
    """Whether the folder that this process was started in is gone."""
    try:
        os.getcwd()  # noqa: PTH109
    except OSError:
        return True
    return False


def watching_interrupts() -> None:
    """Remember an interrupt: raised inside a callback of a C library, it would be lost."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        global _interrupted
        _interrupted = True
        signal.default_int_handler(number, frame)

    with contextlib.suppress(ValueError):  # not in the main thread
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, interrupt)


def check_interrupt() -> None:
    """Raise KeyboardInterrupt where one was lost."""
    global _interrupted
    if _interrupted:
        _interrupted = False
        raise KeyboardInterrupt


def quiet_hook(usual: Callable[..., object]) -> Callable[..., object]:
    """Return a hook for uncaught errors that says an interrupt in one line."""

    def hook(kind: type[BaseException], error: BaseException, trace: object) -> None:
        if issubclass(kind, KeyboardInterrupt):
            print("hsunmix: interrupted", file=sys.stderr)
        else:
            usual(kind, error, trace)

    return hook
