"""What can be wrong with a window that a program can see: names, roles, texts that don't fit, overlaps."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations, product

from PySide6.QtCore import QModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface, QTextDocument
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QHeaderView,
    QLabel,
    QMenu,
    QScrollBar,
    QSplitterHandle,
    QStyle,
    QStyleOptionViewItem,
    QTabBar,
    QTableView,
    QToolButton,
    QWidget,
)

from hsunmix.gui.widgets.elided import ElidedLabel

QTS_OWN = (QScrollBar, QSplitterHandle, QMenu)
PRIVATE = ("QComboBoxPrivateContainer", "QTableCornerButton", "QLineEditIconButton")
# These lie over others on purpose.
FLOATING = ("messageBar", "recoveryBar", "tourPanel", "tourFrame", "overview", "qt_")
PAINTED = (QAccessible.Role.Graphic, QAccessible.Role.Chart)
SLACK, MARGIN = 1, 3  # logical pixels; around a cell's text
TIP = Qt.ItemDataRole.ToolTipRole


def ours(root: QWidget) -> Iterator[QWidget]:
    """Every widget under a root, and itself, that is not made by Qt inside another one."""
    yield root
    if isinstance(root, QComboBox | QAbstractSpinBox | QTabBar):
        return
    for child in root.children():
        if isinstance(child, QWidget) and not _qts_own(child, root):
            yield from ours(child)


def _qts_own(widget: QWidget, parent: QWidget) -> bool:
    if isinstance(widget, QTS_OWN) or widget.objectName().startswith("qt_"):
        # the view of a scroll area is Qt's, what lies on it is not
        return not isinstance(parent, QAbstractScrollArea) or isinstance(widget, QTS_OWN)
    return any(widget.inherits(name) for name in PRIVATE)


def _called(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.objectName()!r}"


# What screen readers are told


def unspoken(root: QWidget) -> list[str]:
    """Widgets that take the focus and have no name, or paint themselves and say nothing of what."""
    found = []
    for widget in ours(root):
        told = QAccessible.queryAccessibleInterface(widget)
        if widget.focusPolicy() != Qt.FocusPolicy.NoFocus and not told.text(QAccessible.Text.Name).strip():
            found.append(f"{_called(widget)} has no name")
        if _paints_itself(widget):
            if told.role() not in PAINTED:
                found.append(f"{_called(widget)} is a {told.role().name} to a screen reader")
            if widget.isVisible() and not told.text(QAccessible.Text.Description):
                found.append(f"{_called(widget)} does not say what it shows")
        shown = told.text(QAccessible.Text.Description)
        if isinstance(widget, QLabel) and not _read_out(widget, told):
            found.append(f"{_called(widget)} shows {widget.text()!r} and does not tell it")
        if isinstance(widget, QComboBox) and not (widget.isHidden() or _labelled(widget) or shown):
            # Its name is the entry chosen, on Linux: what is chosen has to be told as well.
            found.append(f"{_called(widget)} does not say what is chosen in it")
    return found


def _read_out(label: QLabel, told: QAccessibleInterface) -> bool:
    """Whether the text of a label is told, as its name or its description."""
    document = QTextDocument()
    document.setHtml(label.text())
    shown = label.text() if label.textFormat() == Qt.TextFormat.PlainText else document.toPlainText()
    said = f"{told.text(QAccessible.Text.Name)} {told.text(QAccessible.Text.Description)}"
    return not label.isVisible() or _plain(shown) in _plain(said) or _plain(label.text()) in _plain(said)


def _plain(text: str) -> str:
    return " ".join(text.replace("&", "").split()).casefold()


def _labelled(widget: QWidget) -> bool:
    parent = widget.parentWidget()
    siblings = parent.children() if parent is not None else []
    return any(isinstance(label, QLabel) and label.buddy() is widget for label in siblings)


def _paints_itself(widget: QWidget) -> bool:
    if isinstance(widget, QLabel) or widget.layout() is not None:
        return False
    return any(c.__module__.startswith("hsunmix") and "paintEvent" in vars(c) for c in type(widget).__mro__)


def unlabelled(root: QWidget) -> list[str]:
    """Buttons without a text whose tool tip doesn't say what they do."""
    buttons = [w for w in ours(root) if isinstance(w, QAbstractButton) and not w.text()]
    return [_called(w) for w in buttons if w.isVisible() and not w.toolTip()]


# What doesn't fit


def cut(root: QWidget) -> list[str]:
    """Texts that are wider or higher than their widgets, without a tool tip that has all of it."""
    found = []
    for widget in ours(root):
        if widget.isVisibleTo(root) and _shown_text(widget) and not _fits(widget):
            room = widget.contentsRect().size()
            found.append(f"{_called(widget)} {_shown_text(widget)!r} in {room.width()} × {room.height()}")
    return found


def _shown_text(widget: QWidget) -> str:
    if isinstance(widget, QLabel | QAbstractButton):
        return widget.text()
    if isinstance(widget, QComboBox):
        return widget.currentText()
    return _called(widget) if isinstance(widget, QTabBar | QHeaderView) else ""


