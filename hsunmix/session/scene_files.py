"""Several scenes by what an analyst names: files, folders with cubes in them, and patterns."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from hsunmix.errors import FileError, HsunmixError, InputError
from hsunmix.formats import formats, open_cube, open_spectra
from hsunmix.formats.opening.files import is_store
from hsunmix.methods.running.together import Failure, NamedCube
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
            several = _scenes_among(map(Path, glob.glob(os.fspath(one), recursive=True)))  # noqa: PTH207
            if not several:
                raise InputError(f"{os.fspath(one)}: nothing that may hold a cube matches this pattern")
        elif path.is_dir() and not is_store(path):
            several = _scenes_among(path.iterdir())
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


def _scenes_among(files: Iterable[Path]) -> list[Path]:
    """Return the files whose names are those of cubes; of a header and its pixels only one."""
    among = set(files)
    found = (_scene_of(path, among) for path in sorted(among))
    return list(dict.fromkeys(path for path in found if path is not None))


def _scene_of(path: Path, among: set[Path]) -> Path | None:
    """Return the file to open for one of some files; None where its name is none of a cube's."""
    suffix = path.suffix.lower()
    if path.name.startswith(".") or suffix in PICTURES:
        return None
    if path.is_dir():
        return path if is_store(path) else None
    if suffix == ".hdr":  # it doesn't find compressed pixels, which find it
        packed = sorted(path.parent.glob(f"{glob.escape(path.stem)}.*gz"))
        return packed[0] if packed else path
    headers = [one for one in _headers(path) if one.exists()]
    if among.intersection(headers) and suffix != ".gz":
        return None
    own = path.with_name(f"{path.name}.hdr") in headers
    return path if own or suffix in (".gz", *_suffixes()) else None


def _headers(path: Path) -> Iterator[Path]:
    yield path.with_name(f"{path.name}.hdr")
    yield path.with_suffix(".hdr")


def _suffixes() -> set[str]:
    return {suffix for f in formats().values() if f.open_cube is not None for suffix in f.suffixes}
