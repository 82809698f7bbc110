"""The session file: a stored zip of one manifest and arrays, written whole, read without trust."""

from __future__ import annotations

import contextlib
import json
import os
import stat
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime
from functools import cache, partial
from os import PathLike
from pathlib import Path
from typing import Any

import msgspec
from numpy.typing import NDArray

from hsunmix._version import __version__
from hsunmix.errors import (
    ChangedSessionError,
    FileError,
    FormatError,
    HsunmixError,
    MissingCubeError,
    MissingFileError,
    TooLargeError,
    lack_of_memory,
)
from hsunmix.files import Identity, clean_orphans, identity, replacing
from hsunmix.model.cube import Cube
from hsunmix.model.unmixing import Data
from hsunmix.session.array_places import Given, Packed, damaged
from hsunmix.session.checks import checked, mended
from hsunmix.session.codec import Instead, Node, Pattern, node_of
from hsunmix.session.document import Document, SceneEntry, ScenePlace
from hsunmix.session.entries import (
    MANIFEST,
    Entry,
    check_names,
    listing,
    read_array,
    read_bytes,
    write_array,
    write_bytes,
)
from hsunmix.session.place import SUFFIX, check_place
from hsunmix.session.scenes import parked, shown
from hsunmix.session.source import SourceRecord, changes, data_of, find, source_of
from hsunmix.session.vector_layers import kept, located

__all__ = ["SCHEMA", "SUFFIX", "load", "save"]

FORMAT, SCHEMA = "hsunmix session", 1
HEAD = {"format", "schema", "version", "saved", "arrays"}
LATER = {"scenes", "scene", "vectors"}  # what sessions of before have not
MANIFEST_BYTES = 16 << 20


def save(document: Document, path: str | PathLike[str], known: Identity | None = None) -> Identity:
    """Write a document into a session file, whole or not at all.

    The cube is kept by its path, size, time and hash, not by copy. What killed writers left in
    the folder is removed.

    Parameters
    ----------
    document : Document
    path : path-like
    known : Identity, optional
        What the file was when it was read or saved last. Where it is another now, somebody else saved it.

    Returns
    -------
    Identity
        What it is now.

    Raises
    ------
    ChangedSessionError
        The file is not the one that is known.
    WriteError
        The file could not be written; what was there is intact.
    InputError
        The document's cube is in no file.
    """
    path = Path(path)
    check_place(path)
    _check(path, known)
    data = None if document.unmixing is None else document.unmixing.data
    source = None if document.cube is None else source_of(document.cube, path, data)
    clean_orphans(os.path.dirname(os.path.realpath(path)))  # noqa: PTH120 - links count as their file
    with (
        replacing(path) as temporary,
        temporary.open("wb") as file,
        zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as box,
    ):
        out = Packed()
        places = partial(_record_of, session=path)
        packed = _document(there=lambda _: source, places=places).pack(kept(parked(document), path), "", out)
        head = {
            "format": FORMAT,
            "schema": SCHEMA,
            "version": __version__,
            "saved": datetime.now(UTC).isoformat(timespec="seconds"),
            "arrays": {name: write_array(box, name, array) for name, array in out.arrays.items()},
        }
        write_bytes(box, MANIFEST, _encoded(head | packed))
        _check(path, known)
    return identity(path)


def _check(path: Path, known: Identity | None) -> None:
    """Refuse to replace what somebody else saved; a file that is gone is no loss."""
    if known is not None and path.exists() and identity(path) != known:
        raise ChangedSessionError(path)


def load(path: str | PathLike[str], cube_path: str | PathLike[str] | None = None) -> Document:
    """Read a session file.

    Parameters
    ----------
    path : path-like
    cube_path : path-like, optional
        Where the cube is now; by default it is looked for beside the session, then at its old
        place.

    Returns
    -------
    Document
        What has changed since it was saved is among the notes of its cube.

    Raises
    ------
    MissingCubeError
        The cube is not found: ask for it and give its path.
    FormatError
        The file is no session, is damaged, or is of a newer version; or the cube is not the one
        that the session was made with.
    """
    path = Path(path)
    try:
        return _load(path, cube_path)
    except MissingCubeError:
        if cube_path is not None:
            raise
        found = _load(path, None, lenient=True)
        there = [k for k, one in enumerate(found.scenes) if one.place.cube is not None]
        if not there:
            raise
        return shown(found, there[0])


