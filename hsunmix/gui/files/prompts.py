"""What the analyst is asked about files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QWidget

from hsunmix.gui.state.dialogs import Prompt
from hsunmix.gui.widgets.dialog import agreed, chosen_path, settings_of
from hsunmix.model.cube import Cube

if TYPE_CHECKING:
    from hsunmix.exports import ExportJob

__all__ = [
    "CubeOf",
    "CubeToWrite",
    "FinerCube",
    "LayoutOf",
    "LinesOf",
    "OpenFile",
    "Products",
    "SessionFile",
    "Unsaved",
    "WavelengthsOf",
]


@dataclass(frozen=True)
class OpenFile(Prompt[Path | tuple[Path, ...] | None]):
    """Which cube or session to open; several cubes are scenes."""

    folder: str

    def show(self, window: QWidget | None) -> Path | tuple[Path, ...] | None:
        """Ask for a file, or several."""
        from hsunmix.formats import file_filter

        cubes, *rest = file_filter().split(";;")
        inside = cubes[cubes.rfind("(") + 1 : -1]
        filters = ";;".join([f"Cubes and sessions ({inside} *.hsu)", "Sessions (*.hsu)", cubes, *rest])
        title = "Open a cube, a session, or several cubes"
        names, _ = QFileDialog.getOpenFileNames(window, title, self.folder, filters)
        paths = tuple(map(Path, names))
        return paths if len(paths) > 1 else paths[0] if paths else None


@dataclass(frozen=True)
class CubeOf(Prompt[Path | None]):
    """Where the cube of a session is."""

    session: Path

    def show(self, window: QWidget | None) -> Path | None:
        """Ask for a file."""
        from hsunmix.formats import file_filter

        title = f"Where is the cube of {self.session.name}?"
        return chosen_path(
            QFileDialog.getOpenFileName(window, title, str(self.session.parent), file_filter())
        )


@dataclass(frozen=True)
class LinesOf(Prompt[int | None]):
    """How many lines a file's pixels make."""

    path: Path
    pixels: int

    def show(self, window: QWidget | None) -> int | None:
        """Ask for a shape."""
        from hsunmix.gui.files.shape_dialog import ShapeDialog

        dialog = ShapeDialog(window, self.path, self.pixels)
        return dialog.lines if agreed(dialog) else None


@dataclass(frozen=True)
class LayoutOf(Prompt[dict[str, str] | None]):
    """Which dataset of its file a cube is, the order of its axes, its grid: options to open it with."""

    cube: Cube

    def show(self, window: QWidget | None) -> dict[str, str] | None:
        """Ask for options."""
        from hsunmix.gui.files.layout_dialog import LayoutDialog

        dialog = LayoutDialog(window, self.cube)
        return dialog.options if agreed(dialog) else None


@dataclass(frozen=True)
class WavelengthsOf(Prompt[str | None]):
    """Which wavelengths a cube has, in the words of ``--wavelengths``; empty for those of its file."""

    cube: Cube

    def show(self, window: QWidget | None) -> str | None:
        """Ask."""
        from hsunmix.gui.files.wavelengths_dialog import WavelengthsDialog

        dialog = WavelengthsDialog(window, self.cube)
        return dialog.text if agreed(dialog) else None


@dataclass(frozen=True)
class SessionFile(Prompt[Path | None]):
    """Where to save the session."""

    suggestion: Path

    def show(self, window: QWidget | None) -> Path | None:
        """Ask for a file."""
        return chosen_path(
            QFileDialog.getSaveFileName(window, "Save the session", str(self.suggestion), "Sessions (*.hsu)")
        )


@dataclass(frozen=True)
class Products(Prompt[tuple[Path, tuple[str, ...]] | None]):
    """Which products to write, and where."""

    folder: str
    chosen: tuple[str, ...]
    job: ExportJob

    def show(self, window: QWidget | None) -> tuple[Path, tuple[str, ...]] | None:
        """Ask for products; their resolution is remembered."""
        from hsunmix.gui.files.export_dialog import ExportDialog

        dialog = ExportDialog(window, self.folder, self.chosen, self.job)
        if not agreed(dialog):
            return None
        settings = settings_of(dialog)
        if settings is not None:
            settings.change(export_dpi=dialog.dpi)
        return dialog.folder, dialog.products


@dataclass(frozen=True)
class Unsaved(Prompt[str]):
    """What to do with changes: ``save``, ``discard`` or ``cancel``."""

    name: str

    def show(self, window: QWidget | None) -> str:
        """Ask."""
        from hsunmix.gui.files.unsaved_dialog import UnsavedDialog

        dialog = UnsavedDialog(window, self.name)
        agreed(dialog)
        return dialog.answer


@dataclass(frozen=True)
class CubeToWrite(Prompt[Path | None]):
    """Which ENVI file to write a cube to."""

    suggestion: Path

    def show(self, window: QWidget | None) -> Path | None:
        """Ask for a file."""
        kinds = "ENVI images (*.img *.dat *.bsq)"
        return chosen_path(QFileDialog.getSaveFileName(window, "Write the cube", str(self.suggestion), kinds))


@dataclass(frozen=True)
class FinerCube(Prompt[Path | None]):
    """Which cube of finer pixels to fuse with."""

    folder: str

    def show(self, window: QWidget | None) -> Path | None:
        """Ask for a file."""
        from hsunmix.formats import file_filter

        title = "A cube of the same ground with finer pixels"
        return chosen_path(QFileDialog.getOpenFileName(window, title, self.folder, file_filter()))
