"""The guided start goes on when a step was done."""

from __future__ import annotations

from hsunmix.gui import commands as i
from hsunmix.gui.help.tour import STEPS
from hsunmix.gui.state.live import Live
from hsunmix.gui.state.workbench import Workbench
from hsunmix.session.document import Document

__all__ = ["Controller"]


class Controller:
    """Counts the steps."""

    def __init__(self, bench: Workbench) -> None:
        self.bench = bench
        bench.handle(i.StartTour, lambda _: self._turn_to(0))
        bench.handle(i.NextStep, self.next)
        bench.handle(i.StopTour, lambda _: bench.show(tour=None))
        bench.watch(self._follow)

    def changed(self, old: Document, new: Document) -> None:  # noqa: ARG002
        """Look whether the step was done."""
        self._look()

    def next(self, _intent: i.NextStep) -> None:
        """Go on."""
        step = self.bench.live.tour
        if step is not None:
            self._turn_to(step + 1)

    def _follow(self, old: Live, new: Live) -> None:
        if new.tour is not None and new.tasks.keys() != old.tasks.keys():
            self._look()

    def _look(self) -> None:
        step = self.bench.live.tour
        if step is not None and STEPS[step].done(self.bench.document, self.bench.live):
            self._turn_to(step + 1)

    def _turn_to(self, step: int) -> None:
        """Show a step; one that was done already is passed over."""
        while step < len(STEPS) and STEPS[step].done(self.bench.document, self.bench.live):
            step += 1
        self.bench.show(tour=step if step < len(STEPS) else None)
