"""What the program says of itself."""

from __future__ import annotations

from hsunmix.gui import commands as cmd
from hsunmix.gui.help.prompts import About, Licences
from hsunmix.gui.state.store import Store
from hsunmix.session.document import Document

__all__ = ["Controller"]


class Controller:
    """Shows it."""

    def __init__(self, store: Store) -> None:
        store.handle(cmd.About, lambda _: store.ask(About()))
        store.handle(cmd.Licences, lambda _: store.ask(Licences()))

    def changed(self, old: Document, new: Document) -> None:
        """Nothing of it depends on the document."""
