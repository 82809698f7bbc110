"""The folder that products go into: one writer, and one set of files.

What a run writes is one thing. So it is written beside, into a hidden folder, and exchanged when all of
it is there; what an earlier run wrote, by its own record, goes with it. Files of anybody else stay.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import stat
import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from hsunmix.errors import HsunmixWarning, WriteError
from hsunmix.exports._own_files import is_one_of
from hsunmix.files import (
    PREFIX,
    SUFFIX,
    beside,
    clean_orphans,
    orphaned,
    put_in_place,
    sync_folder,
    writable,
    writing,
)
from hsunmix.lock import Lock
from hsunmix.model.wording import counted

__all__ = ["RECORD", "ProductFolder"]

RECORD = "result.json"
EARLIER = "earlier.json"  # the record that is being replaced, for the run after one that was killed
RECORD_BYTES = 16 << 20
NAMED = 4  # files in a message
# By these a result is known to be the same: then its other products stay.
SAME = (
    "method", "abundance", "rank", "parameters", "seed", "relative_error", "iterations", "input", "options",
    "mask", "band_choice", "names", "mean_abundances", "shape", "used_pixels", "used_bands",
)  # fmt: skip


class ProductFolder:
    """A folder for products that nobody else of hsunmix writes to, as long as this lives.

    Parameters
    ----------
    path : path-like
        Is made where it does not exist. What killed writers left in it is removed.

    Raises
    ------
    WriteError
        It can't be made, or another process writes its products there.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except (OSError, ValueError) as error:
            named = "there is a file of this name" if self.path.is_file() else ""
            why = named or getattr(error, "strerror", None) or str(error)
            raise WriteError(path, f"could not be written: the products need a folder here: {why}") from error
        self._lock: Lock | None = None
        try:
            self._lock = Lock(self.path if os.name == "posix" else self.path / f"{PREFIX}lock")
        except BlockingIOError as error:
            raise WriteError(
                path, "another run of hsunmix writes its products here; wait for it, or name another folder"
            ) from error
        except OSError:  # a file system without locks
            pass
        self.earlier = _record(self.path / RECORD)
        self._old = self._written_before()
        clean_orphans(self.path)

    def close(self) -> None:
        """Let others write here."""
        if self._lock is not None:
            self._lock.release()
            if os.name != "posix":
                with contextlib.suppress(OSError):
                    (self.path / f"{PREFIX}lock").unlink()

    def __enter__(self) -> ProductFolder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextlib.contextmanager
    def staging(self) -> Iterator[Path]:
        """Give the folder to write into; errors name the file as it will be called."""
        with beside(self.path) as stage:
            try:
                yield stage
            except WriteError as error:
                named = Path(error.path)
                if stage not in (named, *named.parents):
                    raise
                raise WriteError(self.path / named.relative_to(stage), error.reason) from error

    def kept(self, record: Mapping[str, Any]) -> list[str]:
        """Return the files of an earlier export of the same result, which stay beside those of this one."""
        earlier = self.earlier
        if earlier is None or any(earlier.get(key) != record.get(key) for key in SAME):
            return []
        return [name for name in _files(earlier) if (self.path / name).is_file()]

    def exchange(self, stage: Path, inputs: Collection[Path] = (), scenes: Collection[str] = ()) -> None:
        """Let what was written take the place of what is there; the record comes last.

        Without a record a folder is known to be incomplete, should we be killed in between.

        Parameters
        ----------
        stage : Path
        inputs : collection of Path
            Files that the result was made from: no product takes their place.
        scenes : collection of str
            Folders within this one whose results are of the same run.

        Warns
        -----
        HsunmixWarning
            Files of an earlier run were removed, or left because they were changed since; folders of it were
            left; or files that were none of its were replaced.
        """
        staged = sorted(path for path in stage.iterdir() if path.name not in (RECORD, EARLIER))
        new = {*(path.name for path in staged), *_files(_record(stage / RECORD) or {"files": []})}
        removed, changed = self._outdated(new)
        removed = [name for name in removed if not is_one_of(self.path / name, inputs)]
        replaced = [path.name for path in staged if self._is_anothers(path.name)]
        self.check(stage, inputs)
        self.withdraw(stage)
        for path in staged:
            put_in_place(path, self.path / path.name)
        for name in removed:
            with writing(self.path / name):
                (self.path / name).unlink(missing_ok=True)
        put_in_place(stage / RECORD, self.path / RECORD)
        sync_folder(self.path)
        self._tell(removed, "removed", "of an earlier run")
        self._tell(changed, "left, because changed since,", "of an earlier run")
        self._tell(replaced, "replaced", "that no earlier run had left so")
        self._tell(self._left_folders(scenes), "left", "of an earlier run", "folder")

    def check(self, stage: Path, inputs: Collection[Path] = ()) -> None:
        """Refuse what ``exchange`` could not do, before anything is replaced.

        Raises
        ------
        WriteError
        """
        names = {path.name for path in stage.iterdir()} - {EARLIER} | {RECORD}
        self._spare(inputs, names)
        for name in sorted(names):
            with writing(self.path / name):
                writable(self.path / name)

    def withdraw(self, stage: Path) -> None:
        """Take the record of an earlier run away: from now on the folder is known to be incomplete."""
        record = self.path / RECORD
        with writing(record):
            if record.is_file() and not record.is_symlink():
                shutil.copymode(record, stage / RECORD)
                record.replace(stage / EARLIER)

    def _left_folders(self, scenes: Collection[str]) -> list[str]:
        """Return the folders of scenes of an earlier run that are none of this one."""
        listed = (self.earlier or {}).get("scenes")
        found = (
            [one.get("name") for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
        )
        names = [one for one in found if isinstance(one, str) and _is_name(one) and one not in scenes]
        return [name for name in names if _record(self.path / name / RECORD) is not None]

    def _tell(self, names: Sequence[str], what: str, whose: str, kind: str = "file") -> None:
        if names:
            some = ", ".join(names[:NAMED]) + (", …" if len(names) > NAMED else "")
            said = f"{self.path}: {what} {counted(len(names), kind)} {whose}: {some}"
            warnings.warn(said, HsunmixWarning, stacklevel=3)

    def _is_anothers(self, name: str) -> bool:
        """Whether a file lies there that no earlier run wrote, or that was changed since."""
        try:
            found = (self.path / name).stat()
        except OSError:
            return False
        return name not in self._old or found.st_mtime_ns > self._old[name]

    def _spare(self, inputs: Collection[Path], touched: Collection[str]) -> None:
        """Refuse to replace what the result was made from."""
        for name in sorted(touched):
            if is_one_of(self.path / name, inputs):
                raise WriteError(
                    self.path / name,
                    "this result was made from it, and a product would take its place: name another folder",
                )

    def _outdated(self, new: set[str]) -> tuple[list[str], list[str]]:
        """Return what earlier runs left and this one does not write: as they wrote it, or changed since."""
        untouched: list[str] = []
        changed: list[str] = []
        for name, written in sorted(self._old.items()):
            with contextlib.suppress(OSError):
                found = (self.path / name).lstat()
                if name not in new and stat.S_ISREG(found.st_mode):
                    (untouched if found.st_mtime_ns <= written else changed).append(name)
        return untouched, changed

    def _written_before(self) -> dict[str, int]:
        """Return the names of what earlier runs wrote here, and when they had done so.

        Also of one that was killed in the midst of exchanging: what it left says it.
        """
        places = [self.path / RECORD]
        with contextlib.suppress(OSError):
            for left in self.path.glob(f"{PREFIX}*{SUFFIX}"):
                if left.is_dir() and not left.is_symlink() and orphaned(left):
                    places += [left / RECORD, left / EARLIER]
        old: dict[str, int] = {}
        for place in places:
            record = _record(place)
            if record is not None:
                when = place.stat().st_mtime_ns
                old |= {name: max(when, old.get(name, 0)) for name in _files(record)}
        return old


def _record(path: Path) -> dict[str, Any] | None:
    """Read the record of a run; None where there is none, or it is no such thing."""
    try:
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode) or found.st_size > RECORD_BYTES:
            return None
        record = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    ours = isinstance(record, dict) and {"hsunmix_version", "method", "files"} <= record.keys()
    return record if ours and isinstance(record["files"], list) else None


def _files(record: Mapping[str, Any]) -> list[str]:
    """Return the files that a record names, as far as they can be in its folder."""
    return [name for name in record["files"] if isinstance(name, str) and _is_name(name)]


def _is_name(name: str) -> bool:
    """Whether a text can be the name of a file in a folder, other than the record's."""
    return bool(name) and name == os.path.basename(name) and name not in (".", "..", RECORD)  # noqa: PTH119
