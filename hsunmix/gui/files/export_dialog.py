"""Which products to write, and where; what that makes is shown before."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from hsunmix.exports import DPI, ExportJob, exports
from hsunmix.gui.files.export_planner import Planner
from hsunmix.gui.files.export_preview import Preview, is_there, size_text
from hsunmix.gui.widgets.dialog import Dialog
from hsunmix.gui.widgets.panel import heading, named
from hsunmix.gui.widgets.quiet import QuietSpinBox
from hsunmix.gui.widgets.spoken import SpokenLabel

__all__ = ["ExportDialog"]

RECORD = "result.json"
ID = Qt.ItemDataRole.UserRole


class ExportDialog(Dialog):
    """All products of the registry, one destination.

    Parameters
    ----------
    parent : QWidget or None
    folder : str
    chosen : tuple of str
        Products that are ticked at first.
    job : ExportJob, optional
        What would be written; without one nothing is said about files.
    """

    def __init__(
        self,
        parent: QWidget | None,
        folder: str,
        chosen: tuple[str, ...],
        job: ExportJob | None = None,
    ) -> None:
        super().__init__(
            parent,
            "exportDialog",
            "Export",
            f"A record of the run ({RECORD}) is always written as well.",
            "Export",
        )
        self.sentence.setProperty("role", "muted")
        self._job = job
        self.planner = None if job is None else Planner(job, self)
        self.preview = Preview()
        columns = QHBoxLayout()
        columns.setSpacing(16)
        columns.addLayout(self._products(chosen, job), 4)
        columns.addWidget(self.preview, 5)
        self.body.addLayout(columns, 1)
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
        self.note = SpokenLabel("exportNote", "What will be written and replaced")
        self.note.setProperty("role", "muted")
        self.note.setWordWrap(True)
        self.body.addWidget(self.note)
        if self.planner is not None:
            self.planner.planned.connect(self._on_planned)
        self.list.currentRowChanged.connect(lambda _: self._on_current())
        self.list.itemChanged.connect(self._on_ticked)
        self.resolution.valueChanged.connect(lambda _: self._on_resolution())
        ticked = [k for k in range(self.list.count()) if self.list.item(k).data(ID) in self.products]
        self.list.setCurrentRow(ticked[0] if ticked else 0)
        self._take_stock()
        self.resize(self.sizeHint())

    def sizeHint(self) -> QSize:
        """Room for the longest title and a picture."""
        return QSize(920, 620)

    def _products(self, chosen: tuple[str, ...], job: ExportJob | None) -> QVBoxLayout:
        self.list = named(QListWidget(), "productList", "Products")
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setSpacing(2)
        for export in exports().values():
            item = QListWidgetItem(export.title)
            item.setData(ID, export.id)
            item.setToolTip(export.title)
            possible = job is None or job.has_image or not export.needs_image
            item.setCheckState(
                Qt.CheckState.Checked if possible and export.id in chosen else Qt.CheckState.Unchecked
            )
            if not possible:
                item.setFlags(Qt.ItemFlag.NoItemFlags)
                item.setToolTip("This needs lines and samples, which this result has not")
            self.list.addItem(item)
        layout = QVBoxLayout()
        layout.setSpacing(6)
        layout.addWidget(heading("Products", "productsHeading"))
        layout.addWidget(self.list, 1)
        layout.addLayout(self._pictures(DPI[0] if job is None else job.dpi))
        return layout

    def _pictures(self, dpi: int) -> QHBoxLayout:
        self.resolution = named(QuietSpinBox(), "exportResolution", "Resolution of PNG pictures")
        self.resolution.setRange(*DPI[1:])
        self.resolution.setSingleStep(50)
        self.resolution.setSuffix(" dpi")
        self.resolution.setKeyboardTracking(False)
        self.resolution.setValue(dpi)
        self.resolution.setToolTip("Dots per inch: 100 for a screen, 300 for print")
        words = "Resolution of PNG pictures"
        label = named(QLabel(f"&{words}"), "exportResolutionLabel", words)
        label.setBuddy(self.resolution)
        row = QHBoxLayout()
        row.addWidget(label, 1)
        row.addWidget(self.resolution)
        return row

    # What was chosen

    @property
    def products(self) -> tuple[str, ...]:
        """Identifiers of what is ticked."""
        items = (self.list.item(k) for k in range(self.list.count()))
        return tuple(item.data(ID) for item in items if item.checkState() == Qt.CheckState.Checked)

    @property
    def folder(self) -> Path:
        """The destination."""
        return Path(self.folder_edit.text().strip()).expanduser()

    @property
    def dpi(self) -> int:
        """Resolution of the pictures."""
        return self.resolution.value()

    def tick(self, product: str, on: bool) -> None:
        """Tick a product, or not."""
        for k in range(self.list.count()):
            if self.list.item(k).data(ID) == product:
                self.list.item(k).setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)

    @property
    def selected(self) -> str:
        """The product that is looked at."""
        item = self.list.currentItem()
        return "" if item is None else str(item.data(ID))

    def done(self, result: int) -> None:
        """End the looking."""
        if self.planner is not None:
            self.planner.close()
        super().done(result)

    # What it makes

    def _on_current(self) -> None:
        self._want()
        self._show_product()

    def _on_ticked(self, item: QListWidgetItem) -> None:
        """Look at what was just ticked, too."""
        if item.checkState() == Qt.CheckState.Checked:
            self.list.setCurrentItem(item)
        self._take_stock()

    def _take_stock(self) -> None:
        self.resolution.setEnabled(any(exports()[name].by_dpi for name in self.products))
        self._want()
        self._check()

    def _on_resolution(self) -> None:
        """Look at the pictures anew."""
        if self.planner is None or self._job is None:
            return
        changed = [export.id for export in exports().values() if export.by_dpi]
        self.planner.change(replace(self._job, dpi=self.dpi), changed)
        self._want()
        self._check()

    def _want(self) -> None:
        if self.planner is not None:
            self.planner.want([name for name in dict.fromkeys((self.selected, *self.products)) if name])

    def _on_planned(self, product: str) -> None:
        if product == self.selected:
            self._show_product()
        self._check()

    def _show_product(self) -> None:
        planner, name = self.planner, self.selected
        found = None if planner is None else planner.plans.get(name)
        words = "" if planner is None else planner.errors.get(name, "Working out what will be written…")
        title = f"Preview · {exports()[name].title.split(':')[0]}" if name else "Preview"
        self.preview.show_plan(title, found, self.folder, words)

    def _check(self) -> None:
        text = self.folder_edit.text().strip()
        self.accept_button.setEnabled(bool(text) and bool(self.products))
        if not text:
            self.note.setText("Give a folder.")
        elif not self.products:
            self.note.setText("Tick at least one product.")
        else:
            self.note.setText(" ".join(part for part in (self._where(), self._what()) if part))
        self._show_product()

    def _where(self) -> str:
        if not self.folder.is_absolute():
            return f"It will be {Path.cwd() / self.folder}."
        return "" if self.folder.exists() else "The folder will be created."

    def _what(self) -> str:
        """Say how much will be written, and what it replaces."""
        planner = self.planner
        if planner is None or any(name not in planner.plans for name in self.products):
            there = is_there(self.folder, RECORD)
            return "An earlier export is there: what it wrote is replaced." if there else ""
        plans = [planner.plans[name] for name in self.products]
        names = {RECORD, *(file for found in plans for file in found.files)}
        size = sum(found.bytes for found in plans)
        about = "" if all(found.exact for found in plans) else "about "
        said = f"{len(names)} files, {about}{size_text(size)}."
        known = sum(is_there(self.folder, name) for name in names)
        if known:
            said += f" {known} of them {'is' if known == 1 else 'are'} there already and will be replaced."
        free = _free(self.folder)
        return said + (f" Only {size_text(free)} are free there!" if free is not None and free < size else "")

    def _browse(self) -> None:
        start = self.folder
        while not start.exists() and start != start.parent:
            start = start.parent
        chosen = QFileDialog.getExistingDirectory(self, "Folder for the products", str(start))
        if chosen:
            self.folder_edit.setText(chosen)


def _free(folder: Path) -> int | None:
    """Return the bytes that are free where a folder is or will be; None where that isn't known."""
    try:
        while not folder.exists() and folder != folder.parent:
            folder = folder.parent
        return shutil.disk_usage(folder).free
    except (OSError, ValueError):
        return None
