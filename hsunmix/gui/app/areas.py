"""The divided areas of the window: the image above the spectra; beside them a column of the whole height."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QSizePolicy, QSplitter, QWidget

from hsunmix.gui.widgets.panel import Panel, named

__all__ = ["Areas"]

BOTTOM, LOWEST_BOTTOM = 0.3, 200  # share of the height that the spectra have at first; pixels at least
RIGHT, NARROWEST_RIGHT, WIDEST_RIGHT = 0.34, 400, 620  # share of the width that the column has at first
CENTRE = 500  # pixels that the image has at least, at first
BARS = 60  # pixels of height that menu and status line take


class Areas:
    """Puts panels into areas that the analyst can divide otherwise.

    Parameters
    ----------
    panels : mapping of str to sequence of Panel
        By their area: ``centre``, ``bottom``, ``right``.
    """

    def __init__(self, panels: Mapping[str, Sequence[Panel]]) -> None:
        self.splitters: dict[str, QSplitter] = {}
        across, down = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        right = self._splitter("rightArea", down, panels.get("right", []))
        centre = self._splitter("centreArea", across, panels.get("centre", []))
        bottom = self._splitter("bottomArea", across, panels.get("bottom", []))
        rows = self._splitter("rows", down, [centre, bottom])
        self.whole = self._splitter("columns", across, [rows, right])
        for k, share in enumerate((1 - BOTTOM, BOTTOM)):
            rows.setStretchFactor(k, round(100 * share))  # a larger window has larger spectra as well
        for k, share in enumerate((1 - RIGHT, RIGHT)):
            self.whole.setStretchFactor(k, round(100 * share))
        for k, part in enumerate(_parts(right)):
            right.setStretchFactor(k, int(_grows(part)))
        centre.setStretchFactor(0, 1)
        for panel in panels.get("right", []):
            panel.room_wanted.connect(partial(self._give, right, panel))

    def set_sizes(self, size: QSize, wanted: Mapping[str, Sequence[int]]) -> None:
        """Divide the areas of a window of this size; where no size is wanted, as at first."""
        high = max(size.height() - BARS, 1)
        bottom = max(round(BOTTOM * high), LOWEST_BOTTOM)
        side = min(max(round(RIGHT * size.width()), NARROWEST_RIGHT), WIDEST_RIGHT)
        first: dict[str, Sequence[int]] = {
            "columns": (max(size.width() - side, CENTRE), side),
            "rows": (max(high - bottom, bottom), bottom),
            "rightArea": self._heights(high),
        }
        for name, sizes in {**first, **wanted}.items():
            splitter = self.splitters.get(name)
            if splitter is not None and len(sizes) == splitter.count() and sum(sizes) > 0:
                splitter.setSizes(list(sizes))

    def sizes(self) -> dict[str, tuple[int, ...]]:
        """Return how the areas are divided now."""
        return {name: tuple(splitter.sizes()) for name, splitter in self.splitters.items()}

    def _heights(self, high: int) -> list[int]:
        """Return the heights in the column: what a panel asks for, and all else for those that grow."""
        right = self.splitters["rightArea"]
        parts = _parts(right)
        asked = [0 if _grows(part) else part.sizeHint().height() for part in parts]
        shown = sum(a for part, a in zip(parts, asked, strict=True) if not part.isHidden())
        growing = max(sum(map(_grows, parts)), 1)
        rest = max(high - shown, 0) // growing
        return [
            max(rest, part.minimumSizeHint().height()) if _grows(part) else a
            for part, a in zip(parts, asked, strict=True)
        ]

    def _give(self, splitter: QSplitter, panel: Panel, height: int) -> None:
        """Give a panel the height it asks for, as far as those that grow can give it."""
        sizes, at = splitter.sizes(), splitter.indexOf(panel)
        missing = height - sizes[at]
        for k, part in enumerate(_parts(splitter)):
            if k != at and _grows(part) and missing:
                least = max(part.minimumSizeHint().height(), part.minimumHeight())
                taken = min(missing, max(sizes[k] - least, 0))
                sizes[k], sizes[at], missing = sizes[k] - taken, sizes[at] + taken, missing - taken
        splitter.setSizes(sizes)

    def _splitter(self, name: str, orientation: Qt.Orientation, parts: Sequence[QWidget]) -> QSplitter:
        splitter = named(QSplitter(orientation), name, "Divided area")
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(6)
        for k, part in enumerate(parts):
            splitter.addWidget(part)
            splitter.handle(k).setAccessibleName("Divider")
        self.splitters[name] = splitter
        return splitter


def _parts(splitter: QSplitter) -> list[QWidget]:
    parts = (splitter.widget(k) for k in range(splitter.count()))
    return [part for part in parts if part is not None]


def _grows(part: QWidget) -> bool:
    """Whether a panel takes what room there is."""
    return part.sizePolicy().verticalPolicy() == QSizePolicy.Policy.Expanding
