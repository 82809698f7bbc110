"""Where a session's cube is: found again by path, recognised by size and hash."""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache
from os import PathLike
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from hsunmix.errors import FileError, InputError, MissingCubeError
from hsunmix.model.cube import Cube

__all__ = ["Fingerprint", "SourceRecord", "changes", "find", "source_of"]

WHOLE_BYTES = 256 << 20  # up to here the whole file is hashed
END_BYTES = 1 << 20  # of a larger one the size and this much at both ends
Length = Annotated[int, Meta(ge=1, le=1 << 40)]


class Fingerprint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a file was when the session was saved."""

    bytes: int
    mtime_ns: int
    sha256: str
    sha256_of: Literal["whole", "ends"]


class SourceRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A cube by where it is and what it was.

    ``pixels`` is of the file that holds the pixels, ``header`` of a header beside it; None where
    they could not be read when the session was saved. ``relative`` is from the session's folder,
    with ``/``. The texts are the cube's; what they made is kept in arrays.
    """

    absolute: str
    relative: str
    shape: tuple[Length, Length, Length]
    options: dict[str, int | str]
    pixels: Fingerprint | None
    header: Fingerprint | None
    selection_text: str = ""
    band_text: str = ""


def source_of(cube: Cube, session: Path) -> SourceRecord:
    """Describe a cube for a session.

    Raises
    ------
    InputError
        The cube is in no file.
    """
    if cube.path is None:
        raise InputError("this scene is in no file, so a session cannot refer to it; save it as a file first")
    absolute = os.path.abspath(cube.path)  # noqa: PTH100 - resolve() would follow links
    try:
        relative = Path(os.path.relpath(absolute, _folder(session))).as_posix()
    except ValueError:  # another drive
        relative = ""
    pixels, header = _fingerprints(cube, cube.path)
    texts = (cube.selection_text, cube.band_text)
    return SourceRecord(absolute, relative, cube.shape, dict(cube.options), pixels, header, *texts)


def find(record: SourceRecord, session: Path) -> Path:
    """Return where the cube is now: beside the session as before, or at its old place.

    Raises
    ------
    MissingCubeError
        It is at neither.
    """
    places = [Path(record.absolute)]
    if record.relative:
        places.insert(0, Path(os.path.normpath(_folder(session) / record.relative)))
    for place in places:
        try:
            if place.is_file():
                return place
        except (OSError, ValueError):  # a name that this system cannot have
            continue
    raise MissingCubeError(record.absolute, session)


def changes(record: SourceRecord, cube: Cube) -> str:
    """Say in one sentence what has changed since the session was saved; empty when nothing has."""
    if cube.path is None:
        return ""
    pixels, header = _fingerprints(cube, cube.path, fresh=True)
    for now, then, what in ((pixels, record.pixels, "cube"), (header, record.header, "cube's header")):
        if now is None or then is None:
            continue
        if now.bytes != then.bytes:
            return f"the {what} has changed since the session was saved: {now.bytes} bytes, not {then.bytes}"
        if now.sha256 != then.sha256:
            return f"the {what} has changed since the session was saved: its content is another"
    return ""


def _folder(session: Path) -> Path:
    return Path(os.path.realpath(session)).parent


def _fingerprints(
    cube: Cube, path: Path, *, fresh: bool = False
) -> tuple[Fingerprint | None, Fingerprint | None]:
    data = Path(getattr(cube.pixels, "path", path))
    header = _fingerprint(path, fresh=fresh) if data != path else None
    return _fingerprint(data, fresh=fresh), header


def _fingerprint(path: Path, *, fresh: bool) -> Fingerprint | None:
    """Describe a file; None where it cannot be read, which is no reason not to save."""
    try:
        stat = path.stat()
        digest = _digest.__wrapped__ if fresh else _digest
        whole = stat.st_size <= WHOLE_BYTES
        sha = digest(path, stat.st_size, stat.st_mtime_ns)
    except (OSError, FileError):
        return None
    return Fingerprint(stat.st_size, stat.st_mtime_ns, sha, "whole" if whole else "ends")


@lru_cache(maxsize=16)
def _digest(path: str | PathLike[str], size: int, mtime_ns: int) -> str:  # noqa: ARG001 - part of the key
    """Hash a file, or its two ends; remembered, since a session is saved again and again."""
    with Path(path).open("rb") as file:
        if size <= WHOLE_BYTES:
            return hashlib.file_digest(file, "sha256").hexdigest()
        digest = hashlib.sha256(file.read(END_BYTES))
        file.seek(-END_BYTES, os.SEEK_END)
        digest.update(file.read(END_BYTES))
        return digest.hexdigest()
