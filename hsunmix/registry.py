"""Find what a folder holds: one file is one method, one format, one export, one panel."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

__all__ = ["modules"]


def modules(package: str) -> Iterator[tuple[str, ModuleType]]:
    """Import every public module of a package.

    Parameters
    ----------
    package : str
        Its full name. Sub-packages, and modules whose name begins with ``_``, are left out.

    Yields
    ------
    name : str
        The file's name without its ending: the identifier.
    module : module
    """
    folder = importlib.import_module(package)
    for found in sorted(pkgutil.iter_modules(folder.__path__), key=lambda m: m.name):
        if not found.ispkg and not found.name.startswith("_"):
            yield found.name, importlib.import_module(f"{package}.{found.name}")
