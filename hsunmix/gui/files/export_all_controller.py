"""Exports of several scenes at once."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

from hsunmix.errors import InputError
from hsunmix.gui import commands as cmd
from hsunmix.gui.files.prompts import Products
from hsunmix.gui.run.state import is_solved
from hsunmix.gui.state.store import Store
from hsunmix.model.progress import Step
from hsunmix.model.wording import counted
from hsunmix.session.document import Document

if TYPE_CHECKING:
    from hsunmix.exports import ExportJob

__all__ = ["Controller"]


class Controller:
    """Writes the products of all scenes of the list."""

    def __init__(self, store: Store) -> None:
        self.store = store
        store.handle(cmd.ExportAll, self.export)

    def changed(self, old: Document, new: Document) -> None:
        """Nothing to follow."""

    def export(self, _command: cmd.ExportAll) -> None:
        """Ask which products and where, and write those of all scenes."""
        store, document = self.store, self.store.document
        if not document.scenes or (document.unmixing is not None and not is_solved(store)):
            return
        from hsunmix.session.several_products import several_jobs

        known = store.settings.preferences
        several = several_jobs(document, dpi=known.export_dpi)
        job: ExportJob = next(iter(several.jobs.values()))
        folder = known.export_folder or str(Path.home() / "scenes-unmixed")
        answer = store.ask(Products(folder, known.export_products, job))
        if answer is None:
            return
        out, products = answer
        store.settings.change(export_folder=str(out), export_products=products)
        dpi = store.settings.preferences.export_dpi

        def work() -> Generator[Step | None, None, list[Path]]:
            from hsunmix.exports import ProductFolder
            from hsunmix.exports._several import deliver_several

            yield None
            chosen = several_jobs(document, _command_of(document, out, products, dpi), dpi)
            with ProductFolder(out) as place:
                return (yield from deliver_several(chosen, place, products))

        def done(paths: list[Path]) -> None:
            store.say(
                f"{counted(len(paths), 'file')} written to {out}", [("Show folder", cmd.OpenFolder(out))]
            )

        store.start("export", "Exporting all scenes", work(), done)


def _command_of(document: Document, out: Path, products: tuple[str, ...], dpi: int) -> str:
    """Return the command that makes all results again; empty where none does."""
    from hsunmix.session.reproduce import command_line, facts_of

    try:
        return command_line(document, facts_of(document, None), out, products, dpi)
    except InputError:
        return ""
