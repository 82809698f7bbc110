"""What the window shows of its help that no session holds."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["HelpState"]


@dataclass(frozen=True, eq=False)
class HelpState:
    """The guided start.

    Attributes
    ----------
    tour : int or None
        Its step.
    """

    tour: int | None = None
