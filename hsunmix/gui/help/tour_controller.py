"""The guided start goes on when a step was done."""

from __future__ import annotations

from hsunmix.gui import commands as cmd
from hsunmix.gui.help.state import HelpState
from hsunmix.gui.help.tour import STEPS
from hsunmix.gui.state.store import Store
from hsunmix.gui.state.view_state import ViewState
from hsunmix.session.document import Document

__all__ = ["Controller"]


class Controller:
    """Counts the steps."""

    def __init__(self, store: Store) -> None:
        self.store = store
        store.handle(cmd.StartTour, lambda _: self._turn_to(0))
        store.handle(cmd.NextStep, self.next)
        store.handle(cmd.StopTour, lambda _: store.show(HelpState, tour=None))
        store.watch(self._follow)

    def changed(self, old: Document, new: Document) -> None:  # noqa: ARG002
        """Look whether the step was done."""
        self._look()

    def next(self, _command: cmd.NextStep) -> None:
        """Go on."""
        step = self.store.state[HelpState].tour
        if step is not None:
            self._turn_to(step + 1)

    def _follow(self, old: ViewState, new: ViewState) -> None:
        if new[HelpState].tour is not None and new.tasks.keys() != old.tasks.keys():
            self._look()

    def _look(self) -> None:
        step = self.store.state[HelpState].tour
        if step is not None and STEPS[step].done(self.store.document, self.store.state):
            self._turn_to(step + 1)

    def _turn_to(self, step: int) -> None:
        """Show a step; one that was done already is passed over."""
        while step < len(STEPS) and STEPS[step].done(self.store.document, self.store.state):
            step += 1
        self.store.show(HelpState, tour=step if step < len(STEPS) else None)
