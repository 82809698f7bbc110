"""What the analyst is asked about vector layers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from hsunmix.gui.state.dialogs import Prompt

__all__ = ["VectorFiles"]


@dataclass(frozen=True)
class VectorFiles(Prompt[tuple[Path, ...]]):
    """Which files of a GIS to draw over the scene."""

    folder: Path

    def show(self, window: QWidget | None) -> tuple[Path, ...]:
        """Ask for files."""
        from hsunmix.formats import vectors_filter

        title = "Draw vector files over the scene"
        chosen, _ = QFileDialog.getOpenFileNames(window, title, str(self.folder), vectors_filter())
        return tuple(map(Path, chosen))
