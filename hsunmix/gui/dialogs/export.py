"""Which products to write, and where."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from hsunmix.exports import exports
from hsunmix.gui.dialogs.base import Dialog
from hsunmix.gui.panel import heading, named

__all__ = ["ExportDialog"]


class ExportDialog(Dialog):
    """All products of the registry, one destination."""

    def __init__(self, parent: QWidget | None, folder: str, chosen: tuple[str, ...]) -> None:
        super().__init__(
            parent,
            "exportDialog",
            "Export",
            "A record of the run (result.json) is always written along.",
            "Export",
        )
        self.setMinimumWidth(520)
        self.sentence.setProperty("role", "muted")
        products = QVBoxLayout()
        products.setSpacing(6)
        self.boxes: dict[str, QCheckBox] = {}
        for export in exports().values():
            box = named(QCheckBox(export.title), f"product_{export.id}", export.title)
            box.setChecked(export.id in chosen)
            box.toggled.connect(self._check)
            products.addWidget(box)
            self.boxes[export.id] = box
        self.body.addWidget(heading("Products", "productsHeading"))
        self.body.addLayout(products)
        self.body.addSpacing(6)
        self.body.addWidget(heading("Folder", "folderHeading"))
        self.folder_edit = named(QLineEdit(folder), "exportFolder", "Folder for the products")
        self.folder_edit.textChanged.connect(self._check)
        self.browse = named(QPushButton("Browse…"), "browseFolder", "Choose a folder")
        self.browse.setAutoDefault(False)
        self.browse.clicked.connect(self._browse)
        row = QHBoxLayout()
        row.addWidget(self.folder_edit, 1)
        row.addWidget(self.browse)
        self.body.addLayout(row)
        self.note = named(QLabel(), "exportNote", "What will be replaced")
        self.note.setProperty("role", "muted")
        self.note.setWordWrap(True)
        self.body.addWidget(self.note)
        self._check()

    @property
    def products(self) -> tuple[str, ...]:
        """Identifiers of what is ticked."""
        return tuple(name for name, box in self.boxes.items() if box.isChecked())

    @property
    def folder(self) -> Path:
        """The destination."""
        return Path(self.folder_edit.text().strip()).expanduser()

    def _check(self) -> None:
        text = self.folder_edit.text().strip()
        self.accept_button.setEnabled(bool(text) and bool(self.products))
        if not text:
            self.note.setText("Give a folder.")
        elif not self.products:
            self.note.setText("Tick at least one product.")
        elif not self.folder.is_absolute():
            self.note.setText(f"It will be {Path.cwd() / self.folder}")
        elif (self.folder / "result.json").exists():
            self.note.setText("An earlier export is there: files of the same names are replaced.")
        else:
            self.note.setText("The folder is made if it does not exist." if not self.folder.exists() else " ")

    def _browse(self) -> None:
        start = self.folder
        while not start.exists() and start != start.parent:
            start = start.parent
        chosen = QFileDialog.getExistingDirectory(self, "Folder for the products", str(start))
        if chosen:
            self.folder_edit.setText(chosen)
