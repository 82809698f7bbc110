"""Intents about the work."""

from __future__ import annotations

from dataclasses import dataclass

from hsunmix.gui.intents.base import Intent
from hsunmix.session.document import RunSettings

__all__ = [
    "About",
    "CancelWork",
    "CloseMessage",
    "Escape",
    "EstimateRank",
    "SetRun",
    "Tell",
    "Unmix",
    "UseEndmembers",
]


@dataclass(frozen=True)
class SetRun(Intent):
    """The run panel says something else."""

    settings: RunSettings


@dataclass(frozen=True)
class Unmix(Intent):
    """Unmix with the settings of the run panel."""


@dataclass(frozen=True)
class UseEndmembers(Intent):
    """Find only the abundances of the endmembers in the table, as a run of its own."""


@dataclass(frozen=True)
class EstimateRank(Intent):
    """Estimate how many endmembers there are."""


@dataclass(frozen=True)
class CancelWork(Intent):
    """Cancel what runs."""


@dataclass(frozen=True)
class Escape(Intent):
    """Leave what is innermost: the tool in hand, the mask that is planned, the work, the message."""


@dataclass(frozen=True)
class Tell(Intent):
    """Tell for a moment why something that was asked for changes nothing."""

    text: str = ""


@dataclass(frozen=True)
class CloseMessage(Intent):
    """Close the message bar."""


@dataclass(frozen=True)
class About(Intent):
    """Show the versions."""
