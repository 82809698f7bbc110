"""Runs with several numbers of endmembers, in the background."""

from __future__ import annotations

from collections.abc import Generator

from hsunmix.gui import commands as i
from hsunmix.gui.state.live import Live
from hsunmix.gui.state.workbench import Workbench
from hsunmix.methods import get
from hsunmix.methods.sweep import Sweep, SweepStep, sweep
from hsunmix.model.progress import Step
from hsunmix.session.document import Document
from hsunmix.session.runs import request_of

__all__ = ["Controller"]


class Controller:
    """Starts and ends sweeps."""

    def __init__(self, bench: Workbench) -> None:
        self.bench = bench
        self._known: Sweep | None = None  # of the sweep under way
        bench.handle(i.StartSweep, self.start)
        bench.handle(i.CancelSweep, lambda _: bench.cancel("sweep"))
        bench.watch(self._follow)

    def changed(self, old: Document, new: Document) -> None:
        """What was found for another scene says nothing about this one."""
        if new.cube is not old.cube:
            self.bench.cancel("sweep")
            self._known = None
            if self.bench.live.sweep is not None:
                self.bench.show(sweep=None)

    def start(self, intent: i.StartSweep) -> None:
        """Start."""
        bench, document = self.bench, self.bench.document
        cube, settings = document.cube, document.settings
        if cube is None:
            return
        request = request_of(settings)
        self._known = None

        def work() -> Generator[Step | None, None, Sweep]:
            scene = yield from bench.scenes.scene(cube)
            return (yield from sweep(scene, request, range(intent.first, intent.last + 1), intent.seeds))

        def done(found: Sweep) -> None:
            if bench.document.cube is cube:
                bench.show(sweep=found)

        def cancelled() -> None:
            if bench.document.cube is cube and self._known is not None:
                bench.show(sweep=self._known)

        bench.close_message()
        bench.show(sweep=None)
        running = get(settings.method, "factorization", "extraction").title
        title = f"Running {running} with {intent.first} to {intent.last} endmembers"
        bench.start("sweep", title, work(), done, cancelled=cancelled)

    def _follow(self, _old: Live, new: Live) -> None:
        task = new.tasks.get("sweep")
        if task is not None and isinstance(task.step, SweepStep):
            self._known = task.step.sweep
