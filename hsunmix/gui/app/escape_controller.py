"""The Escape key: what is innermost is left first."""

from __future__ import annotations

from hsunmix.gui import commands as cmd
from hsunmix.gui.regions.state import RegionsState
from hsunmix.gui.run.state import RunState
from hsunmix.gui.state.store import Store
from hsunmix.session.document import Document

__all__ = ["Controller"]


class Controller:
    """Carries out Escape."""

    def __init__(self, store: Store) -> None:
        self.store = store
        store.handle(cmd.Escape, self.escape)

    def changed(self, old: Document, new: Document) -> None:
        """Nothing to follow."""

    def escape(self, _command: cmd.Escape) -> None:
        """Leave the tool in hand, else the mask that is planned, the work or the message, the comparison."""
        state = self.store.state
        if state[RegionsState].tool:
            self.store.send(cmd.PutDown())
        elif state[RegionsState].masking is not None:
            self.store.send(cmd.CancelMask())
        elif state.cancellable or state.message is not None or state[RunState].comparing is None:
            self.store.send(cmd.CancelWork())
        else:
            self.store.send(cmd.StopComparing())
