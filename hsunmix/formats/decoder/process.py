"""The parent's side of a decoder process: requests, their deadline, and the decoder's end."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import FileError, TooLargeError
from hsunmix.formats.decoder.limits import reason_of_death
from hsunmix.formats.decoder.memory import SharedMemory
from hsunmix.formats.decoder.messages import Block, Done, Forget, Reply, Request, receive, send
from hsunmix.registry import PLUGINS

__all__ = ["DecoderProcess", "command"]

START_SECONDS = 60.0
# All that a decoder gets of the environment, which may hold secrets: where libraries lie, and Windows' own.
KEPT = (
    "HSUNMIX_DEBUG", PLUGINS, "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH",
    "PYTHONHOME", "SYSTEMROOT", "WINDIR", "TEMP", *(("PATH",) if os.name == "nt" else ()),
)  # fmt: skip
END_SECONDS = 0.2  # a decoder whose pipe is closed goes by itself


def command() -> list[str]:
    """Return the command that starts a decoder; the handle of the memory is to be added."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "decode"]
    # -P: a file numpy.py in the folder of the user's data must not be imported.
    return [sys.executable, "-P", "-m", "hsunmix.formats.decoder.worker"]


def _environment() -> dict[str, str]:
    given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    places = [str(Path(__file__).resolve().parents[3]), *filter(os.path.isabs, given)]
    ours = {
        "HDF5_PLUGIN_PRELOAD": "::",  # else a file's filters can name code to be loaded
        "HDF5_USE_FILE_LOCKING": "FALSE",  # another program may write the file anew
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": os.pathsep.join(places),
    }
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return {**kept, **ours}


class DecoderProcess:
    """A process that decodes files, one at a time.

    Starts at once; not to be used by two threads at the same time.
    """

    def __init__(self) -> None:
        self._memory = SharedMemory()
        self.owner = os.getpid()
        debug = bool(os.environ.get("HSUNMIX_DEBUG"))
        try:
            self._process = subprocess.Popen(
                [*command(), self._memory.handle],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=None if debug else subprocess.DEVNULL,
                pass_fds=self._memory.fds,
                env=_environment(),
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except BaseException:
            self._memory.close()
            raise
        self._memory.close_fds()
        self._late = False
        self._started = False

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it may still be asked."""
        return self._process.returncode is None

    def ask(self, path: Path, request: Request, seconds: float) -> Reply | NDArray[np.generic]:
        """Send a request and wait for its answer.

        Parameters
        ----------
        path : Path
            What errors are about.
        request : Request
        seconds : float
            After which the decoder is ended.

        Raises
        ------
        FileError
            The decoder died, or took too long; it is gone then.
        """
        if not self._started:
            self._wait_for(path, START_SECONDS, lambda: receive(self._output, Done))
            self._started = True

        def work() -> Reply | NDArray[np.generic]:
            send(self._input, request)
            reply: Reply = receive(self._output, Reply)
            return self._take(reply) if isinstance(reply, Block) else reply

        return self._wait_for(path, seconds, work)  # type: ignore[no-any-return]

    def forget(self) -> bool:
        """Let the decoder close its file; return whether it can be used again. Waits for nothing."""
        if not self._started or not self.alive or self.owner != os.getpid():
            return False
        try:
            send(self._input, Forget())
        except (OSError, ValueError):
            return False
        return True

    def end(self) -> None:
        """End the process, whatever it does; nothing of it stays."""
        if self.owner != os.getpid():
            return  # we are a copy of the process that owns it
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        if self._process.returncode is None:
            self._process.kill()
            self._process.wait()
        self._memory.close()

    @property
    def _input(self) -> BinaryIO:
        stream = self._process.stdin
        assert stream is not None
        return stream  # type: ignore[return-value]

    @property
    def _output(self) -> BinaryIO:
        stream = self._process.stdout
        assert stream is not None
        return stream  # type: ignore[return-value]

    def _wait_for(self, path: Path, seconds: float, work: Any) -> Any:
        """Do what may wait for the decoder; its end, also by the deadline, becomes a FileError."""
        timer = threading.Timer(seconds, self._too_late)
        timer.daemon = True
        timer.start()
        try:
            return work()
        except (EOFError, OSError, ValueError) as error:
            raise FileError(path, self._reason(seconds)) from error
        except MemoryError:
            self.end()
            raise TooLargeError(f"{path}: the block does not fit into memory") from None
        except BaseException:
            self.end()  # interrupted between two halves of an answer
            raise
        finally:
            timer.cancel()

    def _too_late(self) -> None:
        self._late = True
        self._process.kill()

    def _reason(self, seconds: float) -> str:
        """Wait for a decoder that has closed its pipe, and say why it did."""
        try:
            code: int | None = self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            code = None
        self.end()
        if self._late:
            return f"could not be decoded within {seconds:.0f} seconds"
        if not self._started:
            return f"can't be read: the process that decodes it did not start (exit code {code})"
        return reason_of_death(code)

    def _take(self, block: Block) -> NDArray[np.generic]:
        """Collect values from the two halves of the shared memory."""
        dtype = np.dtype(block.dtype)
        if dtype.kind not in "biuf":
            raise ValueError(f"pixels of type {dtype}")
        base = np.empty([block.shape[axis] for axis in block.order], dtype)
        flat = base.reshape(-1).view(np.uint8)
        half = len(self._memory.bytes) // 2
        pieces = range(0, len(flat), half)
        for number, begin in enumerate(pieces):
            receive(self._output, Done)
            start = number % 2 * half
            size = min(half, len(flat) - begin)
            flat[begin : begin + size] = self._memory.bytes[start : start + size]
            if number + 2 < len(pieces):
                send(self._input, Done())
        return base.transpose(np.argsort(block.order))
