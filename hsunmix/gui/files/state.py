"""What the window shows of files that no session holds."""

from __future__ import annotations

from dataclasses import dataclass

from hsunmix.session.recovery import Work

__all__ = ["FilesState"]


@dataclass(frozen=True, eq=False)
class FilesState:
    """Work of before.

    Attributes
    ----------
    left_behind : tuple of Work
        Work that windows left behind which ended without saving it, the newest first.
    """

    left_behind: tuple[Work, ...] = ()
