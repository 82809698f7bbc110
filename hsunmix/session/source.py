"""Where a session's cube is: found again by path, recognised by size and hash."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from hsunmix.errors import InputError, MissingCubeError
from hsunmix.files import STORE_FILES, Identity, check_identity
from hsunmix.formats.opening.files import is_store
from hsunmix.model.brought import Terms, brought, source_of_scene, terms_of
from hsunmix.model.cube import Cube
from hsunmix.model.unmixing import Data

__all__ = [
    "Fingerprint",
    "SourceRecord",
    "changes",
    "data_of",
    "find",
    "places_of",
    "relative_to",
    "source_of",
]

WHOLE_BYTES = 256 << 20  # up to here the whole file is hashed
END_BYTES = 1 << 20  # of a larger one the size and this much at both ends
Length = Annotated[int, Meta(ge=1, le=1 << 40)]


class Fingerprint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a file was when the session was saved."""

    bytes: int
    mtime_ns: int
    sha256: str
    sha256_of: Literal["whole", "ends"]


@dataclass(frozen=True, eq=False)
class SourceRecord:
    """A cube by where it is and what it was, and what it is restricted to.

    ``pixels`` is of the file that holds the pixels, ``header`` of a header beside it, as they were when
    the cube was opened; without a hash where they had changed when the session was saved. ``relative`` is
    from the session's folder, with ``/``. ``wavelengths``, ``fwhm`` and ``factor`` are of another scene, to
    whose bands and units it was brought. The others are the cube's.
    """

    absolute: str
    relative: str
    shape: tuple[Length, Length, Length]
    options: dict[str, int | str]
    pixels: Fingerprint | None
    header: Fingerprint | None
    selection: NDArray[np.bool_] | None = None
    masks: tuple[str, ...] = ()
    bad_bands: NDArray[np.bool_] | None = None
    band_text: str = ""
    wavelengths: NDArray[np.float64] | None = None
    fwhm: NDArray[np.float64] | None = None
    factor: float = 1.0

    def brought(self, cube: Cube) -> Cube:
        """Restrict a cube as this one was, and bring it to the bands and units that it was brought to."""
        return brought(self.subset(cube), Terms(self.wavelengths, self.fwhm, self.factor))

    def subset(self, cube: Cube) -> Cube:
        """Restrict a cube as this one was."""
        if self.selection is not None:
            cube = cube.with_selection(self.selection, *self.masks)
        if self.bad_bands is None:
            return cube
        before = np.zeros(cube.bands, dtype=bool) if cube.bad_bands is None else cube.bad_bands
        if self.band_text or not np.array_equal(self.bad_bands, before):
            cube = cube.with_bad_bands(self.bad_bands, self.band_text)
        return cube


def source_of(cube: Cube, session: Path, data: Data | None = None) -> SourceRecord:
    """Describe a cube for a session.

    Parameters
    ----------
    cube : Cube
    session : Path
    data : Data, optional
        The file that the session's result is of, where the cube's is another now.

    Raises
    ------
    InputError
        The cube is in no file.
    """
    if cube.path is None:
        raise InputError("this scene is in no file, so a session cannot refer to it; save it as a file first")
    absolute = os.path.abspath(cube.path)  # noqa: PTH100 - resolve() would follow links
    relative = relative_to(absolute, session)
    pixels, header = _fingerprints(cube)
    if data is not None:
        pixels = Fingerprint(data.bytes, 0, data.sha256, "whole")
    own, terms = source_of_scene(cube), terms_of(cube)
    part = (cube.selection, cube.masks, own.bad_bands, own.band_text)
    to = (terms.wavelengths, terms.fwhm, terms.factor)
    return SourceRecord(absolute, relative, own.shape, dict(cube.options), pixels, header, *part, *to)


def relative_to(path: str, session: Path) -> str:
    """Return a file as it is seen from a session's folder, with ``/``; empty for another drive."""
    try:
        return Path(os.path.relpath(path, _folder(session))).as_posix()
    except ValueError:
        return ""


def find(record: SourceRecord, session: Path) -> Path:
    """Return where the cube is now: beside the session as before, or at its old place.

    Raises
    ------
    MissingCubeError
        It is at neither.
    """
    for place in places_of(record.absolute, record.relative, session):
        try:
            if place.is_file() or is_store(place):
                return place
        except (OSError, ValueError):  # a name that this system cannot have
            continue
    raise MissingCubeError(record.absolute, session)


def places_of(absolute: str, relative: str, session: Path) -> list[Path]:
    """Return where a file of a session may be: beside it as before, then at its old place."""
    beside = [Path(os.path.normpath(_folder(session) / relative))] if relative else []
    return [*beside, Path(absolute)]


def changes(record: SourceRecord, cube: Cube) -> str:
    """Say in one sentence what has changed since the session was saved; empty when nothing has."""
    then_and_names = ((record.pixels, "cube"), (record.header, "cube's header"))
    for now, (then, what) in zip(_fingerprints(cube, fresh=True), then_and_names, strict=True):
        if now is None or then is None:
            continue
        if now.bytes != then.bytes:
            return f"the {what} has changed since the session was saved: {now.bytes} bytes, not {then.bytes}"
        if not then.sha256 and now.mtime_ns != then.mtime_ns:
            return f"the {what} had changed, or was gone, when the session was saved: it may be another now"
        if then.sha256 and now.sha256 != then.sha256:
            return f"the {what} has changed since the session was saved: its content is another"
    return ""


def data_of(record: SourceRecord) -> Data | None:
    """Return what is known of the file that a session's results are of."""
    known = record.pixels
    if known is None:
        return None
    return Data(known.bytes, known.sha256 if known.sha256_of == "whole" else "")


def _folder(session: Path) -> Path:
    return Path(os.path.realpath(session)).parent


def _fingerprints(cube: Cube, *, fresh: bool = False) -> tuple[Fingerprint | None, Fingerprint | None]:
    """Describe the files of a cube as they were when it was opened: the pixels', and a header beside it."""
    found = [_fingerprint(*file, fresh=fresh) for file in cube.files]
    pixels, header = [*found, None, None][:2]
    return pixels, header


def _fingerprint(path: Path, known: Identity, *, fresh: bool) -> Fingerprint:
    """Describe a file; without a hash where it is no more what was read, which is no reason not to save."""
    try:
        sha = (_digest.__wrapped__ if fresh else _digest)(path, known)
    except OSError:
        sha = ""
    whole = known.size <= WHOLE_BYTES and not path.is_dir()
    return Fingerprint(known.size, known.modified, sha, "whole" if whole else "ends")


@lru_cache(maxsize=16)
def _digest(path: Path, known: Identity) -> str:
    """Hash a file, or its two ends; remembered, since a session is saved again and again."""
    check_identity(path, known)
    if path.is_dir():
        return _digest_of_store(path)
    with path.open("rb") as file:
        if known.size <= WHOLE_BYTES:
            digest = hashlib.file_digest(file, "sha256")
        else:
            digest = hashlib.sha256(file.read(END_BYTES))
            file.seek(-END_BYTES, os.SEEK_END)
            digest.update(file.read(END_BYTES))
    check_identity(path, known)
    return digest.hexdigest()


def _digest_of_store(folder: Path) -> str:
    """Hash what a store says of itself, and the names and sizes of all its files."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(folder).as_posix()}\0{path.stat().st_size}\0".encode())
            if path.name in STORE_FILES:
                digest.update(path.read_bytes())
    return digest.hexdigest()
