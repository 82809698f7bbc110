"""Commands about feature space."""

from __future__ import annotations

from dataclasses import dataclass

from hsunmix.gui.state.commands import Command
from hsunmix.methods.feature_space import Axis

__all__ = ["BinSpace", "SelectInSpace", "SetSpaceAxes", "ShowScores", "WatchSpace"]


@dataclass(frozen=True)
class WatchSpace(Command):
    """Feature space is looked at, or no longer."""

    watched: bool


@dataclass(frozen=True)
class SetSpaceAxes(Command):
    """Lay the pixels out along other axes; None keeps one as it is."""

    x: Axis | None = None
    y: Axis | None = None


@dataclass(frozen=True)
class BinSpace(Command):
    """Count the pixels anew within the part that is seen.

    Attributes
    ----------
    box : tuple of 4 float, or None
        Left, right, bottom, top; None for all.
    """

    box: tuple[float, float, float, float] | None = None


@dataclass(frozen=True)
class SelectInSpace(Command):
    """Make the pixels within a polygon a region.

    Attributes
    ----------
    corners : tuple of (float, float)
        Along the two axes.
    endmember : bool
        Make the mean of their spectra an endmember as well.
    """

    corners: tuple[tuple[float, float], ...]
    endmember: bool = False


@dataclass(frozen=True)
class ShowScores(Command):
    """Lay the pixels out along the selected endmember's matched filter scores, and their infeasibility."""
