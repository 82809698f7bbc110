"""A window under random actions.

    python -m tests.gui.random_walk SEED COUNT [--slow]

does so many and prints what it found, with the actions before it. ``--slow``: saving, solving and
estimating take up to a second, as on a large scene or a slow disk.
"""

from __future__ import annotations

import argparse
import logging
import os
import random
import sys
import tempfile
import threading
import time
import warnings
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, qInstallMessageHandler
from PySide6.QtWidgets import QApplication, QColorDialog, QTableView, QWidget

from hsunmix.gui import commands as cmd
from hsunmix.gui.app.application import application
from hsunmix.gui.app.main_window import MainWindow
from hsunmix.gui.endmembers import diagnostics_controller as diagnostics
from hsunmix.gui.library import controller as library
from hsunmix.gui.regions.state import RegionsState
from hsunmix.gui.run import controller as running
from hsunmix.gui.run import solve_controller as solving
from hsunmix.gui.run.state import RunState
from hsunmix.gui.state.channels import JobRequest
from hsunmix.gui.state.settings import Settings
from tests.gui.test_commands import changed
from tests.gui.walking.actions import close_menus, menu_entry, random_command, widget
from tests.gui.walking.analyst import Analyst
from tests.gui.walking.checks import at_rest, commanded, reopened, scripted
from tests.gui.walking.circumstances import NoColour, SlowPipeline, write_files
from tests.gui.walking.constant import Constant

__all__ = ["Walk", "walk"]

HOME = 100  # actions until a file is opened anew, and what is held is counted
REST = 8  # actions, about, until the window is let come to rest
MAX_WAIT_S = 60.0  # seconds
TICKED = ("menu theme", "menu page")  # chosen once more they change nothing


