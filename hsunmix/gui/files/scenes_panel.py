"""The list of scenes beside the image: switch between them, unmix them together, export all."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
)

from hsunmix.gui.commands import AddScenes, ExportAll, RemoveScene, ShareEndmembers, ShowScene, UnmixAll
from hsunmix.gui.files.state import FilesState
from hsunmix.gui.state.view_state import ViewState
from hsunmix.gui.widgets.panel import Panel, heading, named
from hsunmix.model.wording import percent
from hsunmix.session.document import Document, SceneEntry

TITLE = "Scenes"
AREA = "centre"
ORDER = 10

NARROWEST, WIDEST = 170, 190  # logical pixels: at least, and at first


class View(Panel):
    """The list, there where several scenes are open."""

    def __init__(self) -> None:
        super().__init__("scenesPanel", TITLE)
        self.setProperty("role", "panel")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self._document, self._filling = Document(), False
        self.title = heading(TITLE, "scenesHeading")
        self.list = named(QListWidget(), "sceneList", "Scenes")
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.common = named(QCheckBox("Common endmembers"), "commonEndmembers", "Common endmembers")
        self.common.setToolTip("A scene that is shown takes over the\nendmembers of the one before")
        self.unmix = self._button("Unmix all", "unmixAllButton", "Find one set of endmembers for all scenes")
        self.export = self._button("Export all…", "exportAllButton", "Write the products of every scene")
        self.add = self._button("Add…", "addSceneButton", "Put more cubes into the list")
        self.remove = self._button("Remove", "removeSceneButton", "Take the scene shown out of the list")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 6)
        layout.setSpacing(4)
        layout.addWidget(self.title)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.common)
        for pair in ((self.unmix,), (self.export,), (self.add, self.remove)):
            row = QHBoxLayout()
            for button in pair:
                row.addWidget(button)
            layout.addLayout(row)
        self.setMinimumWidth(NARROWEST)
        self._connect()
        self.hide()

    def sizeHint(self) -> QSize:
        """As wide as names of flight lines are."""
        return QSize(WIDEST, super().sizeHint().height())

    def _button(self, text: str, name: str, tip: str) -> QPushButton:
        button = named(QPushButton(text), name, tip)
        button.setToolTip(tip)
        return button

    def _connect(self) -> None:
        self.list.currentRowChanged.connect(self._chosen)
        self.common.clicked.connect(lambda on: self.command.emit(ShareEndmembers(on)))
        self.unmix.clicked.connect(lambda: self.command.emit(UnmixAll()))
        self.export.clicked.connect(lambda: self.command.emit(ExportAll()))
        self.add.clicked.connect(lambda: self.command.emit(AddScenes()))
        self.remove.clicked.connect(lambda: self.command.emit(RemoveScene(self._document.scene)))

    def _chosen(self, row: int) -> None:
        if not self._filling and row >= 0 and row != self._document.scene:
            self.command.emit(ShowScene(row))

    def render(self, old: Document, new: Document) -> None:  # type: ignore[override]
        """List the scenes."""
        self._document = new
        if new.scenes is not old.scenes or new.unmixing is not old.unmixing or new.cube is not old.cube:
            self._fill()
        some = any(e.unmixing is not None for e in new.scenes) or new.unmixing is not None
        self.export.setEnabled(some)
        self.setVisible(len(new.scenes) > 0)

    def follow(self, old: ViewState, new: ViewState) -> None:  # noqa: ARG002 - cheap
        """Show whether endmembers are common, and that no second run begins meanwhile."""
        self.common.setChecked(new[FilesState].common)
        self.unmix.setEnabled(new.unmixing is None)

    def _fill(self) -> None:
        document = self._document
        self._filling = True
        self.list.clear()
        for k, entry in enumerate(document.scenes):
            item = QListWidgetItem(_text(document, entry, k))
            item.setToolTip(entry.place.path)
            if entry.place.cube is None and k != document.scene:
                item.setFlags(item.flags() & ~(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable))
                item.setToolTip(f"{entry.place.path} is not there")
            self.list.addItem(item)
        self.list.setCurrentRow(document.scene if document.scenes else -1)
        self._filling = False


def _text(document: Document, entry: SceneEntry, k: int) -> str:
    """Say what a scene is called, how large it is, and how well it is explained."""
    shown = k == document.scene
    cube = document.cube if shown else entry.place.cube
    result = document.unmixing if shown else entry.unmixing
    if cube is None:
        return f"{entry.name}\nnot found"
    facts = [f"{cube.lines} × {cube.samples}"]
    if result is not None and not result.provisional:
        facts.append(f"error {percent(result.relative_error, 2)}")
    return f"{entry.name}\n{', '.join(facts)}"
