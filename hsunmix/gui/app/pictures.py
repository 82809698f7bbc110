"""Carries out what is asked of plots and maps: copy, copy the numbers, save."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from hsunmix.errors import InputError
from hsunmix.files import replacing
from hsunmix.gui import commands as cmd
from hsunmix.gui.app.prompts import PictureFile
from hsunmix.gui.state.store import Store
from hsunmix.gui.widgets.pictured import as_image, as_svg, copy_picture

__all__ = ["Pictures"]

FIRST = "imagePanel"  # what is meant where nothing that can be copied has the focus


class Pictures:
    """Finds what is meant by its name, or by the focus, and hands it to the clipboard or a file.

    Parameters
    ----------
    window : QWidget
    store : Store
    """

    def __init__(self, window: QWidget, store: Store) -> None:
        self._window, self._store = window, store
        store.handle(cmd.CopyPicture, self.copy)
        store.handle(cmd.CopyValues, self.copy_values)
        store.handle(cmd.SavePicture, self.save)

    def copy(self, command: cmd.CopyPicture) -> None:
        """Copy the picture."""
        widget = self._meant(command.name)
        copy_picture(widget)
        self._store.note(f"Copied as a picture: {widget.accessibleName()}.")

    def copy_values(self, command: cmd.CopyValues) -> None:
        """Copy the numbers."""
        widget: Any = self._meant(command.name)
        text = widget.numbers()
        if text.count("\n") < 2:
            raise InputError(f"{widget.accessibleName()} shows no values now, so nothing was copied.")
        QGuiApplication.clipboard().setText(text)
        self._store.note(f"Copied {text.count(chr(10)) - 1} rows of values: {widget.accessibleName()}.")

    def save(self, command: cmd.SavePicture) -> None:
        """Save the picture, as PNG or SVG by the name of the file."""
        widget = self._meant(command.name)
        settings = self._store.settings
        folder = Path(settings.preferences.export_folder or settings.preferences.open_folder or ".")
        path = self._store.ask(PictureFile(folder / f"{widget.accessibleName().lower()}.png"))
        if path is None:
            return
        from hsunmix.exports._own_files import check_outputs

        cube = self._store.document.cube
        check_outputs([path], [] if cube is None else [file for file, _ in cube.files])
        data = as_svg(widget) if path.suffix.lower() == ".svg" else _png(widget)
        with replacing(path) as temporary:
            temporary.write_bytes(data)
        settings.change(export_folder=str(path.parent))
        self._store.note(f"Saved {path.name}.")

    def _meant(self, name: str) -> QWidget:
        """Return the widget of a name; without one, what has the focus, and else the image."""
        focused: QWidget | None = QApplication.focusWidget()
        while not name and focused is not None and not hasattr(focused, "numbers"):
            focused = focused.parentWidget()
        found = focused if not name else self._window.findChild(QWidget, name)
        found = found or self._window.findChild(QWidget, FIRST)
        if found is None:
            raise InputError("There is nothing to copy yet: open a cube first.")
        return found


def _png(widget: QWidget) -> bytes:
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    as_image(widget).save(buffer, "PNG")  # type: ignore[call-overload]  # its stub wants bytes
    return bytes(data.data())
