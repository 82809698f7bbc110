"""Handing products on."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hsunmix.gui import commands as cmd
from hsunmix.gui.files.prompts import Products
from hsunmix.gui.run.state import is_solved
from hsunmix.gui.state.channels import IN_TURN
from hsunmix.gui.state.store import Store
from hsunmix.model.progress import Step
from hsunmix.session.document import Document
from hsunmix.session.reproduce import facts_of, made_again

if TYPE_CHECKING:
    from hsunmix.exports import ExportJob

__all__ = ["Controller"]

CHANNELS = {"export": IN_TURN}


class Controller:
    """Writes products."""

    def __init__(self, store: Store) -> None:
        self.store = store
        store.handle(cmd.Export, self.export)

    def changed(self, old: Document, new: Document) -> None:
        """Nothing to follow."""

    def export(self, _command: cmd.Export) -> None:
        """Ask which products and where, and write them."""
        store, document = self.store, self.store.document
        if document.unmixing is None or document.cube is None:
            return
        if not is_solved(store):
            return
        from hsunmix.exports import ExportJob

        known = store.settings.preferences
        job = ExportJob(document.unmixing, document.endmembers, document.cube, dpi=known.export_dpi)
        place = known.export_folder or self._folder(document)
        answer = store.ask(Products(place, known.export_products, job))
        if answer is None:
            return
        folder, products = answer
        store.settings.change(export_folder=str(folder), export_products=products)
        chosen = replace(job, dpi=store.settings.preferences.export_dpi)
        work = self._work(document, chosen, folder, products)

        def done(paths: list[Path]) -> None:
            count = f"{len(paths)} files" if len(paths) != 1 else "1 file"
            store.say(f"{count} written to {folder}", [("Show folder", cmd.OpenFolder(folder))])

        def failed(error: BaseException) -> None:
            store.fail(error, [("Export elsewhere…", cmd.Export())])

        store.start("export", "Exporting", work, done, failed)

    def _work(
        self, document: Document, job: ExportJob, folder: Path, products: tuple[str, ...]
    ) -> Generator[Step | None, None, list[Path]]:
        """Write the products, and with them what makes them again: a script, and a command where one does."""
        from hsunmix.exports import deliver

        yield None
        cube = document.cube
        assert cube is not None
        facts = facts_of(document, self.store.scenes.here(cube))
        if not facts.masks_hold:
            cube = cube.with_selection(cube.selection)  # words that make another mask are not written
        command, script, reason = made_again(document, facts, folder, products, job.dpi)
        made = replace(job, cube=cube, command=command, no_command=reason, script=script)
        return (yield from deliver(made, folder, products))

    def _folder(self, document: Document) -> str:
        cube = document.cube
        if cube is None or cube.path is None:
            return str(Path.home() / "hsunmix-export")
        return str(Path.home() / f"{cube.path.stem}-unmixed")
