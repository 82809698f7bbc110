"""What the analyst wants: panels and menus emit these, controllers carry them out.

An intent is plain data, so a test, a menu, a shortcut, a message's button and a mouse click all ask
for the same thing in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hsunmix.session.document import RunSettings

__all__ = [
    "About",
    "AddPixel",
    "CancelWork",
    "ClearPins",
    "ClearRecent",
    "CloseMessage",
    "Delete",
    "EditName",
    "EstimateRank",
    "Export",
    "Hover",
    "Intent",
    "Locate",
    "LocateCube",
    "Lock",
    "Open",
    "OpenFolder",
    "OpenSample",
    "Pin",
    "Quit",
    "Recolour",
    "Redo",
    "Rename",
    "Save",
    "SetRun",
    "SetStretch",
    "SetTheme",
    "ShowBands",
    "ShowEndmember",
    "ShowPage",
    "Undo",
    "Unmix",
    "Visible",
    "Zoom",
]


@dataclass(frozen=True)
class Intent:
    """Base of all intents."""


# Files


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


# Editing


@dataclass(frozen=True)
class Undo(Intent):
    """Take the last change back."""


@dataclass(frozen=True)
class Redo(Intent):
    """Do it again."""


@dataclass(frozen=True)
class Rename(Intent):
    """Give an endmember a name."""

    index: int
    name: str


@dataclass(frozen=True)
class EditName(Intent):
    """Begin to type a name for the selected endmember."""


@dataclass(frozen=True)
class Recolour(Intent):
    """Give an endmember a colour, ``#rrggbb``."""

    index: int
    colour: str


@dataclass(frozen=True)
class Visible(Intent):
    """Show an endmember in the plots or not."""

    index: int
    visible: bool


@dataclass(frozen=True)
class Lock(Intent):
    """Keep an endmember as it is in the next factorization, or not."""

    index: int
    locked: bool


@dataclass(frozen=True)
class Delete(Intent):
    """Delete an endmember and solve the abundances again."""

    index: int


@dataclass(frozen=True)
class AddPixel(Intent):
    """Make a pixel's spectrum an endmember and solve the abundances again."""

    line: int
    sample: int


@dataclass(frozen=True)
class Pin(Intent):
    """Pin a pixel into the spectra plot; a pinned one is taken out again."""

    line: int
    sample: int


@dataclass(frozen=True)
class ClearPins(Intent):
    """Take all pinned pixels out."""


# Looking


@dataclass(frozen=True)
class Hover(Intent):
    """The cursor is over a pixel; None when it left the image."""

    line: int | None = None
    sample: int | None = None


@dataclass(frozen=True)
class ShowPage(Intent):
    """Turn to a page of the image panel."""

    page: str


@dataclass(frozen=True)
class ShowEndmember(Intent):
    """Select an endmember; ``page`` turns to a page as well. ``step`` moves on from the selected one."""

    index: int = 0
    page: str = ""
    step: int = 0


@dataclass(frozen=True)
class ShowBands(Intent):
    """Choose the bands for red, green and blue."""

    bands: tuple[int, int, int]


@dataclass(frozen=True)
class SetStretch(Intent):
    """Choose the percentiles of the RGB image's stretch."""

    percentiles: tuple[float, float]


@dataclass(frozen=True)
class Zoom(Intent):
    """Zoom the image by a factor; 0 shows all of it."""

    factor: float = 0.0


@dataclass(frozen=True)
class Locate(Intent):
    """Show the pixel that an endmember comes from."""

    index: int


@dataclass(frozen=True)
class SetTheme(Intent):
    """Choose ``system``, ``light`` or ``dark``."""

    choice: str


# Work


@dataclass(frozen=True)
class SetRun(Intent):
    """The run panel says something else."""

    settings: RunSettings


@dataclass(frozen=True)
class Unmix(Intent):
    """Unmix with the settings of the run panel."""


@dataclass(frozen=True)
class EstimateRank(Intent):
    """Estimate how many endmembers there are."""


@dataclass(frozen=True)
class CancelWork(Intent):
    """Cancel what runs."""


@dataclass(frozen=True)
class CloseMessage(Intent):
    """Close the message bar."""


@dataclass(frozen=True)
class About(Intent):
    """Show the versions."""
