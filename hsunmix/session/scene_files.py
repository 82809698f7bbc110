"""Several scenes by what an analyst names: files, folders with cubes in them, and patterns."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from hsunmix.errors import FileError, HsunmixError, InputError
from hsunmix.formats import formats, open_cube, open_spectra
from hsunmix.formats.opening.files import is_store
from hsunmix.methods.together import Failure, NamedCube
from hsunmix.model.chain import scene_names
from hsunmix.model.cube import Cube
from hsunmix.model.progress import Step, finish

__all__ = ["SceneFile", "is_pattern", "open_scenes", "opening", "scene_files"]

MIN_BANDS = 4  # of a scene that nobody named: pictures, masks and maps have fewer
PICTURES = (".png", ".jpg", ".jpeg")


@dataclass(frozen=True)
class SceneFile:
    """A file that may hold a scene.

    Attributes
    ----------
    path : Path
    named : bool
        Whether the analyst named it: then it is a scene, or an error. Of those found in a folder or by a
        pattern, spectral libraries, pictures and maps are passed over.
    """

    path: Path
    named: bool = True


def is_pattern(text: str | os.PathLike[str]) -> bool:
    """Whether a text is a pattern such as ``lines/*.hdr``, and no file of that very name."""
    return glob.has_magic(os.fspath(text)) and not Path(text).exists()


def scene_files(given: Sequence[str | os.PathLike[str]]) -> list[SceneFile]:
    """Return the files that are named, lie in the folders named, or match the patterns, in that order.

    Raises
    ------
    InputError
        A folder has no file that may hold a cube, or nothing matches a pattern.
    """
    found: list[SceneFile] = []
    for one in given:
        path, several = Path(one), None
        if is_pattern(one):
            several = [Path(name) for name in sorted(glob.glob(os.fspath(one), recursive=True))]  # noqa: PTH207
            several = [match for match in several if _may_hold(match)]
            if not several:
                raise InputError(f"{os.fspath(one)}: nothing that may hold a cube matches this pattern")
        elif path.is_dir() and not is_store(path):
            several = sorted(file for file in path.iterdir() if _may_hold(file))
            if not several:
                raise InputError(f"{path}: is a folder without a cube")
        found += [SceneFile(path)] if several is None else [SceneFile(file, named=False) for file in several]
    return found


def open_scenes(
    files: Sequence[SceneFile], opened: Callable[[Path], Cube] = open_cube
) -> tuple[list[NamedCube], list[Failure]]:
    """Run ``opening`` to its end."""
    return finish(opening(files, opened))


def opening(
    files: Sequence[SceneFile], opened: Callable[[Path], Cube] = open_cube
) -> Generator[Step | None, None, tuple[list[NamedCube], list[Failure]]]:
    """Open scenes, and name them and those that can't be opened, no two alike.

    A header and its pixels are one scene, unless both are named.

    Raises
    ------
    InputError
        Not one file is a scene.
    """
    paths: list[Path] = []
    cubes: list[Cube | HsunmixError] = []
    for k, file in enumerate(files):
        yield Step(k / len(files), message=f"Opening {file.path.name}")
        found = _open(file, opened)
        if found is None:
            continue
        place = found.path if isinstance(found, Cube) and found.path is not None else file.path
        if file.named or place not in paths:
            paths.append(place)
            cubes.append(found)
    if not paths:
        raise InputError(f"{files[0].path.parent}: is a folder without a cube")
    scenes: list[NamedCube] = []
    failures: list[Failure] = []
    for name, path, one in zip(scene_names(paths), paths, cubes, strict=True):
        if isinstance(one, Cube):
            scenes.append((name, one))
        else:
            failures.append(Failure.of(name, path, one))
    return scenes, failures


def _open(file: SceneFile, opened: Callable[[Path], Cube]) -> Cube | HsunmixError | None:
    """Open a scene; None where a file that nobody named is none."""
    try:
        cube = opened(file.path)
    except HsunmixError as error:
        return None if not file.named and _is_library(file.path) else error
    if file.named:
        return cube
    library = cube.format == "envi" and _is_library(file.path)
    return cube if cube.bands >= MIN_BANDS and not library else None


def _is_library(path: Path) -> bool:
    try:
        open_spectra(path)
    except FileError:
        return False
    return True


def _may_hold(path: Path) -> bool:
    """Whether a file's name is one that cubes have, and it isn't the pixels of a header beside it."""
    if path.name.startswith(".") or path.suffix.lower() in PICTURES:
        return False
    if path.is_dir():
        return is_store(path)
    suffix = path.suffix.lower()
    if suffix == ".gz":  # its header, if it has one, doesn't find it
        return True
    if suffix == ".hdr" and any(path.parent.glob(f"{glob.escape(path.stem)}.*gz")):
        return False
    if suffix != ".hdr" and any(one.exists() for one in _headers(path)):
        return False
    return suffix in _suffixes()


def _headers(path: Path) -> Iterator[Path]:
    yield path.with_name(f"{path.name}.hdr")
    yield path.with_suffix(".hdr")


def _suffixes() -> set[str]:
    return {suffix for f in formats().values() if f.open_cube is not None for suffix in f.suffixes}
