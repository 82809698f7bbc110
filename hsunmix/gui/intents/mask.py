"""Intents about the mask, and about layers by band maths."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hsunmix.gui.intents.base import Intent

__all__ = [
    "AddLayer",
    "ApplyMask",
    "CancelMask",
    "ClearMask",
    "DeleteLayer",
    "InvertMask",
    "MaskFile",
    "MaskRegion",
    "PlanMask",
    "SaveMask",
    "ShowBand",
    "ShowLayer",
    "ShowOverview",
    "ShowVeil",
    "StretchMaps",
]


@dataclass(frozen=True)
class PlanMask(Intent):
    """Show what an expression would keep; nothing is changed yet.

    Attributes
    ----------
    text : str
        A condition, or an expression for numbers, which is then compared with the threshold.
    sense : str
        ``>`` or ``<``.
    threshold : float or None
        None takes one that suits the expression.
    how : str
        ``replace``, ``narrow`` or ``widen`` the mask that there is.
    """

    text: str = "ndvi"
    sense: str = ">"
    threshold: float | None = None
    how: str = "replace"


@dataclass(frozen=True)
class ApplyMask(Intent):
    """Make what was planned the mask."""


@dataclass(frozen=True)
class CancelMask(Intent):
    """Forget what was planned."""


@dataclass(frozen=True)
class MaskRegion(Intent):
    """Use only the pixels of a region, or all but them."""

    index: int
    keep: bool = True


@dataclass(frozen=True)
class MaskFile(Intent):
    """Use only the pixels where an image file is not zero; ``path`` None asks which."""

    path: Path | None = None


@dataclass(frozen=True)
class SaveMask(Intent):
    """Write the mask as an image file; asks where."""


@dataclass(frozen=True)
class InvertMask(Intent):
    """Use the pixels that are masked, and mask the others."""


@dataclass(frozen=True)
class ClearMask(Intent):
    """Use all pixels."""


@dataclass(frozen=True)
class ShowVeil(Intent):
    """Veil the masked pixels, or don't."""

    veiled: bool


@dataclass(frozen=True)
class ShowOverview(Intent):
    """Show the whole scene in a corner while a part of it is seen, or don't."""

    shown: bool


@dataclass(frozen=True)
class AddLayer(Intent):
    """Show an expression as an image; what is planned for the mask when the text is empty."""

    text: str = ""
    name: str = ""


@dataclass(frozen=True)
class DeleteLayer(Intent):
    """Take a layer away; −1 the one shown."""

    index: int = -1


@dataclass(frozen=True)
class ShowLayer(Intent):
    """Turn to a layer."""

    index: int


@dataclass(frozen=True)
class ShowBand(Intent):
    """Turn to one band, in grey; ``step`` moves on from the one shown."""

    band: int = 0
    step: int = 0


@dataclass(frozen=True)
class StretchMaps(Intent):
    """Stretch all maps alike between two percentiles; None shows 0 to 1."""

    percentiles: tuple[float, float] | None
