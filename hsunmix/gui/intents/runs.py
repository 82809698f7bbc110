"""Intents about the results of a session: going back to one, comparing two, how many endmembers."""

from __future__ import annotations

from dataclasses import dataclass

from hsunmix.gui.intents.base import Intent

__all__ = [
    "BackTo",
    "CancelSweep",
    "CompareRuns",
    "DeleteRun",
    "Flicker",
    "KeepResult",
    "ShowPair",
    "StartSweep",
    "StopComparing",
]


@dataclass(frozen=True)
class BackTo(Intent):
    """Show an earlier result, with its endmembers and settings."""

    number: int


@dataclass(frozen=True)
class DeleteRun(Intent):
    """Take an earlier result out of the list."""

    number: int


@dataclass(frozen=True)
class KeepResult(Intent):
    """Put the result shown into the list as it is now."""


@dataclass(frozen=True)
class CompareRuns(Intent):
    """Compare two results, given by the numbers of their runs; None is the result shown."""

    first: int | None = None
    second: int | None = None


@dataclass(frozen=True)
class ShowPair(Intent):
    """Show the maps of another pair of endmembers of a comparison."""

    row: int


@dataclass(frozen=True)
class StopComparing(Intent):
    """Leave the comparison."""


@dataclass(frozen=True)
class Flicker(Intent):
    """Show the two maps of a comparison in turn, in one place, or beside each other again."""

    on: bool


@dataclass(frozen=True)
class StartSweep(Intent):
    """Run the method of the run panel with several numbers of endmembers.

    Attributes
    ----------
    first, last : int
        Smallest and largest number.
    seeds : int
        Runs for each.
    """

    first: int
    last: int
    seeds: int = 3


@dataclass(frozen=True)
class CancelSweep(Intent):
    """End these runs; what they have found so far stays."""
