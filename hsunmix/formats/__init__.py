"""Bytes to ``Cube`` or ``Spectra``: the only place that opens a user's data file.

A format is a file or a package in this folder, or in one of its rooms: those packages that say
``ROOM = True``, as ``spectra`` does. Its name is its identifier. It has

``TITLE``, ``SUFFIXES``
    What it is called in the open dialog, and the endings of its files' names.
``sniff(path, head)``
    Whether a file that begins with the bytes ``head`` is one of this format.
``open_cube(path, options)`` and/or ``open_spectra(path)``
    Open it; everything wrong with a file becomes a ``FileError``.
``BY_NEIGHBOUR`` (optional)
    True where a file may be known by another file beside it: such a format is asked last.
``open_header(path, options)`` (optional)
    As ``open_cube``, but also without the pixels: see ``open_header`` below.
``open_mask(path, options)`` (optional)
    As ``open_cube``, for a picture that serves as a mask only; without it ``open_cube`` serves for both.
``open_vectors(path, layer)`` (optional)
    Read points, lines and polygons; ``layer`` may be empty.
``OPTIONS`` (optional)
    The names of the ``Options`` that it understands.
``DECODED_BY`` (optional)
    Names of the modules that parse its files in C: then all but ``sniff`` runs in the decoder process,
    see ``decoder``. The pixels' ``path``, where they have one, is watched like the file itself.
``EXTRA`` (optional)
    Where these modules don't come with the program: ``pip install hsunmix[EXTRA]`` brings them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.util import find_spec
from os import PathLike
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import FormatError, InputError, ParameterError
from hsunmix.files import Identity, check_identity, identity
from hsunmix.formats.opening.files import guarded, is_store, read_head, regular_file, scene_at
from hsunmix.formats.opening.foreign import foreign_file
from hsunmix.formats.opening.options import Options
from hsunmix.formats.pixels.raw import MissingPixels
from hsunmix.formats.spectra.builtin import builtin_library
from hsunmix.formats.spectra.given_axis import given_axis, text_of
from hsunmix.model.cube import Cube
from hsunmix.model.hapke import as_albedo
from hsunmix.model.spectra import Spectra
from hsunmix.model.stack import stacked
from hsunmix.model.vectors import Vectors
from hsunmix.parameters import make, to_dict
from hsunmix.registry import modules

__all__ = [
    "Format",
    "MissingPixels",
    "Options",
    "builtin_library",
    "file_filter",
    "formats",
    "is_store",
    "open_cube",
    "open_header",
    "open_mask",
    "open_spectra",
    "open_vectors",
    "regular_file",
    "spectra_filter",
    "vector_suffixes",
    "vectors_filter",
]

NEEDS = ("TITLE", "SUFFIXES", "sniff")
ALWAYS = ("nodata", "wavelengths")  # options that every file understands
LIBRARY_SUFFIXES = {"envi": (".sli", ".hdr")}  # where images have others


@dataclass(frozen=True)
class Format:
    """One entry of the registry.

    Attributes
    ----------
    id, title : str
    suffixes : tuple of str
        With their dots, in lower case.
    sniff : callable
    open_cube, open_header, open_mask, open_spectra : callable or None
        None where the format holds no such thing.
    options : tuple of str
        The options that it understands.
    by_neighbour : bool
    decoded_by : tuple of str
        Where there are some, the functions are to be called in the decoder process only.
    extra : str
        By which extra of the program these come.
    open_vectors : callable or None
    """

    id: str
    title: str
    suffixes: tuple[str, ...]
    sniff: Callable[[Path, bytes], bool]
    open_cube: Callable[[Path, Options], Cube] | None = None
    open_header: Callable[[Path, Options], Cube] | None = None
    open_mask: Callable[[Path, Options], Cube] | None = None
    open_spectra: Callable[[Path], Spectra] | None = None
    options: tuple[str, ...] = ()
    by_neighbour: bool = False
    decoded_by: tuple[str, ...] = ()
    extra: str = ""
    open_vectors: Callable[[Path, str], Vectors] | None = None


@cache
def formats() -> dict[str, Format]:
    """Every format by its identifier, in the order in which they are asked."""
    found: list[Format] = []
    for name, module in _modules():
        if name in [entry.id for entry in found]:
            raise InputError(f"{module.__file__}: there is a format of the name {name} already; rename it")
        opener = getattr(module, "open_cube", None)
        found.append(
            Format(
                name,
                module.TITLE,
                tuple(module.SUFFIXES),
                module.sniff,
                opener,
                getattr(module, "open_header", opener),
                getattr(module, "open_mask", opener),
                getattr(module, "open_spectra", None),
                tuple(getattr(module, "OPTIONS", ())),
                bool(getattr(module, "BY_NEIGHBOUR", False)),
                tuple(getattr(module, "DECODED_BY", ())),
                str(getattr(module, "EXTRA", "")),
                getattr(module, "open_vectors", None),
            )
        )
    return {f.id: f for f in sorted(found, key=lambda f: (f.by_neighbour, f.id))}


def _modules() -> Iterator[tuple[str, ModuleType]]:
    """Yield what is a format: what can tell its files from others."""
    for name, module in modules(__name__, *NEEDS):
        inside = modules(module.__name__, *NEEDS) if getattr(module, "ROOM", False) else ()
        yield from (found for found in ((name, module), *inside) if hasattr(found[1], "sniff"))


def open_cube(path: str | PathLike[str], **options: Any) -> Cube:
    """Open a hyperspectral cube.

    Nothing but the header is read now; pixels are read when they are needed.

    Parameters
    ----------
    path : path-like
        For ENVI the header or the data file.
    **options
        ``lines``, ``samples``, ``dataset``, ``axes``, ``grid``, ``stack``, ``transform``, ``nodata``,
        ``wavelengths``: see ``Options``. None means not given.

    Returns
    -------
    Cube

    Raises
    ------
    FileError
        What is wrong with the file, in one line: a ``MissingFileError``, a ``FormatError``, or a
        ``ShapeUnknownError`` where ``lines`` has to be given.
    ParameterError
        An option makes no sense for this file.
    """
    return _open(path, options, "open_cube")


def open_header(path: str | PathLike[str], **options: Any) -> Cube:
    """Open a cube even where its pixels are missing, to see what the header says.

    The ``pixels`` of such a cube are ``MissingPixels``: they have a shape and a type, and raise
    their ``error`` when they are read; the last of its notes says so. Otherwise as ``open_cube``.
    """
    return _open(path, options, "open_header")


def open_mask(path: str | PathLike[str], cube: Cube) -> NDArray[np.bool_]:
    """Read a mask: a raster of one band and of the cube's size, or a two-dimensional ``.npy`` array.

    Returns
    -------
    array of bool, (lines, samples)
        True where the value is neither 0 nor nodata nor NaN.

    Raises
    ------
    FileError
        It can't be read, is of another size, or lies elsewhere.
    """
    from hsunmix.formats.opening.mask_file import mask_of

    return mask_of(regular_file(path), cube, lambda file: _open(file, {}, "open_mask"))


def open_spectra(path: str | PathLike[str]) -> Spectra:
    """Read a spectral library, or a folder of them as one: see ``spectra.folder``.

    Raises
    ------
    FileError
        What is wrong with the file, in one line.
    """
    if Path(path).is_dir() and not is_store(Path(path)):
        from hsunmix.formats.spectra.folder import open_folder

        able = [f for f in formats().values() if f.open_spectra is not None and f.open_cube is None]
        endings = (*(suffix for f in able for suffix in f.suffixes), ".hdr")  # of an ENVI library, the header
        return open_folder(Path(path), endings, open_spectra)
    file = scene_at(path)
    found = _find(file, lambda f: f.open_spectra)
    opener = found.open_spectra
    if opener is None:
        raise FormatError(path, f"{found.title} files hold no spectral library that hsunmix reads")
    before = identity(file)
    if found.decoded_by:
        from hsunmix.formats.decoder.remote import remote_spectra

        library = remote_spectra(found.id, file)
    else:
        library = guarded(file, lambda: opener(file))
    check_identity(file, before)
    return replace(library, format=found.id)


def open_vectors(path: str | PathLike[str], layer: str = "") -> Vectors:
    """Read points, lines and polygons.

    Parameters
    ----------
    path : path-like
        GeoJSON, a GeoPackage or a shapefile.
    layer : str
        One of the file's layers; empty for the first.

    Raises
    ------
    FileError
        What is wrong with the file, in one line.
    """
    file = regular_file(path)
    found = _find(file, lambda f: f.open_vectors)
    opener = found.open_vectors
    if opener is None:
        raise FormatError(path, f"{found.title} files hold no points, lines or polygons that hsunmix reads")
    _require(file, found)
    before = identity(file)
    if found.decoded_by:
        from hsunmix.formats.decoder.remote import remote_vectors

        vectors = remote_vectors(found.id, file, layer)
    else:
        vectors = guarded(file, lambda: opener(file, layer))
    check_identity(file, before)
    return vectors


def file_filter() -> str:
    """Return the choices of an open dialog, as Qt writes them: ``Title (*.a *.b);;…``."""
    return _filter("Hyperspectral cubes", lambda f: f.open_cube)


def spectra_filter() -> str:
    """Return the choices of a dialog that opens libraries, as Qt writes them."""
    return _filter("Spectral libraries", lambda f: f.open_spectra, LIBRARY_SUFFIXES)


def vectors_filter() -> str:
    """Return the choices of a dialog that opens points, lines and polygons, as Qt writes them."""
    return _filter("Vector files", lambda f: f.open_vectors)


def vector_suffixes() -> tuple[str, ...]:
    """Return the endings of files of points, lines and polygons, in lower case."""
    return tuple(suffix for f in formats().values() if f.open_vectors is not None for suffix in f.suffixes)


def _filter(
    title: str, pick: Callable[[Format], Any], suffixes: Mapping[str, tuple[str, ...]] = MappingProxyType({})
) -> str:
    able = [f for f in formats().values() if pick(f) is not None]
    endings = {f.title: " ".join(f"*{s}" for s in suffixes.get(f.id, f.suffixes)) for f in able}
    parts = [f"{name} ({names})" for name, names in endings.items()]
    return ";;".join([f"{title} ({' '.join(endings.values())})", *parts, "All files (*)"])


def _open(path: str | PathLike[str], given: dict[str, Any], what: str) -> Cube:
    """Open a file, and those that are to be stacked on it: these lie beside it, or where they are named."""
    others = make(Options, {"stack": given.get("stack")}).stack
    given = {name: value for name, value in given.items() if name != "stack"}
    first = _transformed(path, given, what)
    if others is None:
        return first
    assert first.path is not None
    names = [name.strip() for name in others.split(",")]
    beside = [first.path.parent / name for name in names]
    paths = [near if near.exists() else Path(name) for near, name in zip(beside, names, strict=True)]
    return stacked([first, *(_transformed(one, given, what) for one in paths)])


def _transformed(path: str | PathLike[str], given: dict[str, Any], what: str) -> Cube:
    """Open a file, and make of its values what is asked for."""
    text = make(Options, {"transform": given.get("transform")}).transform
    plain = {name: value for name, value in given.items() if name != "transform"}
    cube = _open_one(path, plain, what)
    if text is None:
        return cube
    made = as_albedo(cube, text, looked_at=what == "open_cube")
    return replace(made, options=(*cube.options, ("transform", made.transform)))


def _open_one(path: str | PathLike[str], given: dict[str, Any], what: str) -> Cube:
    given = {name: value for name, value in given.items() if value is not None}
    if isinstance(given.get("nodata"), int | float | np.number):
        given["nodata"] = repr(float(given["nodata"]))
    if "wavelengths" in given:
        given["wavelengths"] = text_of(given["wavelengths"])
    options = make(Options, given)
    file = scene_at(path)
    found = _find(file, lambda f: getattr(f, what))
    opener: Callable[[Path, Options], Cube] | None = getattr(found, what)
    if opener is None:
        raise FormatError(path, f"{found.title} files hold no hyperspectral image")
    kept = {name: value for name, value in to_dict(options).items() if value is not None}
    for name in kept:
        if name not in (*found.options, *ALWAYS):
            raise ParameterError(name, f"{found.title} files need no such option")
    _require(file, found)
    before = identity(file)
    if found.decoded_by:
        from hsunmix.formats.decoder.remote import remote_cube

        cube = remote_cube(found.id, file, kept, what)
    else:
        cube = guarded(file, lambda: opener(file, options))
    check_identity(file, before)
    cube = replace(cube, format=found.id, path=cube.path or file, options=tuple(kept.items()))
    cube = replace(cube.with_nodata(options.nodata), files=tuple(_files(cube, {file: before})))
    return cube if options.wavelengths is None else given_axis(cube, options.wavelengths, _readers)


def _readers(file: Path) -> Iterator[Callable[[], Cube | Spectra]]:
    """Yield the ways to read what a file says of bands."""
    yield lambda: _open(file, {}, "open_header")
    yield lambda: open_spectra(file)


def _require(file: Path, found: Format) -> None:
    """Make sure that what reads a format is installed."""
    if found.extra and any(find_spec(name) is None for name in found.decoded_by):
        raise FormatError(
            file, f"is {found.title}, for which a package is missing: pip install 'hsunmix[{found.extra}]'"
        )


def _files(cube: Cube, known: dict[Path, Identity]) -> Iterator[tuple[Path, Identity]]:
    """Yield the files of a cube: that of the pixels, as they have it, and the one with the header."""
    assert cube.path is not None
    data = Path(getattr(cube.pixels, "path", cube.path))
    of_pixels: Identity | None = getattr(cube.pixels, "identity", None)
    yield data, of_pixels or known.get(data) or identity(data)
    if data != cube.path:
        yield cube.path, known.get(cube.path) or identity(cube.path)


def _find(file: Path, pick: Callable[[Format], Any]) -> Format:
    """Ask the formats by content; else take the one to which the ending belongs, for its reasons."""
    head = read_head(file)
    able = sorted(formats().values(), key=lambda f: (f.by_neighbour, pick(f) is None))
    for candidate in able:
        if candidate.sniff(file, head):
            return candidate
    if not head:
        raise FormatError(file, "is empty")
    foreign = foreign_file(file, head)
    if foreign:
        raise FormatError(file, foreign)
    for candidate in able:
        if file.suffix.lower() in candidate.suffixes[:1]:
            return candidate
    known = ", ".join(sorted(f.title for f in able if pick(f) is not None))
    raise FormatError(file, f"is of no format that hsunmix reads ({known})")
