"""The session file: a stored zip of one manifest and arrays, written whole, read without trust."""

from __future__ import annotations

import contextlib
import os
import stat
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsunmix._version import __version__
from hsunmix.errors import (
    ChangedSessionError,
    FileError,
    FormatError,
    HsunmixError,
    MissingFileError,
    TooLargeError,
)
from hsunmix.files import Identity, clean_orphans, identity, replacing
from hsunmix.model.cube import Cube
from hsunmix.model.spectra import Endmember
from hsunmix.model.unmixing import Data, Unmixing
from hsunmix.session._manifest import (
    SCHEMA,
    EndmemberRecord,
    Manifest,
    RegionRecord,
    ResultRecord,
    RunRecord,
    SubsetRecord,
    decode,
    encode,
)
from hsunmix.session._members import listing, read_array, read_bytes, write_array, write_bytes
from hsunmix.session._restore import restored
from hsunmix.session._source import changes, data_of, find, source_of
from hsunmix.session.document import Document, Run, Subset
from hsunmix.session.place import SUFFIX, check_place

__all__ = ["SUFFIX", "load", "save"]

MANIFEST_BYTES = 8 << 20
Arrays = dict[str, NDArray[np.generic]]


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
        members = {name: write_array(box, name, array) for name, array in _arrays(document).items()}
        manifest = Manifest(
            application="hsunmix",
            schema=SCHEMA,
            version=__version__,
            saved=datetime.now(UTC).isoformat(timespec="seconds"),
            settings=document.settings,
            view=document.view,
            pins=document.pins,
            regions=tuple(RegionRecord(r.name, r.colour, r.kind, r.vertices) for r in document.regions),
            layers=document.layers,
            cube=source,
            endmembers=_members(document.endmembers),
            unmixing=None if document.unmixing is None else _result(document.unmixing),
            runs=tuple(_run(run, document) for run in document.runs),
            run_count=document.run_count,
            arrays=members,
        )
        write_bytes(box, "manifest.json", encode(manifest))
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
    with _opened(path) as (box, members):
        if "manifest.json" not in members:
            raise ValueError("is not a session of hsunmix")
        if members["manifest.json"].file_size > MANIFEST_BYTES:
            raise ValueError("its manifest is too large")
        manifest = decode(read_bytes(box, members["manifest.json"]))
        if {f"{name}.npy" for name in manifest.arrays} | {"manifest.json"} != set(members):
            raise ValueError("its manifest and its content do not agree")
        cube, data = _cube(manifest, path, cube_path)  # before the arrays, so that asking for it comes soon
        arrays = {
            name: read_array(box, members[f"{name}.npy"], name, member)
            for name, member in manifest.arrays.items()
        }
        document = restored(manifest, arrays, cube)
        return document if data is None else _of(document, data)


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
        raise TooLargeError(f"{path}: there is not enough memory to open this session") from error
    except zipfile.BadZipFile as error:
        raise FormatError(path, f"is not a session of hsunmix, or is damaged ({error})") from error
    except OSError as error:
        raise FileError(path, f"could not be read: {error.strerror or error}") from error
    except (ValueError, EOFError, NotImplementedError, RuntimeError, OverflowError) as error:
        raise FormatError(path, str(error) or "is damaged") from error


def _of(document: Document, data: Data) -> Document:
    """Let results say that they are of a file which is another now."""
    shown = document.unmixing and replace(document.unmixing, data=data)
    runs = []
    for run in document.runs:
        same = run.unmixing is document.unmixing
        result = shown if same else run.unmixing and replace(run.unmixing, data=data)
        runs.append(replace(run, unmixing=result))
    return replace(document, unmixing=shown, runs=tuple(runs))