def _load(path: Path, cube_path: str | PathLike[str] | None, *, lenient: bool = False) -> Document:
    """Read a session; leniently, the scene that is shown may be missing."""
    with _opened(path) as (box, entries):
        declared, packed = _manifest(box, entries)
        check_names(entries, _dtypes_of)
        if {f"{name}.npy" for name in declared} | {MANIFEST} != set(entries):
            raise ValueError("its manifest and its content do not agree")
        arrays = _Arrays(box, entries, declared)
        changed: list[Data | None] = []
        opened = partial(_open, session=path, place=cube_path, changed=changed)
        place_of = partial(_place_of, session=path)

        def cube_of(record: SourceRecord) -> Cube | None:
            return place_of(record).cube if lenient else opened(record)

        node = _document(back=cube_of, places=place_of)
        document: Document = node.unpack(packed, "", Given(arrays, mended))
        if len(arrays.read) < len(declared):
            raise ValueError("its manifest and its content do not agree")
        return located(_of(checked(document), changed[0] if changed else None), path)


class _Arrays(Mapping[str, NDArray[Any]]):
    """The arrays of a session, each read when it is asked for: so a missing cube is told at once."""

    def __init__(
        self, box: zipfile.ZipFile, entries: Mapping[str, zipfile.ZipInfo], declared: Mapping[str, Entry]
    ) -> None:
        self._box, self._entries, self._declared = box, entries, declared
        self.read: dict[str, NDArray[Any]] = {}

    def __getitem__(self, name: str) -> NDArray[Any]:
        if name not in self.read:
            info, entry = self._entries[f"{name}.npy"], self._declared[name]
            self.read[name] = read_array(self._box, info, name, entry, _dtypes_of(name))
        return self.read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._declared)

    def __len__(self) -> int:
        return len(self._declared)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[tuple[zipfile.ZipFile, dict[str, zipfile.ZipInfo]]]:
    """Open a session; whatever is wrong with it becomes an error that names it."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise FormatError(path, "is not an ordinary file")
        with zipfile.ZipFile(path) as box:
            yield box, listing(box, status.st_size)
    except HsunmixError:
        raise
    except FileNotFoundError as error:
        raise MissingFileError(path, "there is no such session") from error
    except MemoryError as error:
        raise TooLargeError(f"{path}: {lack_of_memory(error)}") from error
    except zipfile.BadZipFile as error:
        raise FormatError(path, f"is not a session of hsunmix, or is damaged ({error})") from error
    except OSError as error:
        raise FileError(path, f"could not be read: {error.strerror or error}") from error
    except (ValueError, EOFError, NotImplementedError, RuntimeError, OverflowError) as error:
        raise FormatError(path, str(error) or "is damaged") from error


def _of(document: Document, data: Data | None) -> Document:
    """Let results say of which file they are, where it is another now."""
    scenes = tuple(replace(entry, **_results(entry, entry.place.data)) for entry in document.scenes)
    return replace(document, scenes=scenes, **_results(document, data))


def _results(one: Document | SceneEntry, data: Data | None) -> dict[str, Any]:
    shown = one.unmixing and replace(one.unmixing, data=data)
    runs = []
    for run in one.runs:
        same = run.unmixing is one.unmixing
        result = shown if same else run.unmixing and replace(run.unmixing, data=data)
        runs.append(replace(run, unmixing=result))
    return {"unmixing": shown, "runs": tuple(runs)}


def _with_data(document: Document) -> Document:
    """Let the places of scenes say of which files the results are, as ``_of`` does of results."""
    entries = (
        replace(entry, place=replace(entry.place, data=entry.unmixing.data if entry.unmixing else None))
        for entry in document.scenes
    )
    return replace(document, scenes=tuple(entries))


def _document(
    there: Callable[[Cube], SourceRecord | None] | None = None,
    back: Callable[[SourceRecord], Cube | None] | None = None,
    places: Callable[[Any], Any] | None = None,
) -> Node:
    """Return how a document is kept: its cube, and other scenes, by where they are and what they were."""
    record = node_of(SourceRecord)
    several = Instead(record, places or _none, places or _none)
    return node_of(Document, {Cube: Instead(record, there or _none, back or _none), ScenePlace: several})


def _record_of(place: ScenePlace, session: Path) -> SourceRecord:
    """Return what a session keeps of one of several scenes."""
    if place.cube is not None:
        return source_of(place.cube, session, place.data)
    assert isinstance(place.lost, SourceRecord)
    return place.lost


def _place_of(record: SourceRecord, session: Path) -> ScenePlace:
    """Find one of several scenes; without its file it is kept as it was."""
    changed: list[Data | None] = []
    try:
        cube = _open(record, session, None, changed)
    except MissingCubeError:
        return ScenePlace(None, record, record.absolute, f"{record.absolute}: there is no such file")
    except HsunmixError as error:
        return ScenePlace(None, record, record.absolute, str(error))
    return ScenePlace(cube, None, str(cube.path), data=changed[0] if changed else None)


def _none(_: Any) -> Any:
    raise NotImplementedError


@cache
def _patterns() -> tuple[Pattern, ...]:
    return tuple(_document().patterns(""))


def _dtypes_of(name: str) -> tuple[str, ...]:
    """Return the types that an array of this name may have; none where no document has such an array."""
    return tuple(dtype for pattern, dtypes in _patterns() if pattern.fullmatch(name) for dtype in dtypes)


def _encoded(manifest: dict[str, Any]) -> bytes:
    r"""Return the manifest as ASCII JSON.

    ASCII, because a path that is not UTF-8 has lone surrogates, which only ``\udcff`` can carry.
    """
    return json.dumps(msgspec.to_builtins(manifest), indent=1, ensure_ascii=True).encode()


def _manifest(
    box: zipfile.ZipFile, entries: Mapping[str, zipfile.ZipInfo]
) -> tuple[dict[str, Entry], dict[str, Any]]:
    """Read the manifest; return what it declares of arrays, and the document.

    Raises
    ------
    ValueError
        It is no manifest of this application, or of another version of it.
    """
    if MANIFEST not in entries:
        check_names(entries, _dtypes_of)
        raise ValueError("is not a session of hsunmix")
    if entries[MANIFEST].file_size > MANIFEST_BYTES:
        raise ValueError("its manifest is too large")
    try:
        values = json.loads(read_bytes(box, entries[MANIFEST]))
    except (ValueError, RecursionError):
        raise ValueError("its manifest is no JSON") from None
    if isinstance(values, dict) and values.get("application") == "hsunmix":
        raise ValueError(
            "was saved before hsunmix was released, in a form that is read no more: unmix its scene again"
        )
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise ValueError("is not a session of hsunmix")
    schema = values.get("schema")
    if not isinstance(schema, int) or isinstance(schema, bool) or schema < 1:
        raise ValueError("its manifest names no version")
    if schema > SCHEMA:
        made = str(values.get("version", ""))[:20]
        raise ValueError(f"was saved by a newer hsunmix ({made}) than this one ({__version__}): update it")
    if lacking := HEAD.union(field.name for field in fields(Document)) - LATER - values.keys():
        raise damaged("", f"lacks {', '.join(sorted(lacking))}")
    try:
        declared = msgspec.convert(values["arrays"], dict[str, Entry])
    except (msgspec.ValidationError, RecursionError) as error:
        raise damaged("arrays", str(error)) from None
    return declared, {name: value for name, value in values.items() if name not in HEAD}


def _open(
    record: SourceRecord, session: Path, place: str | PathLike[str] | None, changed: list[Data | None]
) -> Cube:
    """Open the cube and compare it with what it was; where it has changed, also tell what that was."""
    from hsunmix.formats import open_cube

    where = find(record, session) if place is None else Path(place)
    cube = open_cube(where, **record.options)
    if cube.shape != record.shape:
        is_, was = (" × ".join(map(str, shape)) for shape in (cube.shape, record.shape))
        raise FormatError(where, f"is not the cube of this session: it has {is_} values, not {was}")
    if said := changes(record, cube):
        cube = replace(cube, notes=(*cube.notes, said))
        changed.append(data_of(record))
    return record.brought(cube)
