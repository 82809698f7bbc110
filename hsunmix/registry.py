"""Find what a folder holds: one file, or one package, is one method, one format, one export, one panel.

Folders outside the program may hold more of them: those that the environment variable ``HSUNMIX_PLUGINS``
names. Each has the program's tree: what is in ``FOLDER/formats`` counts as if it were in
``hsunmix/formats``, what is in ``FOLDER/methods/abundance`` as if it were there, and so on.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
from collections.abc import Collection, Iterator
from pathlib import Path
from types import ModuleType

from hsunmix.errors import InputError, ParameterError

__all__ = ["PLUGINS", "modules", "names", "plugin_folders"]

PLUGINS = "HSUNMIX_PLUGINS"
_HERE = Path(__file__).resolve().parent


def plugin_folders() -> tuple[Path, ...]:
    """Return the folders that ``HSUNMIX_PLUGINS`` names, separated as those of ``PATH`` are.

    Raises
    ------
    ParameterError
        One is not there, is named from the working folder, or holds a folder that the program has not.
    """
    folders = tuple(Path(word) for word in os.environ.get(PLUGINS, "").split(os.pathsep) if word)
    for folder in folders:
        if not folder.is_absolute():
            raise ParameterError(PLUGINS, f"{folder} has to be named from the root: {folder.absolute()}")
        if not folder.is_dir():
            raise ParameterError(PLUGINS, f"{folder} is no folder")
        for inner in folder.iterdir():
            if inner.is_dir() and inner.name[0] not in "._" and not (_HERE / inner.name).is_dir():
                raise ParameterError(
                    PLUGINS, f"{inner} is no place for plugins; formats, exports, methods/KIND and gui are"
                )
    return folders


def names(package: str) -> list[str]:
    """Return the identifiers in a package, in order; none of them is imported.

    Raises
    ------
    ParameterError
        Something outside the program has a name that is taken, or see ``plugin_folders``.
    """
    folder = importlib.import_module(package)
    for place in _outside(package):
        if place not in folder.__path__:
            folder.__path__.append(place)
    found: dict[str, str] = {}
    for place in folder.__path__:
        for name in _listed(place):
            if name in found:
                raise ParameterError(PLUGINS, f"{name} is in {place} and in {found[name]}; rename one")
            found[name] = place
    return sorted(found)


def modules(
    package: str, *needs: str, ending: str = "", leaving: Collection[str] = ()
) -> Iterator[tuple[str, ModuleType]]:
    """Import every public module and package of a package.

    Parameters
    ----------
    package : str
        Its full name. What has a name that begins with ``_`` is left out.
    *needs : str
        What each that lies outside the program has to have.
    ending : str
        Only those whose names end so.
    leaving : collection of str
        But for these.

    Yields
    ------
    name : str
        That of the file, without its ending, or of the folder: the identifier.
    module : module

    Raises
    ------
    InputError
        Something outside the program can't be imported or lacks what it needs, or see ``names``.
    """
    outside = _outside(package)
    for name in (name for name in names(package) if name.endswith(ending) and name not in leaving):
        place = next((Path(p, name) for p in outside if name in _listed(p)), None)
        try:
            module = importlib.import_module(f"{package}.{name}")
        except Exception as error:
            if place is None:
                raise
            raise InputError(f"{place} can't be loaded: {str(error) or type(error).__name__}") from error
        if place is not None and (lacking := [need for need in needs if not hasattr(module, need)]):
            raise InputError(f"{place} has no {' and no '.join(lacking)}")
        yield name, module


def _outside(package: str) -> list[str]:
    """Return the folders outside the program that belong to a package."""
    inner = package.split(".")[1:]
    return [
        str(place) for place in (folder.joinpath(*inner) for folder in plugin_folders()) if place.is_dir()
    ]


def _listed(place: str) -> list[str]:
    """Return the names of public modules and packages in a folder."""
    return [m.name for m in pkgutil.iter_modules([place]) if not m.name.startswith("_")]
