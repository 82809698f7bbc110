"""Work that is kept beside the user's files, so that a crash costs at most two minutes.

Every window has a folder of its own below one folder of the user's, and holds a lock in it while it
lives. In it are a session, written by the same writer as any other, and a record that names it. The
session gets a new name every time and the record is replaced last, so a process that is killed at
any moment leaves a record and the very file that it names.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta
from platformdirs import user_state_path

from hsunmix.errors import FileError, FormatError, InputError
from hsunmix.files import Identity, clean_orphans, identity_or_none, replacing, sha256
from hsunmix.lock import Lock
from hsunmix.session.document import Document

__all__ = ["Claim", "Keeper", "Record", "Work", "default_folder", "known_since", "left_behind"]

NOBODYS = Identity(-1, -1, -1, -1)
RECORD, LOCK, SESSIONS = "work.json", "lock", "work-*.hsu"
RECORD_BYTES = 1 << 16
Text = Annotated[str, Meta(max_length=4096)]


class Record(msgspec.Struct, frozen=True):
    """What is known of kept work without opening it.

    Attributes
    ----------
    file : str
        Name of the session in the record's folder.
    sha256 : str
        Of that file; empty where the record was lost.
    title : str
        What the work is on.
    session : str
        The user's own session file; empty where there is none yet.
    saved : str
        When, in ISO 8601.
    attempts : int
        How often opening it was begun and not survived.
    """

    file: Text
    sha256: Text = ""
    title: Text = ""
    session: Text = ""
    saved: Text = ""
    attempts: Annotated[int, Meta(ge=0)] = 0

    @property
    def when(self) -> datetime | None:
        """The time it was kept, in this computer's zone; None where it is not known."""
        with contextlib.suppress(ValueError):
            return datetime.fromisoformat(self.saved).astimezone()
        return None


@dataclass(frozen=True)
class Work:
    """Work that a program left behind: a folder, and the record in it."""

    folder: Path
    record: Record

    @property
    def path(self) -> Path:
        """The session file."""
        return self.folder / self.record.file


def default_folder() -> Path:
    """Where work is kept: in ``HSUNMIX_STATE_DIR``, or in the user's folder for such things."""
    named = os.environ.get("HSUNMIX_STATE_DIR")
    folder = Path(named) if named else user_state_path("hsunmix", appauthor=False)
    return folder / "recovery"


