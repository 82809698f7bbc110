"""The version, from the one place where it stands."""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["changelog_has", "released", "version"]


def version(root: Path) -> str:
    """Return the version of a checkout, without importing it."""
    text = (root / "hsunmix" / "_version.py").read_text(encoding="utf-8")
    found = re.search(r'__version__ = "([^"]+)"', text)
    if found is None:
        raise SystemExit("hsunmix/_version.py names no version")
    return found[1]


def released(root: Path) -> list[str]:
    """Return the versions that the changelog has a section of, newest first."""
    text = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    return re.findall(r"^## \[(\d[^\]]*)\]", text, re.MULTILINE)


def changelog_has(root: Path, number: str) -> bool:
    """Whether the changelog says what a version brings."""
    return number in released(root)
