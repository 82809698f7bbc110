"""What the analyst is asked about the window itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QFileDialog, QWidget

from hsunmix.gui.state.dialogs import Prompt
from hsunmix.gui.state.settings import Preferences
from hsunmix.gui.widgets.dialog import agreed, chosen_path

__all__ = ["PictureFile", "PreferencesOf"]

KINDS = "PNG picture (*.png);;SVG drawing (*.svg)"


@dataclass(frozen=True)
class PreferencesOf(Prompt[dict[str, Any] | None]):
    """What the analyst prefers: the fields of ``Preferences`` that the dialog is about."""

    preferences: Preferences

    def show(self, window: QWidget | None) -> dict[str, Any] | None:
        """Ask."""
        from hsunmix.gui.app.preferences_dialog import PreferencesDialog

        dialog = PreferencesDialog(window, self.preferences)
        return dialog.chosen if agreed(dialog) else None


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
