"""A list of stretches between two percentiles."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from hsunmix.gui.widgets.panel import named
from hsunmix.gui.widgets.quiet import QuietComboBox

__all__ = ["STRETCHES", "StretchChooser"]

Pair = tuple[float, float]
STRETCHES: dict[str, Pair] = {
    "2–98 %": (2.0, 98.0),
    "1–99 %": (1.0, 99.0),
    "5–95 %": (5.0, 95.0),
    "0–100 %": (0.0, 100.0),
}


class StretchChooser(QWidget):
    """Chooses one.

    Parameters
    ----------
    name, title : str
        For ``named``.
    none : str
        What "no percentiles" is called; empty where there must be some.

    Signals
    -------
    chosen : object
        Tuple of 2 float, or None.
    """

    chosen = Signal(object)

    def __init__(self, name: str, title: str, none: str = "") -> None:
        super().__init__()
        named(self, f"{name}Chooser", title)
        self._choices: dict[str, Pair | None] = {none: None} if none else {}
        self._choices |= STRETCHES
        label = named(QLabel("Stretch"), f"{name}Label", "Stretch")
        label.setProperty("role", "muted")
        self.box = named(QuietComboBox(), name, title)
        self.box.setToolTip(f"{title}: shown as the lowest and the highest colour")
        self.box.addItems(list(self._choices))
        self.box.activated.connect(lambda: self.chosen.emit(self._choices[self.box.currentText()]))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(5)
        layout.addWidget(label)
        layout.addWidget(self.box)
        label.setBuddy(self.box)

    def show_choice(self, pair: Pair | None) -> None:
        """Show what is chosen."""
        for text, choice in self._choices.items():
            if choice == pair:
                self.box.setCurrentText(text)
