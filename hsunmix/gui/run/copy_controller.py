"""The result shown, copied as what makes it again."""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path

from PySide6.QtGui import QGuiApplication

from hsunmix.gui import commands as i
from hsunmix.gui.run.solve_controller import is_solved
from hsunmix.gui.state.workbench import Workbench
from hsunmix.model.progress import Step
from hsunmix.session.document import Document
from hsunmix.session.reproduce import Facts, command_line, facts_of, python_script

__all__ = ["Controller"]

FOLDER = "unmixed"  # that a copied command writes into


class Controller:
    """Copies."""

    def __init__(self, bench: Workbench) -> None:
        self.bench = bench
        bench.handle(i.CopyCommand, self.command)
        bench.handle(i.CopyScript, self.script)

    def changed(self, old: Document, new: Document) -> None:
        """Nothing to follow."""

    def command(self, _intent: i.CopyCommand) -> None:
        """Copy the command line."""
        known = self.bench.settings.preferences
        self._copy(
            "Copied the command that makes this result again",
            lambda document, facts: command_line(
                document, facts, Path(FOLDER), known.export_products, known.export_dpi
            ),
            [("Copy as a Python script", i.CopyScript())],
        )

    def script(self, _intent: i.CopyScript) -> None:
        """Copy the script."""
        self._copy("Copied the Python script that makes this result again, as W and H", python_script, [])

    def _copy(
        self, said: str, make: Callable[[Document, Facts], str], instead: list[tuple[str, i.Intent]]
    ) -> None:
        bench, document = self.bench, self.bench.document
        cube = document.cube
        if cube is None or document.unmixing is None or not is_solved(bench):
            return

        def work() -> Generator[Step | None, None, str]:
            scene = yield from bench.scenes.scene(cube)
            return make(document, facts_of(document, scene))

        def done(text: str) -> None:
            QGuiApplication.clipboard().setText(text)
            bench.note(said)

        bench.start("copy", "Looking how this was made", work(), done, lambda e: bench.fail(e, instead))
