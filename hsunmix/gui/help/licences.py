"""What this installation is made of, and under which licences.

A bundle brings the list that was made when it was built. Elsewhere the packages that pip installed
answer for themselves. No Qt here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from hsunmix.files import resource

__all__ = ["Licence", "licences"]

NOTICE = re.compile(r"\.dist-info/(licenses/)?[^/]*(licen[cs]e|copying|notice)", re.IGNORECASE)


@dataclass(frozen=True)
class Licence:
    """One part of the program.

    Attributes
    ----------
    name : str
        With its version.
    terms : str
        The licence's name, an SPDX expression where it is known.
    text : str
    """

    name: str
    terms: str
    text: str


def licences(folder: Path | None = None) -> list[Licence]:
    """Return what is shipped, hsunmix itself first.

    Parameters
    ----------
    folder : Path, optional
        Of the texts that a bundle brings; a file's first line is ``NAME VERSION: TERMS``.
    """
    folder = folder or resource("licences")
    bundled = [_bundled(path) for path in folder.glob("*.txt")]
    found = bundled or [_installed(package) for package in _packages("hsunmix")]
    return sorted(found, key=lambda part: (not part.name.startswith("hsunmix"), part.name.lower()))


def _bundled(path: Path) -> Licence:
    head, _, text = path.read_text(encoding="utf-8", errors="replace").partition("\n")
    name, _, terms = head.partition(": ")
    return Licence(name, terms, text.strip())


def _packages(root: str) -> list[Distribution]:
    """Return a package that is installed, and those that it needs."""
    found: dict[str, Distribution] = {}
    waiting = [root]
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        try:
            package = None if name in found else distribution(name)
        except PackageNotFoundError:  # needed on other systems, or not installed but in a checkout
            continue
        if package is not None:
            found[name] = package
            needs = [text for text in package.requires or () if "extra ==" not in text]
            waiting += [re.match(r"[\w.-]+", text)[0] for text in needs]  # type: ignore[index]
    return list(found.values())


def _installed(package: Distribution) -> Licence:
    about = package.metadata
    stated = _first(package, "License-Expression") or _first(package, "License")
    terms = stated if stated and len(stated) < 80 else _classified(about.get_all("Classifier") or [])
    files = [file for file in package.files or () if NOTICE.search(file.as_posix())]
    paths = [Path(str(package.locate_file(file))) for file in files]
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in paths if path.is_file()]
    text = "\n\n".join(texts) or "The package brings no text of its licence along; its project shows it."
    return Licence(f"{about['Name']} {package.version}", terms, text.strip())


def _first(package: Distribution, field: str) -> str:
    return str((package.metadata.get_all(field) or [""])[0])


def _classified(classifiers: list[str]) -> str:
    names = [line.rpartition(" :: ")[2] for line in classifiers if line.startswith("License ::")]
    return ", ".join(names) or "see the text"
