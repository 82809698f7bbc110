"""The decoder: opens one file at a time, and hands out its pixels.

Started as ``python -m hsunmix.formats.decoder.worker HANDLE``, or by ``hsunmix decode HANDLE`` where the
program is frozen into one file.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
from pathlib import Path
from typing import Any, BinaryIO, NoReturn, cast

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import FileError, HsunmixError
from hsunmix.files import Identity, check_identity, identity
from hsunmix.formats import MissingPixels, Options, formats
from hsunmix.formats.decoder import sandbox
from hsunmix.formats.decoder.limits import confine, cpu_seconds, processor_time
from hsunmix.formats.decoder.memory import SharedMemory
from hsunmix.formats.decoder.messages import (
    Block,
    Chunked,
    Done,
    Features,
    Fields,
    Flat,
    Forget,
    Library,
    Missing,
    Open,
    Opened,
    Read,
    Reply,
    Request,
    Spectrum,
    receive,
    send,
)
from hsunmix.formats.decoder.translation import fields_of, refusal
from hsunmix.formats.opening.files import guarded
from hsunmix.formats.pixels.chunked import ChunkPixels
from hsunmix.formats.pixels.raw import RawPixels
from hsunmix.model.cube import Cube
from hsunmix.model.pixels import Pixels, close_sources
from hsunmix.model.spectra import Spectra
from hsunmix.model.vectors import Vectors
from hsunmix.parameters import make

__all__ = ["serve"]

Values = NDArray[np.generic]


def serve(handle: str) -> None:
    """Serve the parent that started this process, until it closes the pipe."""
    inbound, outbound = cast(BinaryIO, _Exact(os.dup(0))), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)  # what a library prints must not come between the messages
    memory = SharedMemory(handle)
    confine()
    send(outbound, Done())
    try:
        if sandbox.available():
            _serve_apart(inbound, outbound, memory)
        _Worker(inbound, outbound, memory).loop()
    except (EOFError, BrokenPipeError):
        os._exit(0)  # nobody waits for what is left to clean up


class _Exact:
    """A pipe of which no more is taken than is asked for: what follows may be for another process."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def read(self, size: int) -> bytes:
        parts = []
        while size and (part := os.read(self._descriptor, min(size, 1 << 20))):
            parts.append(part)
            size -= len(part)
        return b"".join(parts)


def _serve_apart(inbound: BinaryIO, outbound: BinaryIO, memory: SharedMemory) -> None:
    """Answer for each file in a copy of this process that can open that file only, and ends with it."""
    while True:
        request = receive(inbound, Request)
        if not isinstance(request, Open):
            if not isinstance(request, Forget):
                send(outbound, refusal(FileError(Path(), "is not open")))
            continue
        _prepare(request)
        parent = os.getpid()
        copy = os.fork()
        if not copy:
            _decode_one(request, _Worker(inbound, outbound, memory), parent)
        _, status = os.waitpid(copy, 0)
        if os.WIFSIGNALED(status):  # it died, and so do we: who asked sees of what
            signal.signal(os.WTERMSIG(status), signal.SIG_DFL)
            os.kill(os.getpid(), os.WTERMSIG(status))
        elif os.WEXITSTATUS(status):
            os._exit(os.WEXITSTATUS(status))


def _decode_one(request: Open, worker: _Worker, parent: int) -> NoReturn:
    """Open a file and hand out its pixels until they are no longer wanted."""
    code = 1
    try:
        sandbox.end_with_parent(parent)
        sandbox.seal(Path(os.fsdecode(request.path)))
        sandbox.seal_calls()
        worker.loop(request)
        code = 0
    except (EOFError, BrokenPipeError):
        code = 0
    finally:
        os._exit(code)


def _prepare(request: Open) -> None:
    """Import what decodes a format, before the clock runs: that is no fault of the file."""
    found = formats()[request.format]
    for name in found.decoded_by:
        importlib.import_module(name)


