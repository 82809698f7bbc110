"""The choosers of bands and stretch under the colour image."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout

from hsunmix.gui.commands import SetStretch, ShowBands
from hsunmix.gui.image.band_chooser import BandChooser
from hsunmix.gui.image.pages._controls import PageControls
from hsunmix.gui.state.live import Live
from hsunmix.session.document import Document

__all__ = ["Controls"]


class Controls(PageControls):
    """Red, green, blue, stretch."""

    def __init__(self) -> None:
        super().__init__("rgbControls", "Bands of the colour image")
        self.chooser = BandChooser()
        self.chooser.bands_chosen.connect(lambda bands: self.intent.emit(ShowBands(bands)))
        self.chooser.stretch_chosen.connect(lambda pair: self.intent.emit(SetStretch(pair)))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.chooser)

    def present(self, document: Document, live: Live) -> None:
        """Show the bands that were read."""
        self.chooser.set_cube(document.cube)
        if document.cube is not None and live.picture is not None:
            self.chooser.show_choice(live.picture.bands, document.view.stretch)
