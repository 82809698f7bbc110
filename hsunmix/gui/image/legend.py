"""What the colours of the image mean: the room beside it, which is as wide on every page."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from hsunmix.gui.image.drawing import Scale
from hsunmix.gui.image.images import colours
from hsunmix.gui.widgets.colour_bar import ColourBar
from hsunmix.gui.widgets.panel import named
from hsunmix.gui.widgets.theme import LIGHT, Theme

__all__ = ["Legend"]

PART, NARROWEST, WIDEST = 0.15, 84, 160  # of the image's width; in logical pixels


class Legend(QWidget):
    """Colour bars above each other, in room that is kept: the image stands still from page to page."""

    def __init__(self) -> None:
        super().__init__()
        named(self, "imageLegend", "What the colours mean")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self._theme = LIGHT
        self._lines = QVBoxLayout(self)
        self._lines.setContentsMargins(0, 4, 0, 4)
        self._lines.setSpacing(0)
        self.bars: list[ColourBar] = []
        self._add()

    def sizeHint(self) -> QSize:
        """A part of the image's width, whatever is shown."""
        parent = self.parentWidget()
        wide = 0 if parent is None else round(PART * parent.width())
        return QSize(min(max(wide, NARROWEST), WIDEST), 100)

    def minimumSizeHint(self) -> QSize:
        """The same: what is shown has to make do with it."""
        return QSize(NARROWEST, 0)

    def show_scales(self, scales: tuple[Scale, ...]) -> None:
        """Show a bar for each of these."""
        while len(self.bars) < len(scales):
            self._add()
        for k, bar in enumerate(self.bars):
            bar.setVisible(k < len(scales))
            if k < len(scales):
                scale = scales[k]
                bar.set_scale(colours(scale.table), scale.low, scale.high, scale.label, scale.names)

    def dress(self, theme: Theme) -> None:
        """Colour the ticks."""
        self._theme = theme
        for bar in self.bars:
            bar.set_colours(theme.muted, theme.border)

    def _add(self) -> None:
        bar = ColourBar(f"colourBar{len(self.bars) or ''}", "Colour bar")
        bar.set_colours(self._theme.muted, self._theme.border)
        bar.hide()
        self._lines.addWidget(bar)
        self.bars.append(bar)
