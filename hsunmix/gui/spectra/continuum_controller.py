"""Whether the plot shows spectra divided by their continuum."""

from __future__ import annotations

from hsunmix.gui import commands as cmd
from hsunmix.gui.spectra.state import SpectraState
from hsunmix.gui.state.store import Store
from hsunmix.session.document import Document

__all__ = ["Controller"]


class Controller:
    """Remembers it for the window."""

    def __init__(self, store: Store) -> None:
        self.store = store
        store.handle(cmd.RemoveContinuum, self.remove)

    def changed(self, old: Document, new: Document) -> None:
        """Nothing to follow."""

    def remove(self, command: cmd.RemoveContinuum) -> None:
        """Show spectra so, or as they are."""
        self.store.show(SpectraState, continuum=command.removed)