def _fits(widget: QWidget) -> bool:
    if isinstance(widget, ElidedLabel):
        return widget.toolTip().split() == widget.text().split()
    if isinstance(widget, QLabel):
        return _label_fits(widget)
    if isinstance(widget, QTabBar):
        shown = [k for k in range(widget.count()) if widget.isTabVisible(k)]
        whole = all(widget.tabRect(k).width() >= widget.tabSizeHint(k).width() - SLACK for k in shown)
        return whole and max((widget.tabRect(k).right() for k in shown), default=0) <= widget.width() + SLACK
    if isinstance(widget, QHeaderView):
        return _header_fits(widget)
    if isinstance(widget, QComboBox):
        room = widget.width() - 30  # the arrow and the margins
        return bool(widget.toolTip()) or widget.fontMetrics().horizontalAdvance(widget.currentText()) <= room
    if isinstance(widget, QCheckBox | QToolButton):
        return not widget.text() or widget.sizeHint().width() <= widget.width() + SLACK
    wanted = widget.sizeHint()
    return wanted.width() <= widget.width() + SLACK and wanted.height() <= widget.height() + SLACK


def _label_fits(label: QLabel) -> bool:
    room = label.contentsRect()
    if not label.wordWrap():
        if "</" in label.text():
            document = QTextDocument()
            document.setHtml(label.text())
            return document.idealWidth() <= room.width() + SLACK
        text = label.text().replace("&", "", 1) if label.buddy() else label.text()  # its key is underlined
        size = label.fontMetrics().size(Qt.TextFlag.TextExpandTabs.value, text)
        return size.width() <= room.width() + SLACK and size.height() <= room.height() + 3
    return label.heightForWidth(label.width()) <= label.height() + SLACK


def _header_fits(header: QHeaderView) -> bool:
    model, table = header.model(), header.parentWidget()
    if header.orientation() == Qt.Orientation.Vertical or not isinstance(table, QTableView):
        return True
    role = Qt.ItemDataRole.DisplayRole
    for k in range(header.count()):
        text = str(model.headerData(k, header.orientation(), role) or "")
        tip = model.headerData(k, header.orientation(), Qt.ItemDataRole.ToolTipRole)
        if header.fontMetrics().horizontalAdvance(text) + 12 > header.sectionSize(k) and tip is None:
            return False
    return True


def cut_cells(root: QWidget) -> list[str]:
    """Cells of tables of which a number, or a word that no tool tip has, is not to be seen."""
    found = []
    for table in ours(root):
        if isinstance(table, QTableView) and table.isVisibleTo(root):
            model = table.model()
            cells = product(range(model.rowCount()), range(model.columnCount()))
            found += [
                f"{_called(table)} {text!r} is seen as {seen!r}"
                for index in (model.index(*cell) for cell in cells)
                if not table.isColumnHidden(index.column())
                for text, seen in [(str(index.data() or ""), seen_of(table, index))]
                if seen != text and not _enough(text, seen, str(index.data(TIP) or ""))
            ]
    return found


def seen_of(table: QTableView, index: QModelIndex) -> str:
    """Return what is to be read in a cell."""
    option = QStyleOptionViewItem()
    table.initViewItemOption(option)
    option.rect = table.visualRect(index)
    table.itemDelegateForIndex(index).initStyleOption(option, index)
    part = QStyle.SubElement.SE_ItemViewItemText
    room = table.style().subElementRect(part, option, table).width() - 2 * MARGIN
    return option.fontMetrics.elidedText(option.text, table.textElideMode(), room)


def _enough(text: str, seen: str, tip: str) -> bool:
    """Whether a text that is shortened still tells its number, and a tool tip tells the rest."""
    # A name's number, as of "Endmember 12", tells it from others; what is no name is there for its numbers.
    numbers = re.findall(r"[\d.,]+(?: ?[%°])?$", text) if text[:1].isalpha() else re.findall(r"[\d.,]+", text)
    words = text.removeprefix("≈ ").split()
    return all(number in seen for number in numbers) and (not words or words[0] in tip)


def overlaps(root: QWidget) -> list[str]:
    """Widgets that lie over each other, or stick out of what they are in."""
    found = []
    for parent in ours(root):
        if isinstance(parent, QAbstractScrollArea) or not parent.isVisibleTo(root):
            continue
        children = [w for w in parent.children() if isinstance(w, QWidget) and _counts(w, root)]
        found += [
            f"{_called(a)} and {_called(b)} overlap"
            for a, b in combinations(children, 2)
            if _shrunk(a.geometry()).intersects(_shrunk(b.geometry()))
        ]
        inside = parent.rect().adjusted(-SLACK, -SLACK, SLACK, SLACK)
        found += [
            f"{_called(w)} sticks out of {_called(parent)}"
            for w in children
            if not inside.contains(_seen_across(w) if _scrolls(parent) else w.geometry())
        ]
    return found


def _scrolls(parent: QWidget) -> bool:
    above = parent.parentWidget()
    return isinstance(above, QAbstractScrollArea) and above.viewport() is parent


def _seen_across(widget: QWidget) -> QRect:
    """Where a widget is from left to right, whatever its height: that is scrolled."""
    return QRect(widget.x(), 0, widget.width(), 1)


def _counts(widget: QWidget, root: QWidget) -> bool:
    apart = widget.isWindow() or widget.objectName().startswith(FLOATING) or isinstance(widget, QTS_OWN)
    return not apart and widget.isVisibleTo(root) and widget.size() != QSize(0, 0)


def _shrunk(rect: QRect) -> QRect:
    return rect.adjusted(SLACK, SLACK, -SLACK, -SLACK)


def ugly(root: QWidget) -> list[str]:
    """All that is cut or overlaps."""
    return [*cut(root), *cut_cells(root), *overlaps(root)]
