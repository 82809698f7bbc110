"""The abundances of one pixel as bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from hsunmix.gui.widgets.accessibility import Role
from hsunmix.gui.widgets.panel import named
from hsunmix.gui.widgets.pictured import picture_menu, rows_of
from hsunmix.gui.widgets.theme import LIGHT, Theme

__all__ = ["AbundanceBars", "Share"]

WIDTH, NARROWEST, PART = 250, 170, 0.27  # in logical pixels; of the panel's width
NONE = "No pixel"
NAMES = 0.46  # of the width
PERCENT = 44.0  # room for the number, in logical pixels


@dataclass(frozen=True)
class Share:
    """One bar."""

    name: str
    colour: str
    share: float
    sd: float | None = None

    @property
    def text(self) -> str:
        """The percentage, with its standard deviation where that is known."""
        if self.sd is None:
            return f"{100 * self.share:.0f} %"
        digits = 1 if 100 * self.sd < 0.95 else 0  # a deviation never reads as none
        return f"{100 * self.share:.{digits}f} ± {100 * self.sd:.{digits}f} %"


class AbundanceBars(QWidget):
    """A row for every endmember: colour, name, bar, percentage. The largest where not all have room."""

    accessible_role = Role.Chart

    def __init__(self, name: str, title: str) -> None:
        super().__init__()
        named(self, name, title)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setAccessibleDescription(NONE)
        self.theme: Theme = LIGHT
        self.shares: tuple[Share, ...] = ()
        self.why = ""

    def sizeHint(self) -> QSize:
        """Width for a name and a bar; less in a narrow window."""
        parent = self.parentWidget()
        wide = WIDTH if parent is None else min(WIDTH, max(round(PART * parent.width()), NARROWEST))
        return QSize(wide, 100)

    def set_shares(self, shares: Sequence[Share], why: str = "") -> None:
        """Show these; where there are none, why."""
        if why != self.why:
            self.why = why
            self.update()
        if tuple(shares) != self.shares:
            self.shares = tuple(shares)
            said = ", ".join(f"{s.name} {s.text}" for s in self.shares)
            self.setAccessibleDescription(said or NONE)
            self.update()

    def numbers(self) -> str:
        """Return the abundances."""
        return rows_of(("Endmember", "Abundance"), ((s.name, s.share) for s in self.shares))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Show what can be done with the picture."""
        picture_menu(self).popup(event.globalPos())

    def rows(self) -> list[Share]:
        """Return the shares that have room, in their order."""
        most = max(1, int(self.height() // self._row()))
        if len(self.shares) <= most:
            return list(self.shares)
        kept = sorted(range(len(self.shares)), key=lambda k: -abs(self.shares[k].share))[:most]
        return [self.shares[k] for k in sorted(kept)]

    def _row(self) -> float:
        return QFontMetricsF(self.font()).height() + 5

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the rows."""
        rows = self.rows()
        painter = QPainter(self)
        if not rows:
            painter.setPen(QColor(self.theme.muted))
            flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
            painter.drawText(QRectF(self.rect()), int(flags), self.why)
            painter.end()
            return
        metrics, row = QFontMetricsF(self.font()), self._row()
        longest = max(1.0, *(abs(r.share) for r in rows))
        widest = max(metrics.horizontalAdvance(entry.name) for entry in rows) + 8
        named_width = min(NAMES * self.width(), widest)
        # Room for the longest, so that bars begin and end together.
        percent = max(PERCENT, *(metrics.horizontalAdvance(entry.text) + 10 for entry in rows))
        full = self.width() - named_width - percent - 8
        for k, entry in enumerate(rows):
            top = k * row
            painter.setPen(QColor(self.theme.text))
            name = metrics.elidedText(entry.name, Qt.TextElideMode.ElideMiddle, named_width - 6)
            middle = int(Qt.AlignmentFlag.AlignVCenter)
            painter.drawText(QRectF(0, top, named_width - 6, row), middle, name)
            bar = QRectF(named_width, top + 4, full, row - 8)
            painter.fillRect(bar, QColor(self.theme.faint))
            part = QRectF(bar.left(), bar.top(), bar.width() * abs(entry.share) / longest, bar.height())
            ink = QColor(entry.colour)
            painter.fillRect(part, ink if entry.share >= 0 else QColor(self.theme.error_text))
            painter.setPen(QColor(self.theme.muted))
            number = QRectF(self.width() - percent, top, percent - 4, row)
            painter.drawText(number, middle | int(Qt.AlignmentFlag.AlignRight), entry.text)
        painter.end()
