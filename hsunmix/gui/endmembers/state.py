"""What the window shows of endmembers that no session holds: what a result says of them."""

from __future__ import annotations

from dataclasses import dataclass

from hsunmix.methods.trust.constraints import Check
from hsunmix.methods.trust.suggestion import Suggestion
from hsunmix.model.unmixing import Unmixing

__all__ = ["Checked", "EndmembersState", "Suggested"]


@dataclass(frozen=True, eq=False)
class Checked:
    """What a result's constraints hide; stays until that of the next result is known."""

    result: Unmixing
    check: Check


@dataclass(frozen=True, eq=False)
class Suggested:
    """What a result's residual asks for; nothing where it is noise."""

    result: Unmixing
    found: Suggestion | None


@dataclass(frozen=True, eq=False)
class EndmembersState:
    """What was found out about a result.

    Attributes
    ----------
    checked : Checked or None
        What the constraints hide; of an older result while it is being found out for the newest.
    suggested : Suggested or None
        What the residual asks for.
    """

    checked: Checked | None = None
    suggested: Suggested | None = None
