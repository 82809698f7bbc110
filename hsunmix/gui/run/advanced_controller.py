"""Whether the parameters of the methods are shown: remembered from one day to the next."""

from __future__ import annotations

from hsunmix.gui import commands as cmd
from hsunmix.gui.run.state import RunState
from hsunmix.gui.state.store import Store
from hsunmix.session.document import Document

__all__ = ["Controller"]


class Controller:
    """Unfolds and folds them."""

    def __init__(self, store: Store) -> None:
        self.store = store
        store.show(RunState, advanced=store.settings.preferences.advanced)
        store.handle(cmd.ShowAdvanced, self.show)

    def changed(self, old: Document, new: Document) -> None:
        """Nothing follows from a document."""

    def show(self, command: cmd.ShowAdvanced) -> None:
        """Show them or don't."""
        self.store.show(RunState, advanced=command.shown)
        self.store.settings.change(advanced=command.shown)
