"""The vector layers: a list to show, hide, recolour and remove them."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QColorDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
)

from hsunmix.gui.commands import AddVectors, RecolourVectors, RemoveVectors, ShowVectors
from hsunmix.gui.state.view_state import ViewState
from hsunmix.gui.vectors.state import VectorsState
from hsunmix.gui.widgets.icons import swatch
from hsunmix.gui.widgets.panel import Panel, named
from hsunmix.gui.widgets.spoken import SpokenLabel
from hsunmix.session.document import Document, VectorLayer

TITLE = "Vector layers"
AREA = "tool"
ORDER = 150
SIZE = (420, 300)

NONE = "Lines, points and polygons of a GIS are drawn over every map, and are part of no number."


class _List(QListWidget):
    """A list whose Delete key takes a layer away."""

    def __init__(self, panel: View) -> None:
        super().__init__()
        self._panel = panel

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.currentRow() >= 0:
            self._panel.remove()
        else:
            super().keyPressEvent(event)


class View(Panel):
    """The list, the topmost layer first, and buttons."""

    def __init__(self) -> None:
        super().__init__("vectorsPanel", TITLE)
        self._document, self._state = Document(), ViewState()
        self._filling = False
        self.list = named(_List(self), "vectorList", "Vector layers")
        self.list.setIconSize(QSize(14, 14))
        self.list.setSpacing(2)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.itemChanged.connect(self._on_ticked)
        self.list.currentRowChanged.connect(lambda _: self._enable())
        self.list.itemDoubleClicked.connect(lambda _: self._recolour())
        self.about = SpokenLabel("vectorAbout", "The vector layer selected")
        self.about.setProperty("role", "muted")
        self.about.setWordWrap(True)
        self.add, self.colour, self.delete = (
            QPushButton("Add…"),
            QPushButton("Colour…"),
            QPushButton("Remove"),
        )
        foot = QHBoxLayout()
        for button, name, tip, called in (
            (self.add, "vectorAdd", "Draw files of a GIS over the scene", self._add),
            (self.colour, "vectorColour", "Choose the colour of the layer", self._recolour),
            (self.delete, "vectorRemove", "Take the layer away; its file stays (Del)", self.remove),
        ):
            named(button, name, tip).setToolTip(tip)
            button.clicked.connect(called)
            foot.addWidget(button)
        foot.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 8, 10, 10)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.about)
        layout.addLayout(foot)

    def render(self, old: Document, new: Document) -> None:  # type: ignore[override]
        """List the layers."""
        self._document = new
        if new.vectors is not old.vectors or self.list.count() != len(new.vectors):
            self._fill()
        self.add.setEnabled(new.cube is not None)
        self._enable()

    def follow(self, old: ViewState, new: ViewState) -> None:
        """Say which could not be read."""
        self._state = new
        if new[VectorsState].wrong is not old[VectorsState].wrong:
            self._fill()
        self._enable()

    def remove(self) -> None:
        """Ask that the layer selected goes."""
        if (index := self._index()) >= 0:
            self.command.emit(RemoveVectors(index))

    def _add(self) -> None:
        self.command.emit(AddVectors())

    def _fill(self) -> None:
        row, self._filling = self.list.currentRow(), True
        self.list.clear()
        for one in reversed(self._document.vectors):
            wrong = self._state[VectorsState].wrong.get(one.key)
            text = one.name if wrong is None or not one.shown else f"{one.name} (not read)"
            item = QListWidgetItem(swatch(one.colour, "#808080"), text)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if one.shown else Qt.CheckState.Unchecked)
            self.list.addItem(item)
        self.list.setCurrentRow(min(max(row, 0), self.list.count() - 1))
        self._filling = False

    def _enable(self) -> None:
        one = self._layer()
        for button in (self.colour, self.delete):
            button.setEnabled(one is not None)
        wrong = None if one is None else self._state[VectorsState].wrong.get(one.key)
        said = NONE if one is None else wrong or one.path
        if said != self.about.text():
            self.about.setText(said)

    def _index(self) -> int:
        """Return which of the document's layers is selected; −1 for none."""
        row = self.list.currentRow()
        return len(self._document.vectors) - 1 - row if row >= 0 else -1

    def _layer(self) -> VectorLayer | None:
        index = self._index()
        return self._document.vectors[index] if index in range(len(self._document.vectors)) else None

    def _on_ticked(self, item: QListWidgetItem) -> None:
        if not self._filling:
            index = len(self._document.vectors) - 1 - self.list.row(item)
            self.command.emit(ShowVectors(index, item.checkState() == Qt.CheckState.Checked))

    def _recolour(self) -> None:
        index, one = self._index(), self._layer()
        if one is not None:
            chosen = QColorDialog.getColor(one.colour, self, f"Colour of {one.name}")
            if chosen.isValid():
                self.command.emit(RecolourVectors(index, chosen.name()))
