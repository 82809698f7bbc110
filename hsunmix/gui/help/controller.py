"""What the program says of itself."""

from __future__ import annotations

from hsunmix.gui import commands as i
from hsunmix.gui.state.workbench import Workbench
from hsunmix.session.document import Document

__all__ = ["Controller"]


class Controller:
    """Shows it."""

    def __init__(self, bench: Workbench) -> None:
        bench.handle(i.Licences, lambda _: bench.ask.licences())

    def changed(self, old: Document, new: Document) -> None:
        """Nothing of it depends on the document."""
