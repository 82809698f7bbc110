"""Handing products on."""

from __future__ import annotations

import shlex
from pathlib import Path

from hsunmix.gui import intents as i
from hsunmix.gui.workbench import Workbench
from hsunmix.methods import methods
from hsunmix.session.document import Document

__all__ = ["Controller", "command_line"]


class Controller:
    """Writes products."""

    def __init__(self, bench: Workbench) -> None:
        self.bench = bench
        bench.handle(i.Export, self.export)

    def changed(self, old: Document, new: Document) -> None:
        """Nothing to follow."""

    def export(self, _intent: i.Export) -> None:
        """Ask which products and where, and write them."""
        bench, document = self.bench, self.bench.document
        if document.unmixing is None or document.cube is None:
            return
        known = bench.settings.preferences
        answer = bench.ask.products(known.export_folder or self._folder(document), known.export_products)
        if answer is None:
            return
        folder, products = answer
        bench.settings.change(export_folder=str(folder), export_products=products)

        from hsunmix.exports import Delivery, deliver

        command = command_line(document, folder, products)
        delivery = Delivery(document.unmixing, document.endmembers, document.cube, command)

        def done(paths: list[Path]) -> None:
            count = f"{len(paths)} files" if len(paths) != 1 else "1 file"
            bench.say(f"{count} written to {folder}", [("Show folder", i.OpenFolder(folder))])

        def failed(error: BaseException) -> None:
            bench.fail(error, [("Export elsewhere…", i.Export())])

        bench.start("export", "Exporting", deliver(delivery, folder, products), done, failed)

    def _folder(self, document: Document) -> str:
        cube = document.cube
        if cube is None or cube.path is None:
            return str(Path.home() / "hsunmix-export")
        return str(Path.home() / f"{cube.path.stem}-unmixed")


def command_line(document: Document, folder: Path, products: tuple[str, ...]) -> str:
    """Return the command that makes the document's result; empty where none does.

    No command makes a result whose endmembers were edited or locked by hand.
    """
    result, cube = document.unmixing, document.cube
    known = methods()
    if result is None or cube is None or cube.path is None or result.method not in known:
        return ""
    if known[result.method].kind not in ("factorization", "extraction"):
        return ""
    if any(member.locked for member in document.endmembers):
        return ""
    words = ["hsunmix", "unmix", str(cube.path), "-r", str(result.rank), "-m", result.method]
    if result.abundance and result.method != "auto":
        words += ["-a", result.abundance]
    words += ["--seed", str(result.seed)]
    defaults = {p.name: p.default for p in known[result.method].parameters}
    for name, value in result.parameters.items():
        if value != defaults.get(name):
            words += ["--set", f"{name}={value}"]
    for name, value in cube.options:
        if name == "lines":
            words += ["--lines", str(value)]
    return shlex.join([*words, "-o", str(folder), "--products", ",".join(products)])