class _Worker:
    def __init__(self, inbound: BinaryIO, outbound: BinaryIO, memory: SharedMemory) -> None:
        self._in = inbound
        self._out = outbound
        self._memory = memory
        self._path = Path()
        self._cube: Cube | None = None
        self._files: dict[Path, Identity] = {}
        self._seconds = 0.0  # of the processor, for one request
        self._last = Read(0, 0)
        self._ahead: tuple[Read, Values] | None = None

    def loop(self, first: Open | None = None) -> None:
        """Answer one request after the other; where the first is given, for its file only."""
        waiting = first
        while True:
            request, waiting = waiting or receive(self._in, Request), None
            if isinstance(request, Forget):
                self._close()
                if first is not None:
                    return
                continue
            try:
                reply = self._open(request) if isinstance(request, Open) else self._values(request)
            except HsunmixError as error:
                reply = refusal(error)
            except MemoryError as error:
                reply = refusal(FileError(self._path, f"needs too much memory to be decoded. {error}"))
            if isinstance(reply, np.ndarray):
                self._send(reply)
            else:
                send(self._out, reply)
            if isinstance(request, Read):
                self._read_ahead(request)

    def _close(self) -> None:
        """Let go of the file for certain: a library that has it open would serve it again as it was."""
        cube, self._cube, self._ahead = self._cube, None, None
        if cube is not None:
            close_sources(cube.pixels)

    def _open(self, request: Open) -> Reply:
        self._close()
        self._path = path = Path(os.fsdecode(request.path))
        found = formats()[request.format]
        _prepare(request)
        self._files = {path: identity(path)}
        opener = getattr(found, request.what)
        options = _given(request)
        size = self._files[path].size
        with processor_time(cpu_seconds(size)):
            opened: Cube | Spectra | Vectors = guarded(path, lambda: opener(path, *options))
        self._check()
        if isinstance(opened, Spectra):
            return Library(fields_of(opened))
        if isinstance(opened, Vectors):
            return Features(fields_of(opened))
        pixels = opened.pixels
        fields, shape, dtype = fields_of(opened), pixels.shape, pixels.dtype.str
        if isinstance(pixels, MissingPixels):
            return Missing(fields, shape, dtype, refusal(pixels.error))
        if type(pixels) is RawPixels:
            stored, place, known = pixels.stored.str, os.fsencode(pixels.path), pixels.identity
            sum_ = pixels.checked
            checked = None if sum_ is None else (sum_.start, sum_.size, sum_.crc)
            return Flat(fields, shape, stored, place, known, pixels.interleave, pixels.offset, checked)
        if isinstance(pixels, ChunkPixels):
            return _chunked(fields, pixels)
        self._cube = opened
        self._seconds = cpu_seconds(max(size, opened.nbytes))
        file = _file_of(pixels, path)
        self._files[file] = identity(file)
        return Opened(fields, shape, dtype, os.fsencode(file), self._files[file])

    def _values(self, request: Read | Spectrum) -> Values:
        ahead, self._ahead = self._ahead, None
        if ahead is not None and ahead[0] == request:
            return ahead[1]
        cube = self._cube
        if cube is None:
            raise FileError(self._path, "is not open")
        self._check()
        with processor_time(self._seconds):
            if isinstance(request, Read):
                values = guarded(self._path, lambda: _read(cube.pixels, request))
            else:
                values = guarded(self._path, lambda: cube.pixels.spectrum(request.line, request.sample))
        self._check()
        return values

    def _check(self) -> None:
        """Libraries read zeros where a file was cut short, or mix the old one and the new."""
        for file, before in self._files.items():
            check_identity(file, before)

    def _read_ahead(self, request: Read) -> None:
        """Decode what comes next in a pass through the file, while the parent works on the last."""
        last, self._last = self._last, request
        if self._cube is None or request.first != last.last or request.bands != last.bands:
            return
        end = min(request.last + request.last - request.first, self._cube.lines)
        following = Read(request.last, end, request.bands)
        if following.first >= following.last:
            return
        try:
            self._ahead = following, self._values(following)
        except (HsunmixError, MemoryError):
            self._ahead = None  # to be met again when it is asked for

    def _send(self, values: Values) -> None:
        """Send values through the two halves of the shared memory in turn."""
        order = sorted(range(values.ndim), key=lambda axis: -values.strides[axis])
        values = values.transpose(order)
        shape = tuple(values.shape[order.index(axis)] for axis in range(values.ndim))
        send(self._out, Block(shape, tuple(order), values.dtype.str))
        half = len(self._memory.bytes) // 2
        if 0 < values.nbytes <= half:
            room = self._memory.bytes[: values.nbytes].view(values.dtype).reshape(values.shape)
            np.copyto(room, values)
            send(self._out, Done())
            return
        flat = np.ascontiguousarray(values).reshape(-1).view(np.uint8)
        for number, begin in enumerate(range(0, len(flat), half)):
            if number >= 2:
                receive(self._in, Done)  # the parent has emptied this half
            piece = flat[begin : begin + half]
            start = number % 2 * half
            self._memory.bytes[start : start + len(piece)] = piece
            send(self._out, Done())


def _given(request: Open) -> tuple[Any, ...]:
    """Return what an opener is called with besides the path."""
    if request.what == "open_vectors":
        return (str(request.options.get("layer", "")),)
    return () if request.what == "open_spectra" else (make(Options, request.options),)


def _file_of(pixels: Pixels, path: Path) -> Path:
    """Return the file that holds the pixels, which may be another than the one that was opened."""
    while hasattr(pixels, "source"):
        pixels = pixels.source
    return Path(getattr(pixels, "path", path))


def _chunked(fields: Fields, pixels: ChunkPixels) -> Chunked:
    chunks = pixels.chunks
    starts, lengths, masks = (
        table.astype("<i8").tobytes() for table in (chunks.starts, chunks.lengths, chunks.masks)
    )
    return Chunked(
        fields,
        chunks.shape,
        chunks.stored.str,
        os.fsencode(pixels.path),
        pixels.identity,
        pixels.axes,
        chunks.size,
        starts,
        lengths,
        masks,
        chunks.filters,
        chunks.fill.tobytes(),
        chunks.cut,
    )


def _read(pixels: Pixels, request: Read) -> Values:
    """Read a block; it is only looked at here, so it need not be a copy of what is kept in memory."""
    view = getattr(pixels, "view", None)
    if view is None or request.bands is not None:
        return pixels.read(request.first, request.last, request.bands)
    values: Values = view(request.first, request.last)
    return values


if __name__ == "__main__":
    serve(sys.argv[1])
