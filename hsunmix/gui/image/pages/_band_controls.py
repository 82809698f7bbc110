"""The slider that goes through the bands, and the stretch."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QHBoxLayout, QSlider

from hsunmix.gui.commands import SetStretch, ShowBand
from hsunmix.gui.image.pages._controls import PageControls
from hsunmix.gui.image.pages.band import band_name
from hsunmix.gui.image.stretch_chooser import StretchChooser
from hsunmix.gui.state.documents import band_shown
from hsunmix.gui.state.view_state import ViewState
from hsunmix.gui.widgets.panel import named
from hsunmix.session.document import Document

__all__ = ["Controls"]


class Controls(PageControls):
    """A slider with a step for every band."""

    def __init__(self) -> None:
        super().__init__("bandControls", "The band shown")
        self.slider = named(QSlider(Qt.Orientation.Horizontal), "bandSlider", "Band shown")
        self.slider.setToolTip("The band shown; Ctrl+Right and Ctrl+Left go to the next and the one before")
        self.slider.setMinimumWidth(160)
        self.slider.valueChanged.connect(lambda band: self.command.emit(ShowBand(band)))
        self.stretch = StretchChooser("bandStretch", "Stretch of the band, percentiles")
        self.stretch.chosen.connect(lambda pair: self.command.emit(SetStretch(pair)))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.slider, 1)
        layout.addWidget(self.stretch)

    def present(self, document: Document, state: ViewState) -> None:  # noqa: ARG002
        """Show the band that is wanted; its image may still be on its way."""
        bands = document.cube.bands if document.cube is not None else 1
        band = band_shown(document)
        with QSignalBlocker(self.slider):
            self.slider.setRange(0, bands - 1)
            self.slider.setValue(band)
        self.slider.setAccessibleDescription(band_name(document, band))
        self.stretch.show_choice(document.view.stretch)
