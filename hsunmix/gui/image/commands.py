"""Commands about what is shown of the scene."""

from __future__ import annotations

from dataclasses import dataclass

from hsunmix.gui.state.commands import Intent

__all__ = [
    "AddLayer",
    "DeleteLayer",
    "Hover",
    "Locate",
    "SetStretch",
    "ShowBand",
    "ShowBands",
    "ShowEndmember",
    "ShowLayer",
    "ShowOverview",
    "ShowPage",
    "ShowVeil",
    "StretchMaps",
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
