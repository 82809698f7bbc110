"""Commands about what is shown of the scene."""

from __future__ import annotations

from dataclasses import dataclass

from hsunmix.gui.state.commands import Command

__all__ = [
    "AddLayer",
    "DeleteLayer",
    "Hover",
    "Locate",
    "SetColours",
    "SetLevels",
    "SetStretch",
    "ShowBand",
    "ShowBands",
    "ShowEndmember",
    "ShowLargest",
    "ShowLayer",
    "ShowMap",
    "ShowOverview",
    "ShowPage",
    "ShowScale",
    "ShowVeil",
    "StretchMaps",
    "Zoom",
]


@dataclass(frozen=True)
class Hover(Command):
    """The cursor is over a pixel; None when it left the image."""

    line: int | None = None
    sample: int | None = None


@dataclass(frozen=True)
class ShowPage(Command):
    """Turn to a page of the image panel."""

    page: str


@dataclass(frozen=True)
class ShowEndmember(Command):
    """Select an endmember; ``page`` turns to a page as well. ``step`` moves on from the selected one."""

    index: int = 0
    page: str = ""
    step: int = 0


@dataclass(frozen=True)
class ShowBands(Command):
    """Choose the bands for red, green and blue."""

    bands: tuple[int, int, int]


@dataclass(frozen=True)
class SetStretch(Command):
    """Choose the percentiles of the RGB image's stretch."""

    percentiles: tuple[float, float]


@dataclass(frozen=True)
class Zoom(Command):
    """Zoom the image by a factor; 0 shows all of it."""

    factor: float = 0.0


@dataclass(frozen=True)
class Locate(Command):
    """Show the pixel that an endmember comes from."""

    index: int


@dataclass(frozen=True)
class ShowVeil(Command):
    """Veil the masked pixels, or don't."""

    veiled: bool


@dataclass(frozen=True)
class ShowOverview(Command):
    """Show the whole scene in a corner while a part of it is seen, or don't."""

    shown: bool


@dataclass(frozen=True)
class AddLayer(Command):
    """Show an expression as an image; what is planned for the mask when the text is empty."""

    text: str = ""
    name: str = ""


@dataclass(frozen=True)
class DeleteLayer(Command):
    """Take a layer away; −1 the one shown."""

    index: int = -1


@dataclass(frozen=True)
class ShowLayer(Command):
    """Turn to a layer."""

    index: int


@dataclass(frozen=True)
class ShowMap(Command):
    """Turn to a map that a method found besides abundances."""

    name: str
    layer: int = 0


@dataclass(frozen=True)
class ShowBand(Command):
    """Turn to one band, in grey; ``step`` moves on from the one shown."""

    band: int = 0
    step: int = 0


@dataclass(frozen=True)
class StretchMaps(Command):
    """Stretch all maps alike between two percentiles; None shows 0 to 1."""

    percentiles: tuple[float, float] | None


@dataclass(frozen=True)
class SetColours(Command):
    """Choose the colour table of the kind of map that is shown."""

    table: str


@dataclass(frozen=True)
class SetLevels(Command):
    """Show these values as the lowest and the highest colour; None goes by the stretch again."""

    levels: tuple[float, float] | None = None


@dataclass(frozen=True)
class ShowLargest(Command):
    """Show on the page of the mixture only the endmember of the largest fraction, or the mixture again."""

    shown: bool


@dataclass(frozen=True)
class ShowScale(Command):
    """Tell distances and the north on the image, or don't."""

    shown: bool
