"""Commands about spectral libraries."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hsunmix.gui.state.commands import Command

__all__ = ["AddFromLibrary", "CloseLibraries", "Compare", "OpenLibrary", "ShowMatches"]


@dataclass(frozen=True)
class AddFromLibrary(Command):
    """Make spectra of the library endmembers; none asks which.

    Attributes
    ----------
    entries : tuple of int
    factor : float or None
        By what they are multiplied; None as their library needs.
    origin : str
        The library whose spectra are offered first, all of them selected.
    """

    entries: tuple[int, ...] = ()
    factor: float | None = None
    origin: str = ""


@dataclass(frozen=True)
class ShowMatches(Command):
    """Show what of the library is most like an endmember; −1 the selected one."""

    index: int = -1


@dataclass(frozen=True)
class Compare(Command):
    """Draw a spectrum of the library over an endmember; ``entry`` −1 takes it away."""

    index: int = -1
    entry: int = -1


@dataclass(frozen=True)
class OpenLibrary(Command):
    """Use another spectral library as well; ``path`` None asks which."""

    path: Path | None = None


@dataclass(frozen=True)
class CloseLibraries(Command):
    """Use only the library that comes with the program."""