class Walk:
    """One window and its analyst.

    Parameters
    ----------
    seed : int
    folder : Path
    slow : bool
        Saving, solving and estimating take their time.
    """

    def __init__(self, seed: int, folder: Path, *, slow: bool = False) -> None:
        self.chance = random.Random(seed)
        self.folder, self.slow = folder, slow
        self.findings: list[str] = []
        self.counts: Counter[str] = Counter()
        self._last: deque[str] = deque(maxlen=25)
        self._open: list[JobRequest] = []
        self._stack = ExitStack()
        write_files(folder)
        self.analyst = Analyst(self.chance, folder)
        self._patch(large=seed % 2 == 1)
        self.window = MainWindow(Settings(folder / "settings.json"), self.analyst)
        self.window.resize(1280, 800)
        self.window.show()
        self.window.load_panels()
        self.store = self.analyst.store = self.window.store
        self._follow_jobs()
        self.constant = Constant()
        self.home()

    # What is made otherwise for the walk

    def _patch(self, *, large: bool) -> None:
        """Make time shorter or longer; ``large``: as if the scene were too large to be solved at once."""
        patches = [
            patch.object(library, "PAUSE", 1),
            patch.object(diagnostics, "PAUSE", 1),
            patch.object(QColorDialog, "getColor", lambda *_, **__: NoColour()),
            patch.object(warnings, "showwarning", self._on_warning),
            patch.object(sys, "excepthook", lambda *error: self.find(f"an exception escaped: {error[1]!r}")),
            patch.object(logging.getLogger("hsunmix"), "error", self._on_log),
            *(
                patch.object(one, "pipeline", SlowPipeline(one.pipeline, self.chance, slow=self.slow))
                for one in (solving, running)
            ),
        ]
        if large:
            budget = partial(solving.within, budget=20 * 4 * 40.0)
            patches += [patch.object(solving, "within", budget), patch.object(solving, "LONG", 2000.0)]
        if self.slow:
            from hsunmix.session import archive

            whole, save = self.chance, archive.save

            def slowly(*given: Any) -> Any:
                time.sleep(whole.choice([0, 0, 0.2, 0.5]))
                return save(*given)

            patches.append(patch.object(archive, "save", slowly))
        for one in patches:
            self._stack.enter_context(one)
        self._stack.callback(qInstallMessageHandler, qInstallMessageHandler(self._on_qt))

    def _on_log(self, message: str, *_: object, exc_info: object = None, **__: object) -> None:
        self.find(f"{message}: {exc_info!r}")

    def _on_warning(self, message: Warning | str, category: type[Warning], *place: object) -> None:
        self.find(f"{category.__name__} for nobody: {message}, {place[:2]}")

    def _on_qt(self, _kind: object, _place: object, message: str) -> None:
        if not message.startswith("This plugin does not support"):  # said of itself by the offscreen display
            self.find(f"Qt says: {message}")

    def _follow_jobs(self) -> None:
        """Remember what was asked for and is not yet done, refused or told of."""
        told, end, start = self.store._tell_of_dropped, self.store._end, self.store.start

        def ended(channel: str, asked: JobRequest, outcome: Any) -> None:
            self._open = [one for one in self._open if one is not asked]
            end(channel, asked, outcome)

        def dropped(channel: str, asked: JobRequest) -> None:
            self._open = [one for one in self._open if one is not asked]
            told(channel, asked)

        def started(channel: str, title: str, work: Any, *given: Any, **more: Any) -> None:
            start(channel, title, work, *given, **more)
            if self.store.kinds[channel].in_turn:
                waiting = self.store._waiting[channel]
                asked = waiting[-1] if waiting else self.store._running.get(channel)
                if asked is not None and asked.work is work:
                    self._open.append(asked)

        self.store._end, self.store._tell_of_dropped, self.store.start = ended, dropped, started

    def find(self, what: str) -> None:
        """Note a finding with what was done before."""
        history, result = self.store.history, self.store.document.unmixing
        entries = [entry.label for entry in history._entries][-8:]
        how = "" if result is None else f"{result.method}/{result.abundance} {result.provisional}"
        self.findings.append(
            f"{what}\n    at {history.undo_label!r} of {entries}, {how}"
            + "\n    after "
            + "\n          ".join(self._last)
        )

    # Going on

    def home(self) -> None:
        """Begin anew; nothing of what was before may be held."""
        self.store.send(cmd.Escape())
        self.store.send(cmd.Open(self.folder / "a.hdr", discard=True))
        self.rest()
        self._look(self.constant.look())

    def step(self) -> None:
        """Do something."""
        kind = self.chance.choices([menu_entry, widget, random_command], [2, 2, 5])[0]
        name, act, entry = kind(self.chance, self.window)
        self._last.append(name)
        self.counts[kind.__name__] += 1
        # Takes back what was drawn of a region; types into the field that is open.
        unseen = (self.store.state[RegionsState].tool and name == "menu cancel") or (
            name == "menu rename" and self._typing()
        )
        if entry is not None:
            self._turn_to_window()
        before = self._signature()
        try:
            act()
        except Exception as error:
            self.find(f"{name} raised {error!r}")
        if entry is not None and not name.startswith(TICKED) and not unseen:
            end = time.perf_counter() + MAX_WAIT_S
            while self._signature() == before and time.perf_counter() < end:
                QApplication.processEvents()
            if self._signature() == before:
                self.find(f"{name} could be chosen and did nothing")
        close_menus()
        for _ in range(self.chance.choice([0, 0, 1, 3, 10])):
            QApplication.processEvents()
        if self.chance.random() < 1 / REST:
            self.rest()
            self.check()

    def _typing(self) -> bool:
        table = self.window.findChild(QTableView, "endmemberTable")
        return bool(table is not None and table.state() == QTableView.State.EditingState)

    def _turn_to_window(self) -> None:
        """Bring the window with the menus to the front, where another is: as who opens a menu does."""
        end = time.perf_counter() + MAX_WAIT_S
        while QApplication.activeWindow() is not self.window and time.perf_counter() < end:
            self.window.activateWindow()
            QApplication.processEvents()

    def _signature(self) -> tuple[object, ...]:
        store, focus = self.store, QApplication.focusWidget()
        popup, table = QApplication.activePopupWidget(), self.window.findChild(QTableView, "endmemberTable")
        shown = [w.isVisible() for w in QApplication.topLevelWidgets()]
        return (
            id(store.document), id(store.state), len(self.analyst.asked), id(store.settings.preferences),
            store.history.undo_label, id(focus), id(popup), id(QApplication.activeWindow()), tuple(shown),
            table and table.state(),
            self.window.findChild(QWidget, "imagePanel").viewport.rect.getRect(),
        )  # fmt: skip

    def rest(self) -> None:
        """Wait until nothing is being done."""
        end = time.perf_counter() + MAX_WAIT_S
        while not self._idle():
            QApplication.processEvents()
            time.sleep(0.001)
            if time.perf_counter() > end:
                busy = [name for name, channel in self.store.channels.items() if channel.busy]
                self.find(f"the window did not come to rest: {busy} {dict(self.store.state.tasks)}")
                return
        QApplication.processEvents()

    def _idle(self) -> bool:
        if any(channel.busy for channel in self.store.channels.values()) or any(self.store._waiting.values()):
            return False
        timers = [
            timer
            for controller in self.window.controllers
            for timer in vars(controller).values()
            if isinstance(timer, QTimer) and timer.isActive() and timer.remainingTime() < 2000
        ]
        flicker = (
            self.store.state[RunState].comparing is not None and self.store.state[RunState].comparing.flicker
        )
        return not timers or (flicker and len(timers) == 1)

    def check(self) -> None:
        """Look whether all holds; now and then look deeper."""
        self.counts["checks"] += 1
        if self._open:
            self.find(f"asked for and forgotten: {[asked.title for asked in self._open]}")
            self._open.clear()
        self._look(at_rest(self.window))
        deeper = self.chance.random()
        if deeper < 0.15:
            self.counts["undone"] += 1
            self._look(self._there_and_back())
        elif deeper < 0.3:
            self.counts["reopened"] += 1
            self._look(reopened(self.window, self.folder))
        elif deeper < 0.45:
            self.counts["scripts"] += 1
            self._look(scripted(self.window))
            self._look(commanded(self.window, self.folder))
        threads = sum(t.name.startswith("hsunmix") for t in threading.enumerate())
        if threads > 60:
            self.find(f"{threads} threads")

    def _look(self, wrong: Iterator[str]) -> None:
        for what in wrong:
            self.find(what)

    def _there_and_back(self) -> Iterator[str]:
        store = self.store
        if store.state.stopped:
            return
        before, count = store.document, self.chance.randint(1, 6)
        store.send(cmd.CancelMask())
        done = 0
        for _ in range(count):
            if not store.history.undo_label:
                break
            store.send(cmd.Undo())
            done += 1
            self.rest()
            yield from (f"undone {done}: {what}" for what in at_rest(self.window))
        for _ in range(done):
            store.send(cmd.Redo())
            self.rest()
        where = changed(before, store.document)
        if where:
            yield f"{done} times undone and redone it is another: {where}"

    def close(self) -> None:
        """End it; nothing may stay."""
        self.analyst.closing = True
        self.rest()
        self.window.close()
        for _ in range(3):
            QApplication.processEvents()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def leave(self) -> None:
        """Put back what was made otherwise."""
        self._stack.close()


