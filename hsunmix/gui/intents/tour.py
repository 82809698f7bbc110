"""Intents of the guided start."""

from __future__ import annotations

from dataclasses import dataclass

from hsunmix.gui.intents.base import Intent

__all__ = ["NextStep", "StartTour", "StopTour"]


@dataclass(frozen=True)
class StartTour(Intent):
    """Begin the guided start."""


@dataclass(frozen=True)
class NextStep(Intent):
    """Go on to the next step without doing this one."""


@dataclass(frozen=True)
class StopTour(Intent):
    """End the guided start."""
