"""Intents about what is shown."""

from __future__ import annotations

from dataclasses import dataclass

from hsunmix.gui.intents.base import Intent

__all__ = [
    "Hover",
    "Locate",
    "SetStretch",
    "SetTheme",
    "ShowBands",
    "ShowEndmember",
    "ShowPage",
    "Zoom",
]


@dataclass(frozen=True)
class Hover(Intent):
    """The cursor is over a pixel; None when it left the image."""

    line: int | None = None
    sample: int | None = None


@dataclass(frozen=True)
class ShowPage(Intent):
    """Turn to a page of the image panel."""

    page: str


@dataclass(frozen=True)
class ShowEndmember(Intent):
    """Select an endmember; ``page`` turns to a page as well. ``step`` moves on from the selected one."""

    index: int = 0
    page: str = ""
    step: int = 0


@dataclass(frozen=True)
class ShowBands(Intent):
    """Choose the bands for red, green and blue."""

    bands: tuple[int, int, int]


@dataclass(frozen=True)
class SetStretch(Intent):
    """Choose the percentiles of the RGB image's stretch."""

    percentiles: tuple[float, float]


@dataclass(frozen=True)
class Zoom(Intent):
    """Zoom the image by a factor; 0 shows all of it."""

    factor: float = 0.0


@dataclass(frozen=True)
class Locate(Intent):
    """Show the pixel that an endmember comes from."""

    index: int


@dataclass(frozen=True)
class SetTheme(Intent):
    """Choose ``system``, ``light`` or ``dark``."""

    choice: str
