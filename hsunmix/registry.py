"""Find what a folder holds: one file, or one package, is one method, one format, one export, one panel."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

__all__ = ["modules", "names"]


def names(package: str) -> list[str]:
    """Return the identifiers in a package, in order; none of them is imported."""
    folder = importlib.import_module(package)
    found = pkgutil.iter_modules(folder.__path__)
    return sorted(m.name for m in found if not m.name.startswith("_"))


def modules(package: str) -> Iterator[tuple[str, ModuleType]]:
    """Import every public module and package of a package.

    Parameters
    ----------
    package : str
        Its full name. What has a name that begins with ``_`` is left out.

    Yields
    ------
    name : str
        That of the file, without its ending, or of the folder: the identifier.
    module : module
    """
    for name in names(package):
        yield name, importlib.import_module(f"{package}.{name}")
