"""Asks the analyst, by dialogs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QFileDialog, QWidget

from hsunmix.gui.app.placement import place, placed
from hsunmix.gui.state.diagnostics import Subject
from hsunmix.gui.state.settings import Settings
from hsunmix.model.cube import Cube
from hsunmix.model.spectra import Spectra

if TYPE_CHECKING:
    from hsunmix.exports import Delivery

__all__ = ["QtDialogs"]


class QtDialogs:
    """The dialogs of ``store.Dialogs``, answered in dialogs over a window.

    Parameters
    ----------
    window : callable
        Returns the window that the dialogs belong to.
    """

    def __init__(self, window: Callable[[], QWidget | None]) -> None:
        self._window = window

    def open_file(self, folder: str) -> Path | None:
        """Which cube or session to open."""
        from hsunmix.formats import file_filter

        cubes, *rest = file_filter().split(";;")
        inside = cubes[cubes.rfind("(") + 1 : -1]
        filters = ";;".join([f"Cubes and sessions ({inside} *.hsu)", "Sessions (*.hsu)", cubes, *rest])
        chosen, _ = QFileDialog.getOpenFileName(self._window(), "Open a cube or a session", folder, filters)
        return Path(chosen) if chosen else None

    def cube_of(self, session: Path) -> Path | None:
        """Where the cube of a session is."""
        from hsunmix.formats import file_filter

        title = f"Where is the cube of {session.name}?"
        chosen, _ = QFileDialog.getOpenFileName(self._window(), title, str(session.parent), file_filter())
        return Path(chosen) if chosen else None

    def lines_of(self, path: Path, pixels: int) -> int | None:
        """How many lines a file's pixels make."""
        from hsunmix.gui.files.shape_dialog import ShapeDialog

        dialog = ShapeDialog(self._window(), path, pixels)
        return dialog.lines if _agreed(dialog) else None

    def layout_of(self, cube: Cube) -> dict[str, str] | None:
        """Which dataset of its file a cube is, the order of its axes, its grid."""
        from hsunmix.gui.files.layout_dialog import LayoutDialog

        dialog = LayoutDialog(self._window(), cube)
        return dialog.options if _agreed(dialog) else None

    def session_file(self, suggestion: Path) -> Path | None:
        """Where to save the session."""
        chosen, _ = QFileDialog.getSaveFileName(
            self._window(), "Save the session", str(suggestion), "Sessions (*.hsu)"
        )
        return Path(chosen) if chosen else None

    def products(
        self, folder: str, chosen: tuple[str, ...], delivery: Delivery
    ) -> tuple[Path, tuple[str, ...]] | None:
        """Which products to write, and where."""
        from hsunmix.gui.files.export_dialog import ExportDialog

        dialog = ExportDialog(self._window(), folder, chosen, delivery)
        if not _agreed(dialog):
            return None
        settings = _settings(dialog)
        if settings is not None:
            settings.change(export_dpi=dialog.dpi)
        return dialog.folder, dialog.products

    def unsaved(self, name: str) -> str:
        """What to do with changes."""
        from hsunmix.gui.files.unsaved_dialog import UnsavedDialog

        dialog = UnsavedDialog(self._window(), name)
        _agreed(dialog)
        return dialog.answer

    def region_file(self, folder: Path, writing: bool) -> Path | None:
        """Which GeoJSON file."""
        return self._image_or_vector(folder / "regions.geojson", "GeoJSON (*.geojson *.json)", writing)

    def mask_file(self, folder: Path, writing: bool) -> Path | None:
        """Which image of a mask."""
        if writing:
            return self._image_or_vector(folder / "mask.tif", "GeoTIFF (*.tif)", writing)
        kinds = "Masks (*.tif *.tiff *.hdr *.png *.npy);;All files (*)"
        return self._image_or_vector(folder / "mask.tif", kinds, writing)

    def _image_or_vector(self, place: Path, kinds: str, writing: bool) -> Path | None:
        if writing:
            chosen, _ = QFileDialog.getSaveFileName(self._window(), "Write", str(place), kinds)
        else:
            chosen, _ = QFileDialog.getOpenFileName(self._window(), "Open", str(place.parent), kinds)
        return Path(chosen) if chosen else None

    def library_file(self, folder: str) -> Path | None:
        """Which spectral library to use as well."""
        from hsunmix.formats import spectra_filter

        chosen, _ = QFileDialog.getOpenFileName(
            self._window(), "Open a spectral library", folder, spectra_filter()
        )
        return Path(chosen) if chosen else None

    def library_entries(
        self, library: Spectra, good: NDArray[np.bool_]
    ) -> tuple[tuple[int, ...], float | None, bool]:
        """Which of its spectra to make endmembers, by what to multiply them, whether to leave bands out."""
        from hsunmix.gui.library.dialog import LibraryDialog

        dialog = LibraryDialog(self._window(), library, good)
        return (dialog.chosen, dialog.factor, dialog.leaves_out) if _agreed(dialog) else ((), None, False)

    def matches(self, subject: Subject, compare: Callable[[int], None]) -> tuple[str, int] | None:
        """What an endmember is."""
        from hsunmix.gui.library.matches_dialog import MatchDialog

        dialog = MatchDialog(self._window(), subject)
        dialog.looked_at.connect(compare)
        return dialog.answer if _agreed(dialog) else None

    def about(self) -> None:
        """Show the versions."""
        from hsunmix.gui.help.about_dialog import AboutDialog

        _agreed(AboutDialog(self._window()))

    def licences(self) -> None:
        """Show the licences."""
        from hsunmix.gui.help.licences_dialog import LicencesDialog

        _agreed(LicencesDialog(self._window()))


def _agreed(dialog: Any) -> bool:
    """Run a dialog to its end; its place is remembered, and nothing of it stays."""
    settings = _settings(dialog)
    name = dialog.objectName()
    if settings is not None and name in settings.preferences.tools:
        place(dialog, settings.preferences.tools[name])
    first = placed(dialog)
    try:
        return bool(dialog.exec())
    finally:
        if settings is not None and placed(dialog) != first:
            settings.change(tools={**settings.preferences.tools, name: placed(dialog)})
        dialog.deleteLater()


def _settings(dialog: Any) -> Settings | None:
    """Return the settings of the window that a dialog belongs to."""
    return getattr(getattr(dialog.parent(), "store", None), "settings", None)
