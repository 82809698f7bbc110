"""Looks in the background what products would write, one after the other."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from hsunmix.exports import ExportJob
from hsunmix.exports._plan import Plan, plan
from hsunmix.gui.state.bridge import Bridge
from hsunmix.jobs import Outcome

__all__ = ["Planner"]


class Planner(QObject):
    """Plans of the products of one job.

    Signals
    -------
    planned : str
        What this product would write is known now, or why it can't be made.
    """

    planned = Signal(str)

    def __init__(self, job: ExportJob, parent: QObject) -> None:
        super().__init__(parent)
        self._job = job
        self._bridge = Bridge(self)
        self._wanted: list[str] = []
        self.plans: dict[str, Plan] = {}
        self.errors: dict[str, str] = {}

    def want(self, products: Sequence[str]) -> None:
        """Look at these, the first first; what is known is not looked at again."""
        self._wanted = [name for name in products if name not in self.plans and name not in self.errors]
        if not self._bridge.busy:
            self._next()

    def change(self, job: ExportJob, products: Sequence[str]) -> None:
        """Forget what is known of these products: of another job they are others."""
        self._job = job
        for name in products:
            self.plans.pop(name, None)
            self.errors.pop(name, None)

    def close(self) -> None:
        """End the work, without waiting for the step it is in."""
        self._wanted = []
        self._bridge.leave()

    def _next(self) -> None:
        if not self._wanted:
            return
        name, job = self._wanted.pop(0), self._job

        def done(outcome: Outcome[Plan]) -> None:
            if job is not self._job:
                self.want([name, *self._wanted])
                return
            if outcome.value is not None:
                self.plans[name] = outcome.value
            else:
                self.errors[name] = str(outcome.error)
            self._next()
            self.planned.emit(name)

        self._bridge.submit(plan(job, name), done)
