"""The endmembers as a table for Qt: rows from the document, edits as commands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import (
    QAbstractTableModel,
    QByteArray,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
)
from PySide6.QtGui import QColor, QIcon

from hsunmix.gui.commands import Command, Lock, Rename, Reorder, Visible
from hsunmix.gui.library.state import LibraryState
from hsunmix.gui.state.means import means
from hsunmix.gui.state.view_state import ViewState
from hsunmix.gui.widgets.icons import icon, swatch
from hsunmix.gui.widgets.theme import LIGHT, Theme
from hsunmix.gui.widgets.tooltips import wrapped
from hsunmix.model.library import material
from hsunmix.model.matching import Match
from hsunmix.model.spectra import Endmember
from hsunmix.session.document import Document

__all__ = [
    "COLOUR",
    "LOCK",
    "MATCH",
    "MEAN",
    "NAME",
    "SHARE_ROLE",
    "SOURCE",
    "SURE",
    "VISIBLE",
    "EndmemberModel",
]

VISIBLE, COLOUR, NAME, SOURCE, MEAN, SURE, MATCH, LOCK = range(8)
HEADINGS = ("", "", "Name", "Source", "Mean", "Spread", "Library", "")
SPOKEN = (
    "Visible", "Colour", "Name", "Source", "Mean abundance", "How far it might be another",
    "Most like, in the library", "Locked",
)  # fmt: skip
TIPS = (
    "Shown in the plots",
    "Colour in all plots; double-click to change",
    "Name; double-click or F2 to change",
    "Where the spectrum comes from; double-click to see the place",
    "Mean abundance over the pixels used",
    "How far other spectra that explain the scene as well are from this one; stable: within 1°",
    "The library's spectrum at the smallest angle: a hint, no proof; double-click for more",
    "Locked endmembers stay as they are when a factorization runs",
)
SHARE_ROLE = Qt.ItemDataRole.UserRole + 1
WHOLE = 1.0001  # means above it are no fractions; the rest is rounding
UNLIKE = np.radians(10)  # at larger angles a match is shown faintly
# Asked for some hundred times in every repainting: made once.
ORDINARY = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled
EDITABLE = ORDINARY | Qt.ItemFlag.ItemIsEditable
ROW_TYPE = "application/x-hsunmix-endmember"

Role = Qt.ItemDataRole
Index = QModelIndex | QPersistentModelIndex


class EndmemberModel(QAbstractTableModel):
    """Rows are endmembers; the columns are ``VISIBLE`` … ``LOCK``.

    Parameters
    ----------
    emit : callable
        Gets the commands; the model itself changes nothing.
    """

    def __init__(self, emit: Callable[[Command], None]) -> None:
        super().__init__()
        self._emit = emit
        self._members: tuple[Endmember, ...] = ()
        self._means: tuple[float, ...] = ()
        self._sure: tuple[str, ...] = ()
        self._matches: tuple[tuple[Match, ...], ...] = ()
        self._theme = LIGHT

    def show(self, document: Document) -> None:
        """Show a document's endmembers.

        The selection, and a name that is being typed, are kept when their number is the same.
        """
        members = document.endmembers
        shares = () if document.unmixing is None else tuple(means(document.unmixing))
        same = len(members) == len(self._members)
        if not same:
            self.beginResetModel()
        self._members, self._means, self._sure = members, shares, _sure(document)
        if not same:
            self.endResetModel()
        elif members:
            self.dataChanged.emit(self.index(0, 0), self.index(len(members) - 1, LOCK))

    @property
    def says_how_sure(self) -> bool:
        """Whether anything is known of how far endmembers might be others."""
        return any(self._sure)

    def show_matches(self, state: ViewState) -> None:
        """Show what of the library is most like each endmember."""
        matches = tuple(state[LibraryState].matches(member) for member in self._members)
        if matches != self._matches:
            self._matches = matches
            self._repaint()

    def dress(self, theme: Theme) -> None:
        """Take on a theme's colours."""
        self._theme = theme
        self._repaint()

    def _repaint(self) -> None:
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
            Role.ToolTipRole: tuple(map(wrapped, TIPS)),
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
        row, column = index.row(), index.column()
        member = self._members[row]
        if role in (Role.DisplayRole, Role.EditRole):
            return self._text(row, column)
        if role == Role.DecorationRole:
            return self._picture(member, column)
        if role == Role.ForegroundRole:
            return self._ink(row, column)
        if role == SHARE_ROLE and column == MEAN:
            return self._means[row] if row < len(self._means) else None
        if role == Role.AccessibleTextRole:
            said = {VISIBLE: _yes(member.visible), COLOUR: member.colour, LOCK: _yes(member.locked)}
            return f"{SPOKEN[column]}: {said.get(column) or self._text(row, column)}"
        if role == Role.ToolTipRole:
            matches = self._matches_of(row)
            if column == MATCH and matches:
                return "\n".join([wrapped(TIPS[MATCH]), *(f"{_angle(m)}  {m.name}" for m in matches)])
            return f"{member.name}, {member.source}" if column in (NAME, SOURCE) else wrapped(TIPS[column])
        return None

    def _text(self, row: int, column: int) -> str:
        if column == NAME:
            return self._members[row].name
        if column == SOURCE:
            return _place(self._members[row])
        if column == MATCH:
            return _like(self._matches_of(row))
        if column == SURE:
            return self._sure[row] if row < len(self._sure) else ""
        share = self._means[row] if column == MEAN and row < len(self._means) else np.nan
        return f"{100 * share:.0f} %" if np.isfinite(share) else ""

    def _ink(self, row: int, column: int) -> QColor | None:
        if column not in (SOURCE, MEAN, SURE, MATCH) and self._members[row].visible:
            return None
        if column == MEAN and row < len(self._means) and self._means[row] > WHOLE:
            return QColor(self._theme.error_text)  # no fraction
        matches = self._matches_of(row) if column == MATCH else ()
        return QColor(self._theme.disabled if matches and matches[0].score > UNLIKE else self._theme.muted)

    def _matches_of(self, row: int) -> tuple[Match, ...]:
        return self._matches[row] if row < len(self._matches) else ()

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
        """Names can be edited; rows can be dragged, and dropped between rows."""
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        return EDITABLE if index.column() == NAME else ORDINARY

    # Rows dragged to another place

    def supportedDropActions(self) -> Qt.DropAction:
        """Rows are moved."""
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        """Only rows of a table like this one."""
        return [ROW_TYPE]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Say which row is dragged."""
        data = QMimeData()
        data.setData(ROW_TYPE, QByteArray(str(min(index.row() for index in indexes)).encode()))
        return data

    def dropMimeData(
        self, data: QMimeData, _action: Qt.DropAction, row: int, _column: int, parent: Index
    ) -> bool:
        """Ask for another order. Qt is told that nothing was dropped, or it would remove the row."""
        text = bytes(data.data(ROW_TYPE).data()).decode("ascii", "replace")
        if text.isdigit() and int(text) < len(self._members):
            place = row if row >= 0 else parent.row() if parent.isValid() else len(self._members)
            dragged = int(text)
            to = place - 1 if place > dragged else place
            if to != dragged:
                self._emit(Reorder(dragged, to))
        return False

    def _picture(self, member: Endmember, column: int) -> QIcon | None:
        if column == VISIBLE:
            return icon(
                "eye" if member.visible else "eye-off",
                self._theme.text if member.visible else self._theme.muted,
            )
        if column == COLOUR:
            return swatch(member.colour, self._theme.border)
        if column == LOCK:
            return icon("lock", self._theme.accent) if member.locked else icon("unlock", self._theme.disabled)
        return None


def _place(member: Endmember) -> str:
    """Return the source in few letters; the tool tip has all of it."""
    source = member.source
    if source.kind == "library":
        return "library"
    if source.line is None or source.sample is None:
        return str(source)
    return f"{source.line}, {source.sample}"


def _sure(document: Document) -> tuple[str, ...]:
    sure = None if document.unmixing is None else document.unmixing.uncertainty
    return () if sure is None else tuple(sure.of(k) for k in range(len(sure.degrees)))


def _angle(match: Match) -> str:
    return f"{np.degrees(match.score):.1f}°"


def _like(matches: tuple[Match, ...]) -> str:
    return f"≈ {material(matches[0].name)} {_angle(matches[0])}" if matches else ""


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"
