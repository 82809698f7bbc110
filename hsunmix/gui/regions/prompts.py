"""What the analyst is asked about files of masks and regions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from hsunmix.gui.state.dialogs import Prompt
from hsunmix.gui.widgets.dialog import chosen_path

__all__ = ["MaskFile", "RegionFile"]


@dataclass(frozen=True)
class RegionFile(Prompt[Path | None]):
    """Which GeoJSON file to write regions into, or which file of a GIS to read them from."""

    folder: Path
    writing: bool

    def show(self, window: QWidget | None) -> Path | None:
        """Ask for a file."""
        from hsunmix.formats import vectors_filter

        kinds = "GeoJSON (*.geojson *.json)" if self.writing else vectors_filter()
        return _file(window, self.folder / "regions.geojson", kinds, self.writing)


@dataclass(frozen=True)
class MaskFile(Prompt[Path | None]):
    """Which image file to write the mask into, or to read it from."""

    folder: Path
    writing: bool

    def show(self, window: QWidget | None) -> Path | None:
        """Ask for a file."""
        read = "Masks (*.tif *.tiff *.hdr *.png *.npy *.geojson *.gpkg *.shp);;All files (*)"
        kinds = "GeoTIFF (*.tif)" if self.writing else read
        return _file(window, self.folder / "mask.tif", kinds, self.writing)


def _file(window: QWidget | None, place: Path, kinds: str, writing: bool) -> Path | None:
    if writing:
        return chosen_path(QFileDialog.getSaveFileName(window, "Write", str(place), kinds))
    return chosen_path(QFileDialog.getOpenFileName(window, "Open", str(place.parent), kinds))
