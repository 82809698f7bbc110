"""A cell with a share: the percentage over a small bar."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from hsunmix.gui.endmembers.table_model import SHARE_ROLE
from hsunmix.gui.widgets.theme import LIGHT

__all__ = ["ShareDelegate"]


class ShareDelegate(QStyledItemDelegate):
    """Draws the bar under the text, in ``colour``."""

    colour = LIGHT.accent

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw the text, then the bar."""
        super().paint(painter, option, index)
        share = index.data(SHARE_ROLE)
        if share is None:
            return
        rect = QRectF(option.rect).adjusted(7, 0, -7, 0)
        bar = QRectF(rect.left(), rect.bottom() - 5, rect.width() * min(max(share, 0.0), 1.0), 2.5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self.colour))
        painter.drawRoundedRect(bar, 1, 1)
