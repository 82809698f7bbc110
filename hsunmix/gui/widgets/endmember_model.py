"""The endmembers as a table for Qt: rows from the document, edits as intents."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap

from hsunmix.gui.icons import icon
from hsunmix.gui.intents import Intent, Lock, Rename, Visible
from hsunmix.gui.means import means
from hsunmix.gui.theme import LIGHT, Theme
from hsunmix.model.spectra import Endmember
from hsunmix.session.document import Document

__all__ = ["COLOUR", "LOCK", "MEAN", "NAME", "SHARE_ROLE", "SOURCE", "VISIBLE", "EndmemberModel", "swatch"]

VISIBLE, COLOUR, NAME, SOURCE, MEAN, LOCK = range(6)
HEADINGS = ("", "", "Name", "Source", "Mean", "")
SPOKEN = ("Visible", "Colour", "Name", "Source", "Mean abundance", "Locked")
TIPS = (
    "Shown in the plots",
    "Colour in all plots; double-click to change",
    "Name; double-click or F2 to change",
    "Where the spectrum comes from",
    "Mean abundance over the pixels used",
    "Locked endmembers stay as they are when a factorization runs",
)
SHARE_ROLE = Qt.ItemDataRole.UserRole + 1

Role = Qt.ItemDataRole
Index = QModelIndex | QPersistentModelIndex


@lru_cache(maxsize=256)
def swatch(colour: str, border: str, size: int = 32) -> QIcon:
    """Return a rounded square of one colour."""
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(QColor(colour))
    painter.setPen(QColor(border))
    inset = size / 10
    painter.drawRoundedRect(QRectF(inset, inset, size - 2 * inset, size - 2 * inset), size / 6, size / 6)
    painter.end()
    result = QIcon(pixmap)
    result.addPixmap(pixmap, QIcon.Mode.Selected)  # or a selected row would tint it
    return result


class EndmemberModel(QAbstractTableModel):
    """Rows are endmembers; the columns are ``VISIBLE`` … ``LOCK``.

    Parameters
    ----------
    emit : callable
        Gets the intents; the model itself changes nothing.
    """

    def __init__(self, emit: Callable[[Intent], None]) -> None:
        super().__init__()
        self._emit = emit
        self._members: tuple[Endmember, ...] = ()
        self._means: tuple[float, ...] = ()
        self._theme = LIGHT

    def show(self, document: Document) -> None:
        """Show a document's endmembers; the selection is kept when their number is the same."""
        members = document.endmembers
        shares = () if document.unmixing is None else tuple(means(document.unmixing))
        same = len(members) == len(self._members)
        if not same:
            self.beginResetModel()
        self._members, self._means = members, shares
        if not same:
            self.endResetModel()
        elif members:
            self.dataChanged.emit(self.index(0, 0), self.index(len(members) - 1, LOCK))

    def dress(self, theme: Theme) -> None:
        """Take on a theme's colours."""
        self._theme = theme
        if self._members:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._members) - 1, LOCK))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of endmembers."""
        return 0 if parent.isValid() else len(self._members)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of columns."""
        return 0 if parent.isValid() else len(HEADINGS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        """Headings, and what they mean."""
        if orientation == Qt.Orientation.Vertical:
            return None
        texts = {
            Role.DisplayRole: HEADINGS,
            Role.ToolTipRole: TIPS,
            Role.AccessibleTextRole: SPOKEN,
        }.get(Role(role))
        if texts is not None:
            return texts[section]
        return (
            int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
            if role == Role.TextAlignmentRole
            else None
        )

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        """What a cell shows."""
        member, column = self._members[index.row()], index.column()
        share = self._means[index.row()] if index.row() < len(self._means) else None
        texts = ("", "", member.name, _place(member), "" if share is None else f"{100 * share:.0f} %", "")
        if role in (Role.DisplayRole, Role.EditRole):
            return texts[column]
        if role == Role.DecorationRole:
            return self._picture(member, column)
        if role == Role.AccessibleTextRole:
            said = {VISIBLE: _yes(member.visible), COLOUR: member.colour, LOCK: _yes(member.locked)}
            return f"{SPOKEN[column]}: {said.get(column, texts[column])}"
        if role == Role.ToolTipRole:
            return f"{member.name}, {member.source}" if column in (NAME, SOURCE) else TIPS[column]
        if role == Role.ForegroundRole and (column in (SOURCE, MEAN) or not member.visible):
            return QColor(self._theme.muted)
        if role == SHARE_ROLE and column == MEAN:
            return share
        return None

    def setData(self, index: Index, value: Any, role: int = Role.EditRole) -> bool:
        """Ask for a new name; what is empty or the same is no change."""
        name = " ".join(str(value).split())
        if role != Role.EditRole or index.column() != NAME or not name:
            return False
        if name != self._members[index.row()].name:
            self._emit(Rename(index.row(), name))
        return True

    def toggle(self, row: int, column: int) -> None:
        """Ask for the opposite of what a cell shows."""
        member = self._members[row]
        if column == VISIBLE:
            self._emit(Visible(row, not member.visible))
        elif column == LOCK:
            self._emit(Lock(row, not member.locked))

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Names can be edited."""
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() == NAME else flags

    def _picture(self, member: Endmember, column: int) -> QIcon | None:
        if column == VISIBLE:
            return icon(
                "eye" if member.visible else "eye-off",
                self._theme.text if member.visible else self._theme.muted,
            )
        if column == COLOUR:
            return swatch(member.colour, self._theme.border)
        if column == LOCK:
            return icon("lock", self._theme.accent) if member.locked else icon("unlock", self._theme.border)
        return None


def _place(member: Endmember) -> str:
    """Return the source in few letters."""
    source = member.source
    if source.line is None or source.sample is None:
        return str(source)
    return f"{'≈ ' if source.kind == 'smoothed' else ''}{source.line}, {source.sample}"


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"