def walk(
    seed: int,
    count: int,
    folder: Path,
    *,
    slow: bool = False,
    tell: Callable[[Walk, int], None] = lambda *_: None,
) -> Walk:
    """Do so many actions; what was found is in ``findings``."""
    made = Walk(seed, folder, slow=slow)
    try:
        for k in range(count):
            if k and k % HOME == 0:
                made.home()
            made.step()
            tell(made, k)
        made.rest()
        made.check()
        made.home()
        made.close()
    finally:
        made.leave()  # an error of the walk itself is seen
    return made


def main() -> None:
    """Walk, and print what was found as soon as it is."""
    words = argparse.ArgumentParser()
    words.add_argument("seed", type=int)
    words.add_argument("count", type=int)
    words.add_argument("--slow", action="store_true")
    asked = words.parse_args()
    application()
    told, began = 0, time.perf_counter()

    def tell(made: Walk, k: int) -> None:
        nonlocal told
        for finding in made.findings[told:]:
            print(f"[{k}] {finding}\n", flush=True)
        told = len(made.findings)

    with tempfile.TemporaryDirectory() as folder:
        os.environ["HSUNMIX_STATE_DIR"] = folder
        made = walk(asked.seed, asked.count, Path(folder), slow=asked.slow, tell=tell)
    tell(made, asked.count)
    objects = len([o for o in QApplication.topLevelWidgets() if isinstance(o, QObject)])
    print(
        f"seed {asked.seed}: {asked.count} actions in {time.perf_counter() - began:.0f} s, "
        f"{dict(made.counts)}, {len(made.findings)} findings, {objects} windows left, {made.constant}"
    )


if __name__ == "__main__":
    main()
