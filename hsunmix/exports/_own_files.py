"""What a result is made from is not written over, nor a header that is another file's."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from os import PathLike
from pathlib import Path

from hsunmix.errors import InputError, WriteError
from hsunmix.files import ENVI_SUFFIXES, STORE_FILES, writable, writing
from hsunmix.model.cube import Cube

__all__ = ["check_outputs", "files_of", "header_of", "is_one_of"]

HEADER = ".hdr"
HEAD_BYTES = 64 << 10  # of a header, in which it says of what kind its file is


def files_of(*inputs: Cube | str | PathLike[str]) -> list[Path]:
    """Return the files that inputs are read from: of ENVI both pixels and header, whichever was named.

    Parameters
    ----------
    *inputs : Cube or path-like
        Scenes with their masks, libraries, sessions.
    """
    found: list[Path] = []
    for one in inputs:
        if not isinstance(one, Cube):
            found += _with_companions(Path(one))
            continue
        found += [path for path, _ in one.files]
        masks = (Path(mask) for mask in one.masks if Path(mask).is_absolute())  # others are conditions
        for place in (*masks, *([] if one.path is None else [one.path])):
            found += _with_companions(place)
    return list(dict.fromkeys(found))


def check_outputs(
    outputs: Sequence[Path], inputs: Iterable[Cube | str | PathLike[str]], made: Path | None = None
) -> None:
    """Refuse files that can't be written, or only over one that is read or another one that is written.

    Parameters
    ----------
    outputs : sequence of Path
        Files that are to be written.
    inputs : iterable of Cube or path-like
    made : Path, optional
        A folder that will be there by then.

    Raises
    ------
    InputError, WriteError
    """
    read = files_of(*inputs)
    for k, path in enumerate(outputs):
        if is_one_of(path, read):
            raise InputError(f"{path}: this is read, and would be written over: choose another name")
        if is_one_of(path, outputs[:k]):
            raise InputError(f"{path}: two files would be written here: choose another name for one")
        if made is not None and is_one_of(path, [made]):
            raise WriteError(path, "cannot be written: it is the folder of the products")
        if not path.parent.is_dir() and (made is None or not is_one_of(path.parent, [made])):
            raise WriteError(path, "could not be written: the folder does not exist")
        with writing(path):
            writable(path)


def is_one_of(path: Path, files: Iterable[Path]) -> bool:
    """Whether a path leads to one of some files, or into one that is a folder."""
    real = Path(os.path.realpath(path))
    return any(_holds(Path(os.path.realpath(one)), real) for one in files)


def header_of(data: Path, *, library: bool = False) -> Path:
    """Return the header to be written beside a data file.

    Parameters
    ----------
    data : Path
    library : bool
        Whether it is one of a library.

    Raises
    ------
    InputError
        A header lies there that is of another file, or readers would take another one for this file's.
    """
    if not data.name:
        raise InputError(f"{data}: is a folder: name a file")
    head, longer = data.with_suffix(HEADER), data.with_name(data.name + HEADER)
    if head == data:
        raise InputError(
            f"{data}: is the name of a header: name the file of the pixels, such as {data.stem}.img"
        )
    others = [one for one in _with_companions(head) if one not in (head, data)]
    if head.is_file() and (not data.exists() or (others and _is_of_library(head) != library)):
        raise InputError(
            f"{data}: {head.name} lies beside it and is another file's header: choose another name"
        )
    if longer.exists():
        raise InputError(f"{data}: {longer.name} would be taken for its header: choose another name")
    return head


def _holds(one: Path, path: Path) -> bool:
    if one == path or (one.exists() and path.exists() and one.samefile(path)):
        return True
    return one in path.parents and any((one / name).exists() for name in STORE_FILES)


def _with_companions(path: Path) -> list[Path]:
    """Return a file and those that are read with it because of their names."""
    if not path.name:
        return [path]
    suffix, stem = path.suffix.lower(), path.with_suffix("")
    names: list[Path] = []
    if suffix == HEADER:
        names = [stem.with_name(stem.name + ending) for ending in ENVI_SUFFIXES]
    elif suffix in ENVI_SUFFIXES:
        names = [path.with_suffix(HEADER), path.with_name(path.name + HEADER)]
    return [path, *(name for name in names if name != path and name.is_file())]


def _is_of_library(head: Path) -> bool:
    with head.open("rb") as file:
        return b"spectral library" in file.read(HEAD_BYTES).lower()
