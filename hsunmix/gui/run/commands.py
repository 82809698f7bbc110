"""Commands about unmixing and the results of the session."""

from __future__ import annotations

from dataclasses import dataclass

from hsunmix.gui.state.commands import Command
from hsunmix.session.document import RunSettings

__all__ = [
    "CancelSweep",
    "CompareRuns",
    "CopyCommand",
    "CopyScript",
    "DeleteRun",
    "EstimateRank",
    "Flicker",
    "KeepResult",
    "LookAt",
    "RestoreRun",
    "SetRun",
    "ShowAdvanced",
    "ShowPair",
    "SolveAgain",
    "StartSweep",
    "StopComparing",
    "Unmix",
    "UseEndmembers",
]


@dataclass(frozen=True)
class SetRun(Command):
    """The run panel says something else."""

    settings: RunSettings


@dataclass(frozen=True)
class Unmix(Command):
    """Unmix with the settings of the run panel."""


@dataclass(frozen=True)
class ShowAdvanced(Command):
    """Show the parameters of the methods, or don't."""

    shown: bool


@dataclass(frozen=True)
class UseEndmembers(Command):
    """Find only the abundances of the endmembers in the table, as a run of its own."""


@dataclass(frozen=True)
class EstimateRank(Command):
    """Estimate how many endmembers there are."""


@dataclass(frozen=True)
class LookAt(Command):
    """The image shows this part of the scene: it is solved first.

    Attributes
    ----------
    window : tuple of 4 int, or None
        First line, one past the last, first sample, one past the last; None means all of it.
    """

    window: tuple[int, int, int, int] | None = None


@dataclass(frozen=True)
class SolveAgain(Command):
    """Solve for the abundances of the endmembers there are; ``abundance`` changes the constraint."""

    abundance: str = ""


@dataclass(frozen=True)
class CopyCommand(Command):
    """Copy the command line that makes the result shown."""


@dataclass(frozen=True)
class CopyScript(Command):
    """Copy a Python script that makes the result shown, edits included."""


@dataclass(frozen=True)
class RestoreRun(Command):
    """Show an earlier result, with its endmembers and settings."""

    number: int


@dataclass(frozen=True)
class DeleteRun(Command):
    """Take an earlier result out of the list."""

    number: int


@dataclass(frozen=True)
class KeepResult(Command):
    """Put the result shown into the list as it is now."""


@dataclass(frozen=True)
class CompareRuns(Command):
    """Compare two results, given by the numbers of their runs; None is the result shown."""

    first: int | None = None
    second: int | None = None


@dataclass(frozen=True)
class ShowPair(Command):
    """Show the maps of another pair of endmembers of a comparison."""

    row: int


@dataclass(frozen=True)
class StopComparing(Command):
    """Leave the comparison."""


@dataclass(frozen=True)
class Flicker(Command):
    """Show the two maps of a comparison in turn, in one place, or beside each other again."""

    on: bool


@dataclass(frozen=True)
class StartSweep(Command):
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
class CancelSweep(Command):
    """End these runs; what they have found so far stays."""
