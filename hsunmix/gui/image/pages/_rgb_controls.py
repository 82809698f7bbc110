"""The choosers of bands and stretch under the colour image."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout

from hsunmix.gui.commands import SetStretch, ShowBands
from hsunmix.gui.image.band_chooser import BandChooser
from hsunmix.gui.image.pages._controls import PageControls
from hsunmix.gui.image.state import ImageState
from hsunmix.gui.state.view_state import ViewState
from hsunmix.session.document import Document

__all__ = ["Controls"]


class Controls(PageControls):
    """Red, green, blue, stretch."""

    def __init__(self) -> None:
        super().__init__("rgbControls", "Bands of the colour image")
        self.chooser = BandChooser()
        self.chooser.bands_chosen.connect(lambda bands: self.command.emit(ShowBands(bands)))
        self.chooser.stretch_chosen.connect(lambda pair: self.command.emit(SetStretch(pair)))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.chooser)

    def present(self, document: Document, state: ViewState) -> None:
        """Show the bands that were read."""
        self.chooser.set_cube(document.cube)
        picture = state[ImageState].picture
        if document.cube is not None and picture is not None:
            self.chooser.show_choice(picture.bands, document.view.stretch)
