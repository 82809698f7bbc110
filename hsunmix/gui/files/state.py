"""What the window shows of files that no session holds."""

from __future__ import annotations

from dataclasses import dataclass

from hsunmix.session.recovery import Work

__all__ = ["FilesState"]


@dataclass(frozen=True, eq=False)
class FilesState:
    """Work of before, and how several scenes are worked with.

    Attributes
    ----------
    left_behind : tuple of Work
        Work that windows left behind which ended without saving it, the newest first.
    common : bool
        Whether a scene of the list that is shown takes over the endmembers of the one before.
    other : str
        Name of the scene of the list that the one shown is compared with; empty for the next that can be.
    """

    left_behind: tuple[Work, ...] = ()
    common: bool = True
    other: str = ""
