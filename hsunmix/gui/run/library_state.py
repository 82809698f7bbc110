"""What the window knows of the library that a run chooses from."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LibraryClasses"]


@dataclass(frozen=True)
class LibraryClasses:
    """The library of a run.

    Attributes
    ----------
    opened : tuple of str
        Paths of the libraries that are open.
    classes : tuple of (str, int)
        Classes of what is chosen, and how many spectra each has; empty where nothing is.
    """

    opened: tuple[str, ...] = ()
    classes: tuple[tuple[str, int], ...] = ()
