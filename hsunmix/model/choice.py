"""A method that is chosen, and what is said of its parameters: for whatever part it takes in a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Choice"]


@dataclass(frozen=True)
class Choice:
    """A method that is chosen, and what is said of its parameters.

    The method of a run, the one for its abundances, the one that it starts from and an estimate of the
    number of endmembers are all chosen so; which kind of method it is, is said by where it stands.

    Attributes
    ----------
    method : str
        Its identifier; empty where nothing was chosen.
    parameters : mapping
        By name; what is left out has its default.
    """

    method: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
