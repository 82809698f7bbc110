"""Which dataset of a file is the cube, which of its axes is which, and on which grid it is shown."""

from __future__ import annotations

from itertools import permutations

from PySide6.QtWidgets import QComboBox, QFormLayout, QLabel, QWidget

from hsunmix.gui.widgets.dialog import Dialog
from hsunmix.gui.widgets.panel import named
from hsunmix.model.cube import Cube

__all__ = ["LayoutDialog", "words_of"]

NAMES = {"y": "lines", "x": "samples", "b": "bands"}
GRIDS = {"sensor": "As the sensor saw it", "map": "Laid out on the map by the file's table"}


def words_of(axes: str, sizes: tuple[int, ...]) -> str:
    """Say an order of axes for sizes along them: ``12 bands × 11 lines × 14 samples``."""
    return " × ".join(f"{size} {NAMES[axis]}" for axis, size in zip(axes, sizes, strict=True))


class LayoutDialog(Dialog):
    """Offers what else a file may mean.

    Parameters
    ----------
    parent : QWidget or None
    cube : Cube
        As it was opened.
    """

    def __init__(self, parent: QWidget | None, cube: Cube) -> None:
        layout = cube.layout
        doubt = "" if layout.sure else " The file does not say which axis is which."
        super().__init__(
            parent, "layoutDialog", "How the cube is stored", f"{cube.name}: what is it?{doubt}", "Open"
        )
        self._layout = layout
        form = QFormLayout()
        self.dataset = self._choice(form, "layoutDataset", "Dataset", {n: n for n in layout.datasets})
        self.dataset.setCurrentIndex(max(0, self.dataset.findData(layout.dataset)))
        axes = {}
        if layout.axes:
            sizes = tuple(cube.shape["yxb".index(axis)] for axis in layout.axes)
            orders = [layout.axes, *("".join(p) for p in permutations("yxb") if "".join(p) != layout.axes)]
            axes = {order: words_of(order, sizes) for order in orders}
        self.axes = self._choice(form, "layoutAxes", "It has", axes)
        self.grid = self._choice(form, "layoutGrid", "Shown", GRIDS if layout.grid else {})
        self.grid.setCurrentIndex(max(0, self.grid.findData(layout.grid)))
        self.dataset.currentIndexChanged.connect(self._dataset_changed)
        self.body.addLayout(form)

    def _choice(self, form: QFormLayout, name: str, text: str, items: dict[str, str]) -> QComboBox:
        """Add a field, unless there is nothing to choose."""
        choice = named(QComboBox(), name, text)
        for data, shown in items.items():
            choice.addItem(shown, data)
        if len(items) > 1:
            label = named(QLabel(text), f"{name}Label", text)
            label.setProperty("role", "field")
            label.setBuddy(choice)
            form.addRow(label, choice)
        else:
            choice.setParent(self)
            choice.hide()
        return choice

    def _dataset_changed(self) -> None:
        """Another dataset's axes are found anew: they have other sizes."""
        self.axes.setEnabled(self.dataset.currentData() == self._layout.dataset)

    @property
    def options(self) -> dict[str, str]:
        """What to open the file with."""
        chosen: dict[str, str] = {}
        if self.dataset.count() > 1:
            chosen["dataset"] = self.dataset.currentData()
        if self.axes.count() and self.axes.isEnabled():
            chosen["axes"] = self.axes.currentData()
        if self.grid.count():
            chosen["grid"] = self.grid.currentData()
        return chosen
