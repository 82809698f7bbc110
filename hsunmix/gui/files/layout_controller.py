"""Opening a file in another way: its dataset, the order of its axes, its grid."""

from __future__ import annotations

from PySide6.QtCore import QTimer

from hsunmix.gui import commands as cmd
from hsunmix.gui.files.prompts import LayoutOf
from hsunmix.gui.state.store import Store
from hsunmix.session.document import Document

__all__ = ["Controller"]


class Controller:
    """Asks when nothing in a file speaks for its axes, and whenever the analyst wants to choose."""

    def __init__(self, store: Store) -> None:
        self.store = store
        store.handle(cmd.ChooseLayout, self.choose)

    def changed(self, old: Document, new: Document) -> None:
        """Ask about a cube whose axes are a guess, once it is shown; a session's has been asked about."""
        cube = new.cube
        if cube is None or cube.layout.sure or self.store.session_path is not None:
            return
        if old.cube is None or old.cube.pixels is not cube.pixels:
            QTimer.singleShot(0, self.store, lambda: self.store.send(cmd.ChooseLayout()))

    def choose(self, _command: cmd.ChooseLayout) -> None:
        """Ask, and open the file again if anything is to be different."""
        cube = self.store.document.cube
        if cube is None or cube.path is None or not cube.layout.choices:
            return
        chosen = self.store.ask(LayoutOf(cube))
        if chosen is None:
            return
        other = chosen.get("dataset", cube.layout.dataset) != cube.layout.dataset
        asked = ("dataset", "axes", "grid", *(("wavelengths",) if other else ()))  # it has bands of its own
        kept = {name: value for name, value in cube.options if name not in asked}
        self.store.send(cmd.Open(cube.path, options=tuple({**kept, **chosen}.items())))
