"""Intents about work that a window left behind when it ended without saving."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hsunmix.gui.intents.base import Intent
from hsunmix.session.recovery import Work

__all__ = ["DiscardWork", "LocateWork", "OpenWork", "PutOffWork"]


@dataclass(frozen=True)
class OpenWork(Intent):
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
class LocateWork(Intent):
    """Ask where the cube of work that was left behind is, and open the work with it."""

    work: Work


@dataclass(frozen=True)
class DiscardWork(Intent):
    """Remove work that was left behind, for good."""

    work: Work


@dataclass(frozen=True)
class PutOffWork(Intent):
    """Ask about the work that was left behind at the next start again."""
