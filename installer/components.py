"""Who made each file of a bundle, and under which licence.

Python packages answer by their own metadata. For what they bring along without a word, and for the
system's libraries, ``components.toml`` does; what is in neither stops the build.
"""

from __future__ import annotations

import os
import re
import sys
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

__all__ = ["Component", "components", "licence_ids", "read_table", "text_of"]

HERE = Path(__file__).resolve().parent
LIBRARY = re.compile(r"^(?:lib)?(.+?)\.(?:so|dll|dylib)(?:\.|$)|^(?:lib)?(.+?)\.\d+(?:\.\d+)*\.dylib$")
EXTENSION = re.compile(r"\.(cpython-.*|abi3)\.so$|\.pyd$")
BUNDLED = re.compile(r"\.libs/|/\.dylibs/")
NOTICE = re.compile(r"(?i)(^|/)(licen[cs]es?|copying|notice|authors)([-._/][^/]*)*$")


@dataclass
class Component:
    """A package or a library that is shipped.

    Attributes
    ----------
    name, version : str
        The version is empty where the files don't say it.
    licence : str
        An SPDX expression.
    text : str
        Copyright and licence, to be shown.
    package : bool
        Whether it is a Python package.
    files : list of str
        Where it is in the bundle.
    """

    name: str
    version: str
    licence: str
    text: str
    package: bool = False
    files: list[str] = field(default_factory=list)


def read_table(path: Path = HERE / "components.toml") -> dict[str, Any]:
    """Read ``components.toml``."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def licence_ids(expression: str) -> list[str]:
    """Return the licences of an SPDX expression, each with its exception.

    >>> licence_ids("(MIT AND Zlib) OR GPL-2.0-or-later WITH Bootloader-exception")
    ['MIT', 'Zlib', 'GPL-2.0-or-later WITH Bootloader-exception']
    """
    parts = re.split(r"\s+(?:AND|OR)\s+", re.sub(r"[()]", "", expression))
    return [part.strip() for part in parts]


def text_of(expression: str) -> str:
    """Return the texts of the licences of an expression, from the folder ``licences``."""
    names = [name for part in licence_ids(expression) for name in part.split(" WITH ")]
    files = dict.fromkeys(re.sub(r"-(only|or-later)$", "", name) for name in names)
    if "LGPL-3.0" in files:
        files["GPL-3.0"] = None  # the one is written as an addition to the other
    return "\n\n".join((HERE / "licences" / f"{name}.txt").read_text(encoding="utf-8") for name in files)


def components(files: Iterable[tuple[str, str]], table: Mapping[str, Any]) -> list[Component]:
    """Tell who made the files of a bundle.

    Parameters
    ----------
    files : iterable of (path, source)
        Where each is in the bundle, and where it was before.
    table : mapping
        ``components.toml``.

    Raises
    ------
    SystemExit
        Files that nobody answers for, or a licence that is not among those allowed.
    """
    made_by = _Makers(table)
    found: dict[str, Component] = {}
    unknown = []
    for path, source in files:
        component = made_by(path, source)
        if component is None:
            unknown.append(f"{path} (from {source})")
        else:
            found.setdefault(component.name.lower(), component).files.append(path)
    if unknown:
        raise SystemExit("installer/components.toml does not say what these are:\n" + "\n".join(unknown))
    for component in found.values():
        refused = set(licence_ids(component.licence)) - set(table["allowed"]["licences"])
        if refused:
            raise SystemExit(f"{component.name}: {', '.join(refused)} is not among the licences allowed")
    return [found[name] for name in sorted(found)]


@cache
def _owners() -> dict[str, Distribution]:
    """Return which package each file that pip installed is of."""
    owners = {}
    for package in distributions():
        folder = str(Path(str(package.locate_file(""))).resolve())
        for file in package.files or ():
            owners[os.path.normpath(os.path.join(folder, file))] = package  # noqa: PTH118 - 30,000 of them
    return owners


class _Makers:
    """Answers for one file at a time."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self._table = table
        self._libraries = [(re.compile(row["match"]), row) for row in table["library"]]
        self._parts = [(re.compile(row["inside"]), row) for row in table["part"]]
        self._packages: dict[str, Component] = {}

    def __call__(self, path: str, source: str) -> Component | None:
        for pattern, row in self._parts:
            if pattern.search(path):
                return self._of_row(row)
        place = Path(source).resolve()
        library = LIBRARY.match(place.name.lower())
        if library is not None and not EXTENSION.search(place.name):
            stem = library[1] or library[2]
            for pattern, row in self._libraries:
                if pattern.search(stem):
                    return self._of_row(row)
        if BUNDLED.search(source.replace("\\", "/")):
            return None
        owner = _owners().get(str(place))
        if owner is not None:
            return self._of_package(owner)
        if "python3" in str(place) or place.is_relative_to(Path(sys.base_prefix).resolve()):
            return self._python()
        return None

    def _of_row(self, row: Mapping[str, str]) -> Component:
        text = f"{row['copyright']}\n\n{text_of(row['licence'])}"
        return Component(row["name"], "", row["licence"], text)

    def _of_package(self, owner: Distribution) -> Component:
        name = owner.metadata["Name"].replace("_", "-")
        if name not in self._packages:
            stated = owner.metadata.get("License-Expression")
            licence = self._table["python"].get(name.lower()) or stated
            if not licence:
                raise SystemExit(f"installer/components.toml [python] does not say the licence of {name}")
            notices = [file for file in owner.files or () if ".dist-info/" in str(file)]
            notices = [file for file in notices if NOTICE.search(str(file).partition(".dist-info/")[2])]
            texts = [Path(str(owner.locate_file(file))).read_text(encoding="utf-8") for file in notices]
            if not texts or licence == "MPL-2.0":  # whose own file only names it
                texts = [*(texts or [f"Copyright by the authors of {name}"]), text_of(licence)]
            text = "\n\n".join(texts)
            self._packages[name] = Component(name, owner.version, licence, text, package=True)
        return self._packages[name]

    def _python(self) -> Component:
        version = ".".join(map(str, sys.version_info[:3]))
        places = [
            Path(sys.base_prefix, "LICENSE.txt"),
            *Path(sys.base_prefix, "lib").glob("python3*/LICENSE.txt"),
        ]
        text = next((p.read_text(encoding="utf-8") for p in places if p.is_file()), "")
        return Component(
            "Python", version, "Python-2.0", text or "See https://docs.python.org/3/license.html"
        )
