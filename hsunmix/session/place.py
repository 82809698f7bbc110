"""Where a session may be saved."""

from __future__ import annotations

import contextlib
import zipfile
from pathlib import Path

from hsunmix.errors import WriteError

__all__ = ["SUFFIX", "check_place"]

SUFFIX = ".hsu"


def check_place(path: Path, made: Path | None = None) -> None:
    """Refuse a place for a session before the work that fills it.

    Parameters
    ----------
    path : Path
    made : Path, optional
        A folder that will be there by then.

    Raises
    ------
    WriteError
        Its folder does not exist, or a file lies there that is no session.
    """
    if not path.parent.is_dir() and path.parent != made:
        raise WriteError(path, "could not be written: the folder does not exist")
    if path.suffix.lower() == SUFFIX or not path.is_file() or not path.stat().st_size:
        return
    with contextlib.suppress(OSError, zipfile.BadZipFile), zipfile.ZipFile(path) as box:
        if "manifest.json" in box.namelist():
            return
    raise WriteError(path, f"is no session and is not overwritten: name another file, ending in {SUFFIX}")
