"""What can be done with a pixel and what lies on it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget

from hsunmix.gui import commands as cmd
from hsunmix.gui.widgets.panel import named
from hsunmix.session.document import Document

__all__ = ["PixelMenu"]


class PixelMenu(QMenu):
    """The context menu of the image; it is gone when it closes."""

    command = Signal(object)

    def __init__(self, parent: QWidget, document: Document, line: int, sample: int) -> None:
        super().__init__(parent)
        named(self, "pixelMenu", f"Pixel {line}, {sample}")
        pinned = any((pin.line, pin.sample) == (line, sample) for pin in document.pins)
        self._entry("Unpin spectrum" if pinned else "Pin spectrum", cmd.Pin(line, sample))
        self._entry("Add pixel as endmember", cmd.AddPixel(line, sample))
        selected = document.view.endmember
        if selected in range(len(document.endmembers)):
            name = document.endmembers[selected].name.replace("&", "&&")
            self._entry(f"Take {name} from this pixel", cmd.MoveEndmember(selected, line, sample))
        for k, region in enumerate(document.regions):
            if document.cube is not None and region.contains(line, sample):
                self._region(k, region.name)
        self.addSeparator()
        self._entry("Show the whole scene", cmd.Zoom())
        self.aboutToHide.connect(self.deleteLater)

    def _region(self, index: int, name: str) -> None:
        self.addSeparator()
        quoted = name.replace("&", "&&")
        self._entry(f"Select {quoted}", cmd.SelectRegion(index))
        self._entry(f"Add mean of {quoted} as endmember", cmd.AddMean(index))
        self._entry(f"Use only {quoted}", cmd.MaskRegion(index, keep=True))
        self._entry(f"Mask {quoted} out", cmd.MaskRegion(index, keep=False))
        self._entry(f"Delete {quoted}", cmd.DeleteRegion(index))

    def _entry(self, text: str, command: cmd.Command) -> None:
        self.addAction(text).triggered.connect(lambda: self.command.emit(command))
