"""The results of the session: kept, gone back to, deleted, compared."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

from PySide6.QtCore import QTimer

from hsunmix.errors import InputError
from hsunmix.gui import commands as cmd
from hsunmix.gui.run.state import Comparing, RunState, Side, is_solved
from hsunmix.gui.state.channels import QUIET
from hsunmix.gui.state.store import Store
from hsunmix.methods.trust.stability import Stability, stability
from hsunmix.session.document import Document, Run
from hsunmix.session.runs import current, kept, restore_run, without_run

__all__ = ["Controller"]

CHANNELS = {"compare": QUIET}

BLINK = 700  # milliseconds


class Controller:
    """Carries out what is asked about the session's results."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._page = ""  # what was looked at before the comparison
        self._timer = QTimer(store)
        self._timer.setInterval(BLINK)
        self._timer.timeout.connect(lambda: store.attempt(self._blink))
        store.handle(cmd.RestoreRun, self.back)
        store.handle(cmd.DeleteRun, self.delete)
        store.handle(cmd.KeepResult, self.keep)
        store.handle(cmd.CompareRuns, lambda command: self._compare(command.first, command.second))
        store.handle(cmd.ShowPair, self.show_pair)
        store.handle(cmd.StopComparing, lambda _: self._stop())
        store.handle(cmd.Flicker, self.flicker)

    def changed(self, old: Document, new: Document) -> None:
        """A comparison follows the result shown, and ends with the scene."""
        shown = self.store.state[RunState].comparing
        if shown is None:
            return
        sides = (shown.first, shown.second)
        gone = [side for side in sides if not _is_there(side, new)]
        if new.cube is None or old.cube is None or new.cube.pixels is not old.cube.pixels:
            self._stop()
        elif gone or new.unmixing is None:
            self._stop()
            what = gone[0].label if gone else "the result shown"
            self.store.note(f"The comparison has ended: {what} is no longer there.")
        elif new.unmixing is not old.unmixing and not new.unmixing.provisional:
            self._compare_again(shown, new)
        elif new.endmembers is not old.endmembers:
            self._rename(new)

    def _compare_again(self, shown: Comparing, document: Document) -> None:
        """Compare with another result that is shown now."""
        numbers = shown.first.number, shown.second.number
        if None not in numbers:
            return
        first, second = (_side(document, number).unmixing for number in numbers)
        if first is second and numbers[0] != numbers[1]:
            self._stop()
            self.store.note("The comparison has ended: the result shown is the one it was compared with.")
        else:
            self._compare(*numbers)

    def back(self, command: cmd.RestoreRun) -> None:
        """Go back to a result."""
        document = self.store.document
        run = _run(document, command.number)
        if self.store.state.running is not None:
            self.store.cancel("run")
            self.store.note("The unmixing under way was cancelled.")
        new = restore_run(document, run.number)
        if run.unmixing is None:
            self.store.history.amend(replace(new, runs=document.runs, run_count=document.run_count))
            self.store.say(
                f"The maps of run {run.number} were dropped to save memory; its settings are set: "
                "Unmix makes it again.",
                [("Unmix", cmd.Unmix())],
            )
        elif run.unmixing is not document.unmixing:
            self.store.history.apply(f"Back to run {run.number}", new)

    def delete(self, command: cmd.DeleteRun) -> None:
        """Take a result out of the list."""
        document = self.store.document
        run = _run(document, command.number)
        self.store.history.apply(f"Delete run {run.number}", without_run(document, run.number))

    def keep(self, _command: cmd.KeepResult) -> None:
        """Put the result shown into the list."""
        document = self.store.document
        if document.unmixing is None or not is_solved(self.store):
            return
        if current(document) is None:
            new = kept(document)
            self.store.history.apply(f"Keep the result as run {new.run_count}", new)
        else:
            self.store.say("The result shown is in the list of runs already.")

    # Two results

    def show_pair(self, command: cmd.ShowPair) -> None:
        """Show the maps of another pair."""
        shown = self.store.state[RunState].comparing
        if shown is not None and 0 <= command.row < len(shown.stability.pairs):
            self.store.show(RunState, comparing=replace(shown, row=command.row))

    def _compare(self, first: int | None, second: int | None) -> None:
        store, document = self.store, self.store.document
        sides = _side(document, first), _side(document, second)
        if sides[0].unmixing is sides[1].unmixing and first != second:
            store.say("That is one and the same result; choose another one to compare with.")
            return

        def work() -> Generator[None, None, Stability]:
            yield
            return stability(sides[0].unmixing, sides[1].unmixing)

        def done(found: Stability) -> None:
            if not all(_is_there(side, store.document) for side in sides):
                return  # the run was deleted meanwhile: there is nothing to compare
            before = store.state[RunState].comparing
            if before is None:
                self._page = document.view.page
                store.show(RunState, comparing=Comparing(*sides, found))
            else:
                row = min(before.row, len(found.pairs) - 1)
                store.show(RunState, comparing=Comparing(*sides, found, row, before.flicker, before.turn))
            store.send(cmd.ShowPage("compare"))
            if None in (first, second) and store.document.unmixing is not document.unmixing:
                self.changed(document, store.document)  # another result is shown by now

        store.start("compare", "Comparing", work(), done, of=document.cube)

    def flicker(self, command: cmd.Flicker) -> None:
        """Begin or end to show the two in turn."""
        shown = self.store.state[RunState].comparing
        if shown is not None:
            self._timer.start() if command.on else self._timer.stop()
            self.store.show(RunState, comparing=replace(shown, flicker=command.on, turn=0))

    def _blink(self) -> None:
        shown = self.store.state[RunState].comparing
        if shown is None:
            self._timer.stop()
        elif self.store.document.view.page == "compare":
            self.store.show(RunState, comparing=replace(shown, turn=1 - shown.turn))

    def _rename(self, document: Document) -> None:
        """Take over new names of the result shown."""
        shown = self.store.state[RunState].comparing
        if shown is None:
            return
        first, second = (
            replace(side, endmembers=document.endmembers) if side.unmixing is document.unmixing else side
            for side in (shown.first, shown.second)
        )
        self.store.show(RunState, comparing=replace(shown, first=first, second=second))

    def _stop(self) -> None:
        self._timer.stop()
        self.store.cancel("compare")
        if self.store.state[RunState].comparing is not None:
            self.store.show(RunState, comparing=None)
            if self.store.document.view.page == "compare":
                self.store.send(cmd.ShowPage(self._page or "maps"))


def _is_there(side: Side, document: Document) -> bool:
    """Whether a side of a comparison is a result that the document still has."""
    if side.number is None:
        return document.unmixing is not None
    return any(run.number == side.number and run.unmixing is not None for run in document.runs)


def _run(document: Document, number: int) -> Run:
    found = next((run for run in document.runs if run.number == number), None)
    if found is None:
        raise InputError(f"There is no run {number} in this session; choose one of the list.")
    return found


def _side(document: Document, number: int | None) -> Side:
    """Return a result to compare; the one shown has the names it has now."""
    if number is not None:
        run = _run(document, number)
        if run.unmixing is None:
            raise InputError(f"The maps of run {number} were dropped to save memory; unmix again to compare.")
        shown = run.unmixing is document.unmixing
        members = document.endmembers if shown else run.endmembers
        return Side(number, f"Run {number}", run.unmixing, members)
    if document.unmixing is None:
        raise InputError("There is no result to compare; unmix first.")
    run_shown = current(document)
    label = "Shown" if run_shown is None else f"Shown (run {run_shown.number})"
    return Side(None, label, document.unmixing, document.endmembers)
