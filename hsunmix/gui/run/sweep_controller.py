"""Runs with several numbers of endmembers, in the background."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

from hsunmix.gui import commands as cmd
from hsunmix.gui.run.controller import libraries_of
from hsunmix.gui.run.state import RunState
from hsunmix.gui.state.channels import SHOWN
from hsunmix.gui.state.store import Store
from hsunmix.gui.state.view_state import ViewState
from hsunmix.methods import get
from hsunmix.methods.running.sweep import Sweep, SweepStep, sweep
from hsunmix.model.progress import Step
from hsunmix.session.document import Document
from hsunmix.session.runs import request_of

__all__ = ["Controller"]

CHANNELS = {"sweep": SHOWN}


class Controller:
    """Starts and ends sweeps."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._known: Sweep | None = None  # of the sweep under way
        store.handle(cmd.StartSweep, self.start)
        store.handle(cmd.CancelSweep, lambda _: store.cancel("sweep"))
        store.watch(self._follow)

    def changed(self, old: Document, new: Document) -> None:
        """What was found for another scene says nothing about this one."""
        if new.cube is not old.cube:
            self.store.cancel("sweep")
            self._known = None
            if self.store.state[RunState].sweep is not None:
                self.store.show(RunState, sweep=None)

    def start(self, command: cmd.StartSweep) -> None:
        """Start."""
        store, document = self.store, self.store.document
        cube, settings = document.cube, document.settings
        if cube is None:
            return
        request = request_of(settings)
        self._known = None

        def work() -> Generator[Step | None, None, Sweep]:
            scene = yield from store.scenes.scene(cube)
            given = replace(request, libraries=libraries_of(store, settings, cube))
            return (yield from sweep(scene, given, range(command.first, command.last + 1), command.seeds))

        def done(found: Sweep) -> None:
            if store.document.cube is cube:
                store.show(RunState, sweep=found)

        def cancelled() -> None:
            if store.document.cube is not cube:
                store.note(f"{title}: not done, because other pixels or bands are used now.")
            elif self._known is not None:
                store.show(RunState, sweep=self._known)

        store.close_message()
        store.show(RunState, sweep=None)
        if settings.weights is not None:
            store.note("These runs are on halves of the pixels, without weights: all values count alike.")
        running = get(settings.method, "factorization", "extraction").title
        title = f"Running {running} with {command.first} to {command.last} endmembers"
        store.start("sweep", title, work(), done, cancelled=cancelled, of=cube)

    def _follow(self, _old: ViewState, new: ViewState) -> None:
        task = new.tasks.get("sweep")
        if task is not None and isinstance(task.step, SweepStep):
            self._known = task.step.sweep
