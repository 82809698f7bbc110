"""The bands shown as red, green and blue, and the stretch."""

from __future__ import annotations

from PySide6.QtCore import QStringListModel, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSizePolicy, QWidget

from hsunmix.gui.image.stretch_chooser import StretchChooser
from hsunmix.gui.widgets.panel import named
from hsunmix.gui.widgets.quiet import QuietComboBox
from hsunmix.model.cube import Cube

__all__ = ["BandChooser", "band_label"]

CHANNELS = (("R", "Red band"), ("G", "Green band"), ("B", "Blue band"))


def band_label(cube: Cube, index: int) -> str:
    """Return how a band is called in a list: by wavelength, by name, or by number (from 1)."""
    if cube.wavelengths is not None:
        return f"{cube.wavelengths[index]:.0f} nm"
    return cube.band_names[index] if cube.band_names else f"band {index + 1}"


class BandChooser(QWidget):
    """Three lists of bands and one of stretches.

    Signals
    -------
    bands_chosen : object
        Tuple of 3 int.
    stretch_chosen : object
        Tuple of 2 float.
    """

    bands_chosen = Signal(object)
    stretch_chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        named(self, "bandChooser", "Bands of the colour image")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(5)
        self._cube: Cube | None = None
        self._boxes = []
        self._bands = QStringListModel(self)  # one for the three lists: there may be hundreds of bands
        for letter, title in CHANNELS:
            label = named(QLabel(letter), f"{title.split()[0].lower()}BandLabel", title)
            label.setProperty("role", "muted")
            box = named(QuietComboBox(), f"{title.split()[0].lower()}Band", title)
            box.setToolTip(f"{title} of the RGB image")
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(7)
            box.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
            box.setModel(self._bands)
            box.activated.connect(self._on_band)
            label.setBuddy(box)  # on Linux, what a list is called is known from its label
            layout.addWidget(label)
            layout.addWidget(box)
            self._boxes.append(box)
        layout.addSpacing(8)
        self.stretch = StretchChooser("stretch", "Stretch of the colour image, percentiles")
        self.stretch.chosen.connect(self.stretch_chosen)
        layout.addWidget(self.stretch)

    def set_cube(self, cube: Cube | None) -> None:
        """List the bands of a cube."""
        if cube is self._cube:
            return
        self._cube = cube
        labels = [] if cube is None else [band_label(cube, k) for k in range(cube.bands)]
        self._bands.setStringList(labels)

    def show_choice(self, bands: tuple[int, int, int], stretch: tuple[float, float]) -> None:
        """Show what is chosen."""
        for box, band in zip(self._boxes, bands, strict=True):
            box.setCurrentIndex(band)
        self.stretch.show_choice(stretch)

    def _on_band(self) -> None:
        self.bands_chosen.emit(tuple(box.currentIndex() for box in self._boxes))
