"""Commands about files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hsunmix.gui.state.commands import Command
from hsunmix.session.recovery import Work

__all__ = [
    "AddScenes",
    "ChooseLayout",
    "ChooseWavelengths",
    "ClearRecent",
    "CloseFile",
    "CompareScenes",
    "DiscardWork",
    "Export",
    "ExportAll",
    "FuseCubes",
    "LocateCube",
    "LocateWork",
    "Open",
    "OpenFolder",
    "OpenSample",
    "OpenScenes",
    "OpenWork",
    "PutOffWork",
    "RemoveScene",
    "Save",
    "ShareEndmembers",
    "ShowScene",
    "UnmixAll",
    "WriteComponents",
]


@dataclass(frozen=True)
class Open(Command):
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
class OpenSample(Command):
    """Open the sample cube; ``unmix`` presses the button as well."""

    unmix: bool = False


@dataclass(frozen=True)
class ChooseLayout(Command):
    """Ask how the cube is stored in its file, and open it so."""


@dataclass(frozen=True)
class ChooseWavelengths(Command):
    """Ask for the wavelengths of the cube that is open; all work on it stays."""


@dataclass(frozen=True)
class LocateCube(Command):
    """Ask where the cube of a session is, and open the session with it."""

    session: Path


@dataclass(frozen=True)
class ClearRecent(Command):
    """Forget the recent files."""


@dataclass(frozen=True)
class Save(Command):
    """Save the session; ``new_place`` asks where even when it has a file, ``then`` follows a success."""

    new_place: bool = False
    then: Command | None = None


@dataclass(frozen=True)
class Export(Command):
    """Write products; asks which and where."""


@dataclass(frozen=True)
class OpenFolder(Command):
    """Show a folder in the system's file manager."""

    path: Path


@dataclass(frozen=True)
class OpenWork(Command):
    """Open work that was left behind.

    Attributes
    ----------
    work : Work
    cube : Path or None
        Where its cube is now, if not at its old place.
    discard : bool
        Don't ask about changes that are not saved.
    """

    work: Work
    cube: Path | None = None
    discard: bool = False


@dataclass(frozen=True)
class LocateWork(Command):
    """Ask where the cube of work that was left behind is, and open the work with it."""

    work: Work


@dataclass(frozen=True)
class DiscardWork(Command):
    """Remove work that was left behind, for good."""

    work: Work


@dataclass(frozen=True)
class PutOffWork(Command):
    """Ask about the work that was left behind at the next start again."""


@dataclass(frozen=True)
class OpenScenes(Command):
    """Open several files, or the cubes in folders, as scenes of one list.

    Attributes
    ----------
    paths : tuple of Path
    discard : bool
        Don't ask about changes that are not saved.
    """

    paths: tuple[Path, ...]
    discard: bool = False


@dataclass(frozen=True)
class AddScenes(Command):
    """Put more scenes into the list; without paths it asks which."""

    paths: tuple[Path, ...] = ()


@dataclass(frozen=True)
class ShowScene(Command):
    """Show a scene of the list, or the one so many behind the one shown.

    Attributes
    ----------
    index : int
    step : int
        Used instead where it is not zero.
    """

    index: int = 0
    step: int = 0


@dataclass(frozen=True)
class RemoveScene(Command):
    """Take a scene out of the list; its file stays."""

    index: int


@dataclass(frozen=True)
class ShareEndmembers(Command):
    """Let a scene that is shown take over the endmembers of the one before, or keep its own."""

    on: bool


@dataclass(frozen=True)
class CompareScenes(Command):
    """Show what has changed since, or until, another scene of the list, by its name: its place may change."""

    other: str


@dataclass(frozen=True)
class UnmixAll(Command):
    """Find one set of endmembers for all scenes of the list."""


@dataclass(frozen=True)
class ExportAll(Command):
    """Write the products of all scenes that have a result."""


@dataclass(frozen=True)
class CloseFile(Command):
    """Close what is open, and show the first page.

    Attributes
    ----------
    discard : bool
        Don't ask about changes that are not saved.
    """

    discard: bool = False


@dataclass(frozen=True)
class WriteComponents(Command):
    """Write noise adjusted components of the cube to a file, or the cube made of these alone.

    Attributes
    ----------
    denoised : bool
    """

    denoised: bool = False


@dataclass(frozen=True)
class FuseCubes(Command):
    """Write the cube with the pixels of a finer one of the same ground."""
