"""What the window shows of vector layers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hsunmix.gui.vectors.outlines import Outlines

__all__ = ["Outlines", "VectorsState"]


@dataclass(frozen=True, eq=False)
class VectorsState:
    """Vector layers.

    Attributes
    ----------
    outlines : mapping of (path, layer) to Outlines
        Those that were read, on the scene that is shown.
    wrong : mapping of (path, layer) to str
        Why others were not.
    """

    outlines: Mapping[tuple[str, str], Outlines] = field(default_factory=dict)
    wrong: Mapping[tuple[str, str], str] = field(default_factory=dict)
