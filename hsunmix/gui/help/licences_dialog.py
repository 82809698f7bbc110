"""The licences of everything that the program consists of."""

from __future__ import annotations

from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QPlainTextEdit, QWidget

from hsunmix.gui.help.licences import Licence, licences
from hsunmix.gui.widgets.dialog import Dialog
from hsunmix.gui.widgets.panel import named

__all__ = ["LicencesDialog"]


class LicencesDialog(Dialog):
    """A list of parts, and the licence of the one selected."""

    def __init__(self, parent: QWidget | None, parts: list[Licence] | None = None) -> None:
        super().__init__(
            parent,
            "licencesDialog",
            "Licences",
            "hsunmix is free software under the BSD-3-Clause licence. It stands on the work of others, "
            "each under a licence of its own.",
            "Close",
            "",
        )
        self.parts = licences() if parts is None else parts
        self.list = named(QListWidget(), "licenceParts", "Parts of the program")
        self.list.addItems([part.name for part in self.parts])
        self.list.setFixedWidth(240)
        self.text = named(QPlainTextEdit(), "licenceText", "Licence of the selected part")
        self.text.setReadOnly(True)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.list.currentRowChanged.connect(self._show)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.list)
        row.addWidget(self.text, 1)
        self.body.addLayout(row)
        self.resize(900, 560)
        self.list.setCurrentRow(0)

    def _show(self, row: int) -> None:
        part = self.parts[row]
        self.text.setPlainText(f"{part.name}\n{part.terms}\n\n{part.text}")
