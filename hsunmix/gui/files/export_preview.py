"""One product before it is written: a picture, and its files."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QHeaderView,
    QSizePolicy,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from hsunmix.exports._plan import Plan
from hsunmix.gui.widgets.panel import heading, named
from hsunmix.gui.widgets.spoken import SpokenLabel

__all__ = ["Preview", "is_there", "size_text"]


class Preview(QWidget):
    """What a plan says."""

    def __init__(self) -> None:
        super().__init__()
        named(self, "exportPreview", "Preview")
        self._image = QPixmap()
        self.title = heading("Preview", "previewHeading")
        self.picture = SpokenLabel("exportPicture", "Picture of the selected product")
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.picture.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.picture.setMinimumHeight(140)
        self.picture.setWordWrap(True)
        self.files = self._table()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.title)
        layout.addWidget(self.picture, 5)
        layout.addWidget(self.files, 4)

    def _table(self) -> QTableWidget:
        table = named(QTableWidget(0, 3), "exportFiles", "Files of the selected product")
        table.setHorizontalHeaderLabels(["File", "Size", "Exists"])
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        table.setSelectionMode(QTableWidget.SelectionMode.NoSelection)
        table.setShowGrid(False)
        table.setTabKeyNavigation(False)
        table.setWordWrap(False)
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        rows = named(table.verticalHeader(), "exportFileRows", "Rows")
        rows.hide()
        rows.setDefaultSectionSize(table.fontMetrics().height() + 8)
        header = named(table.horizontalHeader(), "exportFileHeader", "Columns of the files")
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for k in range(3):
            fit = QHeaderView.ResizeMode.ResizeToContents
            header.setSectionResizeMode(k, fit if k else QHeaderView.ResizeMode.Stretch)
        return table

    def show_plan(self, title: str, plan: Plan | None, folder: Path, words: str) -> None:
        """Show a plan, or words where there is none yet."""
        self.title.setText(title)
        self.title.setAccessibleName(title)
        self._image = QPixmap()
        if plan is not None:
            self._image.loadFromData(plan.picture)
        if self._image.isNull():
            self.picture.setText(words)
        self._fit()
        files = plan.files if plan is not None else {}
        about = "" if plan is not None and plan.exact else "about "
        self.files.setRowCount(len(files))
        for row, (file, size) in enumerate(files.items()):
            there = "replaced" if is_there(folder, file) else ""
            for column, text in enumerate((file, f"{about}{size_text(size)}", there)):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                self.files.setItem(row, column, item)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the picture."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self._image.isNull():
            return
        ratio = self.picture.devicePixelRatioF()
        fitted = self._image.scaled(
            self.picture.size() * ratio,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        fitted.setDevicePixelRatio(ratio)
        self.picture.setPixmap(fitted)


def is_there(folder: Path, file: str) -> bool:
    """Whether a folder has a file of this name."""
    try:
        return (folder / file).exists()
    except (OSError, ValueError):
        return False


def size_text(size: int) -> str:
    """Return a number of bytes as one says it: ``12 kB``, ``3.4 MB``."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= factor:
            value = size / factor
            return f"{value:.0f} {unit}" if value >= 10 else f"{value:.1f} {unit}"
    return f"{size} bytes"