def _cube(
    manifest: Manifest, path: Path, cube_path: str | PathLike[str] | None
) -> tuple[Cube | None, Data | None]:
    """Open the cube and compare it with what it was; where it has changed, also return that."""
    from hsunmix.formats import open_cube

    record = manifest.cube
    if record is None:
        return None, None
    place = find(record, path) if cube_path is None else Path(cube_path)
    cube = open_cube(place, **record.options)
    if cube.shape != record.shape:
        is_, was = (" × ".join(map(str, shape)) for shape in (cube.shape, record.shape))
        raise FormatError(place, f"is not the cube of this session: it has {is_} values, not {was}")
    changed = changes(record, cube)
    return (replace(cube, notes=(*cube.notes, changed)), data_of(record)) if changed else (cube, None)


def _arrays(document: Document) -> Arrays:
    arrays: dict[str, NDArray[np.generic] | None] = {}
    if document.cube is not None:
        arrays["selection"] = document.cube.selection
        arrays["bad_bands"] = document.cube.bad_bands
    arrays |= _result_arrays("", document.endmembers, document.unmixing)
    for run in document.runs:
        own = None if run.unmixing is document.unmixing else run.unmixing
        arrays |= _result_arrays(f"run{run.number}_", run.endmembers, own)
    arrays |= dict(_subset_names(document).values())
    runs = [np.insert(region.runs, 0, k, axis=1) for k, region in enumerate(document.regions)]
    if any(map(len, runs)):
        arrays["region_runs"] = np.concatenate(runs)
    return {name: array for name, array in arrays.items() if array is not None}


def _result_arrays(
    prefix: str, endmembers: Sequence[Endmember], unmixing: Unmixing | None
) -> dict[str, NDArray[np.generic] | None]:
    arrays: dict[str, NDArray[np.generic] | None] = {}
    if endmembers:
        arrays[f"{prefix}spectra"] = np.stack([e.spectrum for e in endmembers])
    if unmixing is not None:
        names = ("endmembers", "abundances", "rmse", "history", "source_pixels", "used_bands")
        arrays |= {f"{prefix}{name}": getattr(unmixing, name) for name in names}
    return arrays


def _members(endmembers: Sequence[Endmember]) -> tuple[EndmemberRecord, ...]:
    return tuple(EndmemberRecord(e.name, e.colour, e.visible, e.locked, e.source) for e in endmembers)


def _run(run: Run, document: Document) -> RunRecord:
    return RunRecord(
        run.number,
        run.label,
        run.made,
        run.settings,
        run.relative_error,
        run.seconds,
        _members(run.endmembers),
        None if run.unmixing is None else _result(run.unmixing),
        run.unmixing is not None and run.unmixing is document.unmixing,
        run.locked,
        run.edited,
        None if run.subset is None else _subset(run.subset, _subset_names(document)),
    )


def _subset_names(document: Document) -> dict[int, tuple[str, NDArray[np.generic]]]:
    """Return names and arrays of what runs are restricted to, by the arrays' identity; each array once."""
    cube = document.cube
    found: dict[int, tuple[str, NDArray[np.generic]]] = {}
    given = [] if cube is None else [("", Subset.of(cube))]
    given += [(f"run{run.number}_", run.subset) for run in document.runs if run.subset is not None]
    for prefix, subset in given:
        for name in ("selection", "bad_bands"):
            array = getattr(subset, name)
            if array is not None:
                found.setdefault(id(array), (f"{prefix}{name}", array))
    return found


def _subset(subset: Subset, names: dict[int, tuple[str, NDArray[np.generic]]]) -> SubsetRecord:
    selection, bad = (
        "" if array is None else names[id(array)][0] for array in (subset.selection, subset.bad_bands)
    )
    return SubsetRecord(selection, subset.masks, bad, subset.band_text)


def _result(unmixing: Unmixing) -> ResultRecord:
    return ResultRecord(
        method=unmixing.method,
        abundance=unmixing.abundance,
        parameters=dict(unmixing.parameters),
        relative_error=float(unmixing.relative_error),
        converged=unmixing.converged,
        seed=int(unmixing.seed),
        iterations=int(unmixing.iterations),
        seconds=float(unmixing.seconds),
        note=unmixing.note,
        names=tuple(unmixing.names),
        smoothed=unmixing.smoothed,
        provisional=unmixing.provisional,
    )
