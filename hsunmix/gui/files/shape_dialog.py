"""How many lines and samples a file's pixels make."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QComboBox, QFormLayout, QLabel, QWidget

from hsunmix.gui.widgets.dialog import Dialog
from hsunmix.gui.widgets.panel import named

__all__ = ["ShapeDialog", "shapes"]


def shapes(pixels: int) -> list[tuple[int, int]]:
    """Return every (lines, samples) that a number of pixels can make, the squarest first."""
    low = [k for k in range(1, int(pixels**0.5) + 1) if pixels % k == 0]
    pairs = [(k, pixels // k) for k in low] + [(pixels // k, k) for k in low if k * k != pixels]
    return sorted(pairs, key=lambda pair: (max(pair) / min(pair), pair[0]))


class ShapeDialog(Dialog):
    """Offers the shapes that are possible."""

    def __init__(self, parent: QWidget | None, path: Path, pixels: int) -> None:
        super().__init__(
            parent,
            "shapeDialog",
            "Lines and samples",
            f"{path.name} holds {pixels} pixels but does not say how many lines and samples they make.",
            "Open",
        )
        self._shapes = shapes(pixels)
        self.choice = named(QComboBox(), "shapeChoice", "Lines and samples of the scene")
        for lines, samples in self._shapes:
            self.choice.addItem(f"{lines} lines × {samples} samples")
        label = named(QLabel("The scene has"), "shapeChoiceLabel", "The scene has")
        label.setProperty("role", "field")
        label.setBuddy(self.choice)
        form = QFormLayout()
        form.addRow(label, self.choice)
        self.body.addLayout(form)
        self.choice.setFocus()

    @property
    def lines(self) -> int:
        """The lines chosen."""
        return self._shapes[self.choice.currentIndex()][0]