class Keeper:
    """Keeps the work of one window.

    Nothing is made on the disk before the first ``write``.

    Parameters
    ----------
    folder : Path, optional
        The folder of all windows.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._all = folder or default_folder()
        self._folder: Path | None = None
        self._lock: Lock | None = None
        self._count = 0
        self.record: Record | None = None

    def write(self, document: Document, title: str, session: Path | None, attempts: int = 0) -> None:
        """Keep a document in place of the one kept before.

        Raises
        ------
        WriteError
            It could not be written; what was kept before still is.
        """
        from hsunmix.session.archive import save

        folder = self._own_folder()
        self._count += 1
        path = folder / f"work-{self._count}.hsu"
        save(document, path)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self._put(Record(path.name, sha256(path), _text(title), _text(session or ""), now, attempts))
        _remove(*(other for other in folder.glob(SESSIONS) if other != path))

    def trust(self) -> None:
        """Say that what is kept was opened and did no harm."""
        if self.record is not None and self.record.attempts:
            self._put(msgspec.structs.replace(self.record, attempts=0))

    def clear(self) -> None:
        """Forget what is kept: the work is saved, or not wanted."""
        if self._folder is not None:
            self.record = None
            _remove(self._folder / RECORD, *self._folder.glob(SESSIONS))

    def close(self) -> None:
        """Forget what is kept, and leave nothing."""
        self.clear()
        if self._lock is not None and self._folder is not None:
            _remove_folder(self._folder, self._lock)
        self._folder = self._lock = None

    def _put(self, record: Record) -> None:
        _write_record(self._own_folder(), record)
        self.record = record

    def _own_folder(self) -> Path:
        if self._folder is None:
            folder = self._all / f"{time.time_ns():x}-{secrets.token_hex(4)}"
            try:
                self._all.mkdir(parents=True, exist_ok=True, mode=0o700)
                folder.mkdir()
                self._lock = Lock(folder / LOCK)
            except OSError as error:
                raise FileError(folder, f"could not be made: {error.strerror or error}") from error
            self._folder = folder
        return self._folder


class Claim:
    """Work that was left behind, taken by this process: no other window can have it meanwhile.

    Raises
    ------
    InputError
        Another window has it, or it is gone.
    """

    def __init__(self, work: Work) -> None:
        try:
            self._lock = Lock(work.folder / LOCK)
        except OSError as error:
            raise InputError(f"the work on {work.record.title} was taken by another window") from error
        record = _record(work.folder)
        if record is None:
            self._lock.release()
            raise InputError(f"the work on {work.record.title} is no longer there")
        self.work = Work(work.folder, record)

    def begin(self) -> Path:
        """Return the session to open, after noting that opening it was begun and looking for damage.

        Raises
        ------
        FormatError
            The file is not what was written.
        """
        work = self.work
        tried = msgspec.structs.replace(work.record, attempts=work.record.attempts + 1)
        _write_record(work.folder, tried)
        self.work = Work(work.folder, tried)
        if tried.sha256 and sha256(work.path) != tried.sha256:
            raise FormatError(work.path, "is damaged: its checksum is not the one written down")
        return work.path

    def failed(self) -> None:
        """Note that the program survived the attempt, and let others try."""
        record = self.work.record
        with contextlib.suppress(FileError):
            _write_record(
                self.work.folder, msgspec.structs.replace(record, attempts=max(0, record.attempts - 1))
            )
        self.release()

    def discard(self) -> None:
        """Remove the work for good."""
        _remove(self.work.folder / RECORD, *self.work.folder.glob(SESSIONS))
        _remove_folder(self.work.folder, self._lock)

    def release(self) -> None:
        """Leave the work where it is."""
        self._lock.release()


def left_behind(folder: Path | None = None) -> list[Work]:
    """Return the work of windows that have ended without saving it, the newest first.

    What no record names, and folders without work, are removed on the way. Never raises: whatever
    is wrong there must not keep the program from starting.
    """
    found = []
    with contextlib.suppress(OSError):
        for place in sorted((folder or default_folder()).iterdir(), reverse=True):
            with contextlib.suppress(OSError), _unowned(place) as lock:
                clean_orphans(place)
                record = _record(place)
                if record is None:
                    _remove_folder(place, lock)
                    continue
                _remove(*(p for p in place.glob(SESSIONS) if p.name != record.file))
                found.append(Work(place, record))
    return sorted(found, key=lambda work: work.record.saved, reverse=True)


@contextlib.contextmanager
def _unowned(folder: Path) -> Iterator[Lock]:
    """Hold the lock of a folder for a moment; an OSError where a living window holds it."""
    if folder.is_symlink() or not folder.is_dir():
        raise FileNotFoundError(folder)
    lock = Lock(folder / LOCK)
    try:
        yield lock
    finally:
        lock.release()


def _record(folder: Path) -> Record | None:
    """Read a folder's record; where it is lost but a session is there, make one up."""
    with contextlib.suppress(OSError, ValueError, RecursionError):
        with (folder / RECORD).open("rb") as file:
            record = msgspec.json.decode(file.read(RECORD_BYTES), type=Record)
        if Path(record.file).name == record.file and (folder / record.file).is_file():
            return record
    with contextlib.suppress(OSError):
        sessions = sorted(folder.glob(SESSIONS), key=lambda path: path.stat().st_mtime)
        if sessions:
            when = datetime.fromtimestamp(sessions[-1].stat().st_mtime, UTC)
            return Record(sessions[-1].name, title="a scene", saved=when.isoformat(timespec="seconds"))
    return None


def _write_record(folder: Path, record: Record) -> None:
    with replacing(folder / RECORD) as temporary:
        temporary.write_bytes(msgspec.json.encode(record))


def _remove(*paths: Path) -> None:
    for path in paths:
        with contextlib.suppress(OSError):
            path.unlink()


def _remove_folder(folder: Path, lock: Lock) -> None:
    """Remove a folder with nothing but the lock in it; anything else in it is somebody's and stays."""
    lock.release()
    _remove(folder / LOCK)
    with contextlib.suppress(OSError):
        folder.rmdir()


def _text(value: object) -> str:
    """Return text that JSON can hold; of a path that is not UTF-8, nothing."""
    try:
        return str(value).encode().decode()[:4096]
    except UnicodeEncodeError:
        return ""


def known_since(session: Path, when: datetime | None) -> Identity | None:
    """Return what a session is known by where it is as it was then; else what no file is known by."""
    found = identity_or_none(session)
    if found is None or (when is not None and found.modified <= (when.timestamp() + 1) * 1e9):
        return found
    return NOBODYS
