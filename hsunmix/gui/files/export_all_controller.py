"""Exports of several scenes at once."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

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

        def work() -> Generator[Step | None, None, tuple[list[Path], list[str]]]:
            from hsunmix.exports import ProductFolder
            from hsunmix.exports._several import deliver_several

            yield None
            chosen = several_jobs(document, out, products, dpi)
            with ProductFolder(out) as place:
                paths = yield from deliver_several(chosen, place, products)
            return paths, list(chosen.failures.values())

        def done(outcome: tuple[list[Path], list[str]]) -> None:
            paths, failed = outcome
            written = f"{counted(len(paths), 'file')} written to {out}"
            left = f". Not written: {'; '.join(failed)}" if failed else ""
            store.say(written + left, [("Show folder", cmd.OpenFolder(out))])

        store.start("export", "Exporting all scenes", work(), done)
