"""The result shown, copied as what makes it again."""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path

from PySide6.QtGui import QGuiApplication

from hsunmix.gui import commands as cmd
from hsunmix.gui.run.state import is_solved
from hsunmix.gui.state.channels import SHOWN
from hsunmix.gui.state.store import Store
from hsunmix.model.progress import Step
from hsunmix.session.document import Document
from hsunmix.session.reproduce import Facts, command_line, facts_of, python_script

__all__ = ["Controller"]

CHANNELS = {
    "copy": SHOWN,  # a scene that is not in memory is read first
}

FOLDER = "unmixed"  # that a copied command writes into


class Controller:
    """Copies."""

    def __init__(self, store: Store) -> None:
        self.store = store
        store.handle(cmd.CopyCommand, self.command)
        store.handle(cmd.CopyScript, self.script)

    def changed(self, old: Document, new: Document) -> None:
        """Nothing to follow."""

    def command(self, _command: cmd.CopyCommand) -> None:
        """Copy the command line."""
        known = self.store.settings.preferences
        self._copy(
            "Copied the command that makes this result again",
            lambda document, facts: command_line(
                document, facts, Path(FOLDER), known.export_products, known.export_dpi
            ),
            [("Copy as a Python script", cmd.CopyScript())],
        )

    def script(self, _command: cmd.CopyScript) -> None:
        """Copy the script."""
        self._copy("Copied the Python script that makes this result again, as W and H", python_script, [])

    def _copy(
        self, said: str, make: Callable[[Document, Facts], str], instead: list[tuple[str, cmd.Command]]
    ) -> None:
        store, document = self.store, self.store.document
        cube = document.cube
        if cube is None or document.unmixing is None or not is_solved(store):
            return

        def work() -> Generator[Step | None, None, str]:
            scene = yield from store.scenes.scene(cube)
            return make(document, facts_of(document, scene))

        def done(text: str) -> None:
            QGuiApplication.clipboard().setText(text)
            store.note(said)

        store.start("copy", "Looking how this was made", work(), done, lambda e: store.fail(e, instead))
