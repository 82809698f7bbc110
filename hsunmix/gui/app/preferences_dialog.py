"""What the analyst prefers, whichever scene is open."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QWidget,
)

from hsunmix.engine.memory import bytes_of
from hsunmix.errors import InputError
from hsunmix.exports import DPI, exports
from hsunmix.gui.state.settings import Preferences
from hsunmix.gui.widgets.dialog import Dialog
from hsunmix.gui.widgets.panel import heading, named
from hsunmix.gui.widgets.quiet import QuietComboBox, QuietSpinBox
from hsunmix.gui.widgets.spoken import SpokenLabel

__all__ = ["PreferencesDialog"]

THEMES = {"As the system": "system", "Light": "light", "Dark": "dark"}
TEXT, KEEP = (80, 130, 10), (10, 600, 10)  # least, most, step
ID = Qt.ItemDataRole.UserRole
LABELS = {
    "preferencesMemory": "Memory",
    "preferencesScratch": "Scratch folder",
    "preferencesProducts": "Products offered first",
    "preferencesKeep": "Keep unsaved work every",
    "preferencesResolution": "Pictures",
}


class PreferencesDialog(Dialog):
    """Its ``chosen`` are fields of ``Preferences`` and their values.

    Parameters
    ----------
    parent : QWidget or None
    preferences : Preferences
        As they are now.
    """

    def __init__(self, parent: QWidget | None, preferences: Preferences) -> None:
        super().__init__(
            parent, "preferencesDialog", "Preferences", "These hold for every scene and every window.", "OK"
        )
        self.sentence.setProperty("role", "muted")
        self.theme = named(QuietComboBox(), "preferencesTheme", "Theme")
        for words, theme in THEMES.items():
            self.theme.addItem(words, theme)
        self.theme.setCurrentIndex(self.theme.findData(preferences.theme))
        self.text = self._number("Text", "Size of text", TEXT, " %", preferences.text_size)
        self.unit = named(QuietComboBox(), "preferencesUnit", "Wavelengths in")
        self.unit.addItems(["nm", "µm"])
        self.unit.setCurrentText(preferences.wavelength_unit)
        self.memory = self._line("Memory", "Memory that may be used", preferences.memory)
        self.memory.setPlaceholderText("most of what is free; or 4GB")
        self.scratch = self._line("Scratch", "Folder for scratch files", preferences.scratch)
        self.scratch.setPlaceholderText("the system's for temporary files")
        self.browse = named(QPushButton("Browse…"), "preferencesBrowse", "Choose a folder for scratch files")
        self.browse.setAutoDefault(False)
        self.browse.clicked.connect(self._choose_folder)
        self.keep = self._number("Keep", "Keep unsaved work every", KEEP, " s", preferences.keep_every)
        self.keep.setToolTip("What a crash may cost at most; a result is kept at once")
        self.products = self._products(preferences.export_products)
        self.dpi = self._number(
            "Resolution", "Resolution of PNG pictures", (*DPI[1:], 50), " dpi", preferences.export_dpi
        )
        self.told = SpokenLabel("preferencesTold", "What can't be")
        self.told.setProperty("role", "muted")
        self._arrange()
        for line in (self.memory, self.scratch):
            line.textChanged.connect(self._check)
        self._check()
        self.theme.setFocus()

    def sizeHint(self) -> QSize:
        """Room for the products' titles."""
        return QSize(560, super().sizeHint().height())

    def _number(
        self, name: str, title: str, span: tuple[int, int, int], suffix: str, value: int
    ) -> QuietSpinBox:
        box = named(QuietSpinBox(), f"preferences{name}", title)
        box.setRange(*span[:2])
        box.setSingleStep(span[2])
        box.setSuffix(suffix)
        box.setValue(value)
        return box

    def _line(self, name: str, title: str, text: str) -> QLineEdit:
        line = named(QLineEdit(text), f"preferences{name}", title)
        line.setClearButtonEnabled(True)
        return line

    def _products(self, chosen: tuple[str, ...]) -> QListWidget:
        made = named(QListWidget(), "preferencesProducts", "Products that an export offers first")
        made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for export in exports().values():
            item = QListWidgetItem(export.title)
            item.setData(ID, export.id)
            item.setToolTip(export.title)
            on = export.id in chosen
            item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
            made.addItem(item)
        made.setSpacing(2)
        made.setWordWrap(True)
        made.setCurrentRow(0)
        made.setFixedHeight(112)
        return made

    def _arrange(self) -> None:
        folder = QHBoxLayout()
        folder.addWidget(self.scratch, 1)
        folder.addWidget(self.browse)
        groups: tuple[tuple[str, tuple[tuple[QWidget, QWidget | QHBoxLayout], ...]], ...] = (
            ("Window", tuple((w, w) for w in (self.theme, self.text, self.unit))),
            ("Work", ((self.memory, self.memory), (self.scratch, folder), (self.keep, self.keep))),
            ("Export", ((self.products, self.products), (self.dpi, self.dpi))),
        )
        for title, rows in groups:
            self.body.addWidget(heading(title, f"preferences{title}Heading"))
            form = QFormLayout()
            form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
            for field, row in rows:
                words = LABELS.get(field.objectName(), field.accessibleName())
                label = named(QLabel(words), f"{field.objectName()}Label", words)
                label.setMinimumWidth(170)
                label.setBuddy(field)
                form.addRow(label, row)
            self.body.addLayout(form)
        self.body.addWidget(self.told)

    def _choose_folder(self) -> None:
        title = "A folder for scratch files"
        folder = QFileDialog.getExistingDirectory(self, title, self.scratch.text())
        if folder:
            self.scratch.setText(folder)

    def _check(self) -> None:
        """Say what can't be, and keep nothing of that."""
        wrong, memory, scratch = "", self.memory.text().strip(), self.scratch.text().strip()
        try:
            if memory:
                bytes_of(memory)
        except InputError as error:
            wrong = f"{error}."
        if scratch and not Path(scratch).expanduser().is_dir():
            wrong = "The folder for scratch files is not there: name one that exists."
        self.told.setText(wrong[:1].upper() + wrong[1:])
        self.told.setVisible(bool(wrong))
        self.accept_button.setEnabled(not wrong)

    @property
    def chosen(self) -> dict[str, Any]:
        """What was chosen, by the names of ``Preferences``."""
        items = (self.products.item(k) for k in range(self.products.count()))
        scratch = self.scratch.text().strip()
        return {
            "theme": self.theme.currentData(),
            "text_size": self.text.value(),
            "wavelength_unit": self.unit.currentText(),
            "memory": self.memory.text().strip(),
            "scratch": str(Path(scratch).expanduser().absolute()) if scratch else "",
            "keep_every": self.keep.value(),
            "export_products": tuple(i.data(ID) for i in items if i.checkState() == Qt.CheckState.Checked),
            "export_dpi": self.dpi.value(),
        }
