"""The results of the session: kept, gone back to, deleted, compared."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

from PySide6.QtCore import QTimer

from hsunmix.errors import InputError
from hsunmix.gui import commands as i
from hsunmix.gui.run.comparing import Comparing, Side
from hsunmix.gui.run.solve_controller import is_solved
from hsunmix.gui.state.workbench import Workbench
from hsunmix.methods.agreement import Agreement, agreement
from hsunmix.session.document import Document, Run
from hsunmix.session.runs import back_to, current, kept, without_run

__all__ = ["Controller"]

BLINK = 700  # milliseconds


class Controller:
    """Carries out what is asked about the session's results."""

    def __init__(self, bench: Workbench) -> None:
        self.bench = bench
        self._page = ""  # what was looked at before the comparison
        self._timer = QTimer(bench)
        self._timer.setInterval(BLINK)
        self._timer.timeout.connect(lambda: bench.attempt(self._blink))
        bench.handle(i.BackTo, self.back)
        bench.handle(i.DeleteRun, self.delete)
        bench.handle(i.KeepResult, self.keep)
        bench.handle(i.CompareRuns, lambda intent: self._compare(intent.first, intent.second))
        bench.handle(i.ShowPair, self.show_pair)
        bench.handle(i.StopComparing, lambda _: self._stop())
        bench.handle(i.Flicker, self.flicker)

    def changed(self, old: Document, new: Document) -> None:
        """A comparison follows the result shown, and ends with the scene."""
        shown = self.bench.live.comparing
        if shown is None:
            return
        sides = (shown.first, shown.second)
        gone = [side for side in sides if not _is_there(side, new)]
        if new.cube is None or old.cube is None or new.cube.pixels is not old.cube.pixels:
            self._stop()
        elif gone or new.unmixing is None:
            self._stop()
            what = gone[0].label if gone else "the result shown"
            self.bench.note(f"The comparison has ended: {what} is no longer there.")
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
            self.bench.note("The comparison has ended: the result shown is the one it was compared with.")
        else:
            self._compare(*numbers)

    def back(self, intent: i.BackTo) -> None:
        """Go back to a result."""
        document = self.bench.document
        run = _run(document, intent.number)
        if self.bench.live.running is not None:
            self.bench.cancel("run")
            self.bench.note("The unmixing under way was cancelled.")
        new = back_to(document, run.number)
        if run.unmixing is None:
            self.bench.history.amend(replace(new, runs=document.runs, run_count=document.run_count))
            self.bench.say(
                f"The maps of run {run.number} were dropped to save memory; its settings are set: "
                "Unmix makes it again.",
                [("Unmix", i.Unmix())],
            )
        elif run.unmixing is not document.unmixing:
            self.bench.history.apply(f"Back to run {run.number}", new)

    def delete(self, intent: i.DeleteRun) -> None:
        """Take a result out of the list."""
        document = self.bench.document
        run = _run(document, intent.number)
        self.bench.history.apply(f"Delete run {run.number}", without_run(document, run.number))

    def keep(self, _intent: i.KeepResult) -> None:
        """Put the result shown into the list."""
        document = self.bench.document
        if document.unmixing is None or not is_solved(self.bench):
            return
        if current(document) is None:
            new = kept(document)
            self.bench.history.apply(f"Keep the result as run {new.run_count}", new)
        else:
            self.bench.say("The result shown is in the list of runs already.")

    # Two results

    def show_pair(self, intent: i.ShowPair) -> None:
        """Show the maps of another pair."""
        shown = self.bench.live.comparing
        if shown is not None and 0 <= intent.row < len(shown.agreement.pairs):
            self.bench.show(comparing=replace(shown, row=intent.row))

    def _compare(self, first: int | None, second: int | None) -> None:
        bench, document = self.bench, self.bench.document
        sides = _side(document, first), _side(document, second)
        if sides[0].unmixing is sides[1].unmixing and first != second:
            bench.say("That is one and the same result; choose another one to compare with.")
            return

        def work() -> Generator[None, None, Agreement]:
            yield
            return agreement(sides[0].unmixing, sides[1].unmixing)

        def done(found: Agreement) -> None:
            if not all(_is_there(side, bench.document) for side in sides):
                return  # the run was deleted meanwhile: there is nothing to compare
            before = bench.live.comparing
            if before is None:
                self._page = document.view.page
                bench.show(comparing=Comparing(*sides, found))
            else:
                row = min(before.row, len(found.pairs) - 1)
                bench.show(comparing=Comparing(*sides, found, row, before.flicker, before.turn))
            bench.send(i.ShowPage("compare"))
            if None in (first, second) and bench.document.unmixing is not document.unmixing:
                self.changed(document, bench.document)  # another result is shown by now

        bench.start("compare", "Comparing", work(), done, of=document.cube)

    def flicker(self, intent: i.Flicker) -> None:
        """Begin or end to show the two in turn."""
        shown = self.bench.live.comparing
        if shown is not None:
            self._timer.start() if intent.on else self._timer.stop()
            self.bench.show(comparing=replace(shown, flicker=intent.on, turn=0))

    def _blink(self) -> None:
        shown = self.bench.live.comparing
        if shown is None:
            self._timer.stop()
        elif self.bench.document.view.page == "compare":
            self.bench.show(comparing=replace(shown, turn=1 - shown.turn))

    def _rename(self, document: Document) -> None:
        """Take over new names of the result shown."""
        shown = self.bench.live.comparing
        if shown is None:
            return
        first, second = (
            replace(side, endmembers=document.endmembers) if side.unmixing is document.unmixing else side
            for side in (shown.first, shown.second)
        )
        self.bench.show(comparing=replace(shown, first=first, second=second))

    def _stop(self) -> None:
        self._timer.stop()
        self.bench.cancel("compare")
        if self.bench.live.comparing is not None:
            self.bench.show(comparing=None)
            if self.bench.document.view.page == "compare":
                self.bench.send(i.ShowPage(self._page or "maps"))


def _is_there(side: Side, document: Document) -> bool:
    """Whether a side of a comparison is a result that the document still has."""
    if side.number is None:
        return document.unmixing is not None
    return any(run.number == side.number and run.unmixing is not None for run in document.runs)


def _run(document: Document, number: int) -> Run:
    found = next((run for run in document.runs if run.number == number), None)
    if found is None:
        raise InputError(f"there is no run {number} in this session")
    return found


def _side(document: Document, number: int | None) -> Side:
    """Return a result to compare; the one shown has the names it has now."""
    if number is not None:
        run = _run(document, number)
        if run.unmixing is None:
            raise InputError(f"the maps of run {number} were dropped to save memory: unmix again to compare")
        shown = run.unmixing is document.unmixing
        members = document.endmembers if shown else run.endmembers
        return Side(number, f"Run {number}", run.unmixing, members)
    if document.unmixing is None:
        raise InputError("there is no result to compare: unmix first")
    run_shown = current(document)
    label = "Shown" if run_shown is None else f"Shown (run {run_shown.number})"
    return Side(None, label, document.unmixing, document.endmembers)
