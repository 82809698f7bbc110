"""The regions of interest: a list to name, recolour, delete and use them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QKeyCombination, QSize, Qt
from PySide6.QtGui import QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import (
    QColorDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
)

from hsunmix.gui import commands as cmd
from hsunmix.gui.regions.state import RegionsState
from hsunmix.gui.state.view_state import ViewState
from hsunmix.gui.widgets.context import asked_for
from hsunmix.gui.widgets.icons import icon, swatch
from hsunmix.gui.widgets.panel import Panel, heading, named
from hsunmix.gui.widgets.spoken import SpokenLabel
from hsunmix.gui.widgets.theme import Theme
from hsunmix.session.document import Document

TITLE = "Regions"
AREA = "right"
ORDER = 5

LOWEST, HIGH = 76, 120  # logical pixels: at least, and at first
F2 = QKeyCombination(Qt.Key.Key_F2)


class _List(QListWidget):
    """A list whose Delete key is told, and in which F2 names a region, not an endmember."""

    def __init__(self, panel: View) -> None:
        super().__init__()
        self._panel = panel

    def event(self, event: QEvent) -> bool:
        override = event.type() == QEvent.Type.ShortcutOverride
        if override and isinstance(event, QKeyEvent) and event.keyCombination() == F2:
            event.accept()
            return True
        return super().event(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index, place = asked_for(self, event)
        if index.isValid():
            self._panel.menu(index.row()).popup(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.currentRow() >= 0:
            self._panel.command.emit(cmd.DeleteRegion(self.currentRow()))
        else:
            super().keyPressEvent(event)


class View(Panel):
    """The panel of regions; there only while there are some."""

    def __init__(self) -> None:
        super().__init__("regionsPanel", TITLE)
        self.setProperty("role", "panel")
        self._document, self._state = Document(), ViewState()
        self._filling = False
        self.list = named(_List(self), "regionList", "Regions of interest")
        self.list.setEditTriggers(
            QListWidget.EditTrigger.DoubleClicked | QListWidget.EditTrigger.EditKeyPressed
        )
        self.list.setIconSize(QSize(14, 14))
        self.list.setToolTip("F2 or a double click renames, Del deletes, the right button shows what else")
        self.list.currentRowChanged.connect(self._on_row)
        self.list.itemChanged.connect(self._on_edited)
        self.about = SpokenLabel("regionAbout", "The region selected")
        self.about.setProperty("role", "muted")
        self.about.setWordWrap(True)
        self.buttons: dict[str, QToolButton] = {}
        row = QHBoxLayout()
        row.setSpacing(2)
        row.addWidget(heading(TITLE, "regionsHeading"))
        row.addStretch(1)
        for name, text, make in (
            ("plus", "Add the region's mean spectrum as an endmember", cmd.AddMean),
            ("mask", "Use only the pixels of the region", cmd.MaskRegion),
            ("trash", "Delete the region (Del)", cmd.DeleteRegion),
        ):
            button = named(QToolButton(), f"region{name.capitalize()}", text)
            button.setToolTip(text)
            button.setIconSize(QSize(16, 16))
            button.clicked.connect(lambda _=False, make=make: self.command.emit(make(self.list.currentRow())))
            row.addWidget(button)
            self.buttons[name] = button
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 6, 6, 8)
        layout.setSpacing(4)
        layout.addLayout(row)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.about)
        self.setMinimumHeight(LOWEST)
        self.list.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.hide()

    def sizeHint(self) -> QSize:
        """Room for some regions."""
        return QSize(super().sizeHint().width(), HIGH)

    def render(self, old: Document, new: Document) -> None:  # type: ignore[override]
        """List the regions."""
        self._document = new
        self.setVisible(bool(new.regions))
        if new.regions is not old.regions or self.list.count() != len(new.regions):
            self._fill()
        self._filling = True
        self.list.setCurrentRow(min(new.view.region, len(new.regions) - 1))
        self._filling = False
        self._describe()

    def follow(self, old: ViewState, new: ViewState) -> None:
        """Say how large the selected region is."""
        self._state = new
        if new[RegionsState].region_spectra is not old[RegionsState].region_spectra:
            self._describe()

    def dress(self, theme: Theme) -> None:
        """Draw the icons in the theme's ink."""
        for name, button in self.buttons.items():
            button.setIcon(icon(name, theme.muted))

    def _fill(self) -> None:
        self._filling = True
        self.list.clear()
        for region in self._document.regions:
            item = QListWidgetItem(swatch(region.colour, region.colour), region.name)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
            self.list.addItem(item)
        self._filling = False

    def _describe(self) -> None:
        regions, row = self._document.regions, self._document.view.region
        chosen = row in range(len(regions))
        for button in self.buttons.values():
            button.setEnabled(chosen)
        if not chosen:
            self.about.setText("Select a region to use it.")
            return
        found = self._state[RegionsState].region_spectra.get(regions[row])
        size = "" if found is None else f" · {found.pixels} pixels used"
        self.about.setText(f"{regions[row].kind.capitalize()}{size}")

    def _on_row(self, row: int) -> None:
        if not self._filling:
            self.command.emit(cmd.SelectRegion(row))

    def _on_edited(self, item: QListWidgetItem) -> None:
        if self._filling:
            return
        row, name = self.list.row(item), item.text().strip()
        if name and name != self._document.regions[row].name:
            self.command.emit(cmd.RenameRegion(row, name))
        else:
            self._fill()

    def menu(self, row: int) -> QMenu:
        """Return the context menu of a region."""
        menu = named(QMenu(self), "regionMenu", self._document.regions[row].name)
        menu.addAction("Rename").triggered.connect(lambda: self.list.editItem(self.list.item(row)))
        menu.addAction("Colour…").triggered.connect(lambda: self._recolour(row))
        menu.addSeparator()
        for text, command in (
            ("Add mean as endmember", cmd.AddMean(row)),
            ("Use only this region", cmd.MaskRegion(row, keep=True)),
            ("Mask this region out", cmd.MaskRegion(row, keep=False)),
            ("Delete", cmd.DeleteRegion(row)),
            ("Delete all", cmd.DeleteRegion(-1)),
        ):
            menu.addAction(text).triggered.connect(
                lambda _=False, command=command: self.command.emit(command)
            )
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def _recolour(self, row: int) -> None:
        region = self._document.regions[row]
        chosen = QColorDialog.getColor(region.colour, self, f"Colour of {region.name}")
        if chosen.isValid():
            self.command.emit(cmd.RecolourRegion(row, chosen.name()))
