"""Intents about files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hsunmix.gui.intents.base import Intent

__all__ = [
    "ChooseLayout",
    "ClearRecent",
    "Export",
    "LocateCube",
    "Open",
    "OpenFolder",
    "OpenSample",
    "Quit",
    "Save",
]


@dataclass(frozen=True)
class Open(Intent):
    """Open a cube or a session; ``path`` None asks which.

    Attributes
    ----------
    options : tuple of (str, value)
        What the file doesn't say.
    cube : Path or None
        Where the cube of a session is now.
    rank : int
        How many endmembers to propose; 0 leaves it to the defaults.
    unmix, discard : bool
        Press the button as well; don't ask about changes that are not saved.
    """

    path: Path | None = None
    options: tuple[tuple[str, Any], ...] = ()
    cube: Path | None = None
    rank: int = 0
    unmix: bool = False
    discard: bool = False


@dataclass(frozen=True)
class OpenSample(Intent):
    """Open the sample cube; ``unmix`` presses the button as well."""

    unmix: bool = False


@dataclass(frozen=True)
class ChooseLayout(Intent):
    """Ask how the cube is stored in its file, and open it so."""


@dataclass(frozen=True)
class LocateCube(Intent):
    """Ask where the cube of a session is, and open the session with it."""

    session: Path


@dataclass(frozen=True)
class ClearRecent(Intent):
    """Forget the recent files."""


@dataclass(frozen=True)
class Save(Intent):
    """Save the session; ``new_place`` asks where even when it has a file, ``then`` follows a success."""

    new_place: bool = False
    then: Intent | None = None


@dataclass(frozen=True)
class Export(Intent):
    """Write products; asks which and where."""


@dataclass(frozen=True)
class Quit(Intent):
    """Close the window."""


@dataclass(frozen=True)
class OpenFolder(Intent):
    """Show a folder in the system's file manager."""

    path: Path
