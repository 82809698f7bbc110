"""What the analyst is asked about the window itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from hsunmix.gui.state.dialogs import Prompt
from hsunmix.gui.widgets.dialog import chosen_path

__all__ = ["PictureFile"]

KINDS = "PNG picture (*.png);;SVG drawing (*.svg)"


@dataclass(frozen=True)
class PictureFile(Prompt[Path | None]):
    """Where to save a picture."""

    suggestion: Path

    def show(self, window: QWidget | None) -> Path | None:
        """Ask for a file; without an ending it is that of the kind chosen."""
        name, kind = QFileDialog.getSaveFileName(window, "Save the picture", str(self.suggestion), KINDS)
        path = chosen_path((name, kind))
        if path is None or path.suffix:
            return path
        return path.with_suffix(".svg" if "svg" in kind else ".png")
