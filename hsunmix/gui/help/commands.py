"""Commands about the program itself and the guided start."""

from __future__ import annotations

from dataclasses import dataclass

from hsunmix.gui.state.commands import Command

__all__ = ["About", "Licences", "NextStep", "StartTour", "StopTour"]


@dataclass(frozen=True)
class About(Command):
    """Show the versions."""


@dataclass(frozen=True)
class Licences(Command):
    """Show the licences of what the program consists of."""


@dataclass(frozen=True)
class StartTour(Command):
    """Begin the guided start."""


@dataclass(frozen=True)
class NextStep(Command):
    """Go on to the next step without doing this one."""


@dataclass(frozen=True)
class StopTour(Command):
    """End the guided start."""
