"""Commands about the program itself and the guided start."""

from __future__ import annotations

from dataclasses import dataclass

from hsunmix.gui.state.commands import Intent

__all__ = ["About", "Licences", "NextStep", "StartTour", "StopTour"]


@dataclass(frozen=True)
class About(Intent):
    """Show the versions."""


@dataclass(frozen=True)
class Licences(Intent):
    """Show the licences of what the program consists of."""


@dataclass(frozen=True)
class StartTour(Intent):
    """Begin the guided start."""


@dataclass(frozen=True)
class NextStep(Intent):
    """Go on to the next step without doing this one."""


@dataclass(frozen=True)
class StopTour(Intent):
    """End the guided start."""
