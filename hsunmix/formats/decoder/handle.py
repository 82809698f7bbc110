"""Decoders are kept for the next file: starting one takes longer than opening most files."""

from __future__ import annotations

import atexit
import os
import threading
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import FileError
from hsunmix.files import CHANGED, Identity, check_identity, identity
from hsunmix.formats.decoder.limits import WALL_SECONDS, cpu_seconds
from hsunmix.formats.decoder.messages import Open, Opened, Read, Refused, Reply, Spectrum
from hsunmix.formats.decoder.process import DecoderProcess
from hsunmix.formats.decoder.translation import error_of

__all__ = ["DecoderHandle", "end_all"]

IDLE = 2  # decoders that wait for a next file

_lock = threading.RLock()  # also taken by the garbage collector, in the midst of anything
_idle: list[DecoderProcess] = []
_every: set[DecoderProcess] = set()


class DecoderHandle:
    """One file, and the decoder that has it open. Threads may share it.

    Parameters
    ----------
    path : Path
    request : Open
        Repeated for a new decoder, should the first one die.
    """

    def __init__(self, path: Path, request: Open) -> None:
        self.path = path
        self._request = request
        self._lock = threading.Lock()
        self._decoder: DecoderProcess | None = None
        self._identity: Identity | None = None
        self._of_pixels: Identity | None = None  # which may lie in another file
        self._spent = False  # after a failed read nobody knows what a library keeps of the file

    def start(self) -> Reply:
        """Open the file.

        Raises
        ------
        HsunmixError
            As the format raises it.
        FileError
            The decoder died.
        """
        with self._lock:
            self._identity = known = identity(self.path)
            reply = self._open()
        check_identity(self.path, known)
        if isinstance(reply, Opened):
            self._of_pixels = reply.identity
        return reply

    def values(self, request: Read | Spectrum, size: int) -> NDArray[np.generic]:
        """Return stored values of the cube.

        Parameters
        ----------
        request : Read or Spectrum
        size : int
            Bytes that may have to be decoded for it.

        Raises
        ------
        FileError
        """
        with self._lock:
            if not self._ready():
                self._open_again()
            reply = self._ask(request, size)
        if isinstance(reply, np.ndarray):
            return reply
        raise FileError(self.path, "can't be read: its decoder does not answer as it should")

    def end(self) -> None:
        """Let the decoder go, for another file. Never waits."""
        decoder, self._decoder = self._decoder, None
        if decoder is None:
            return
        with _lock:
            if not self._spent and len(_idle) < IDLE and decoder.forget():
                _idle.append(decoder)
                return
            _every.discard(decoder)
        decoder.end()

    def _ready(self) -> bool:
        return self._decoder is not None and self._decoder.alive and self._decoder.owner == os.getpid()

    def _open_again(self) -> None:
        assert self._identity is not None  # it was open before
        check_identity(self.path, self._identity)
        reply = self._open()
        try:
            check_identity(self.path, self._identity)
            if not isinstance(reply, Opened) or reply.identity != self._of_pixels:
                raise FileError(self.path, CHANGED)
        except FileError:
            self.end()  # it has another file open
            raise

    def _open(self) -> Reply:
        try:
            self._decoder = _take()
        except OSError as error:  # no memory, no process, no file descriptor is left
            reason = (
                f"can't be read: the process that decodes it can't be started ({error.strerror or error})"
            )
            raise FileError(self.path, reason) from None
        size = identity(self.path).size
        reply = self._ask(self._request, size)
        assert not isinstance(reply, np.ndarray)
        return reply

    def _ask(self, request: Open | Read | Spectrum, size: int) -> Reply | NDArray[np.generic]:
        decoder = self._decoder
        assert decoder is not None
        reply = decoder.ask(self.path, request, WALL_SECONDS + cpu_seconds(size))
        if isinstance(reply, Refused):
            self._spent = not isinstance(request, Open)
            raise error_of(reply, self.path) from None
        return reply


def _take() -> DecoderProcess:
    """Return a decoder that has nothing to do."""
    with _lock:
        _every.difference_update([decoder for decoder in list(_every) if not decoder.alive])
        while _idle:
            decoder = _idle.pop()
            if decoder.alive and decoder.owner == os.getpid():
                return decoder
        decoder = DecoderProcess()
        _every.add(decoder)
        return decoder


@atexit.register
def end_all() -> None:
    """End every decoder."""
    with _lock:
        _idle.clear()
        decoders = list(_every)
        _every.clear()
    for decoder in decoders:
        decoder.end()
