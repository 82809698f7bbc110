"""Work kept in the background, and offered back after a crash.

What is kept lies in a folder of its own, never in the analyst's file. It is written after every run,
and after the first change that is not kept yet as soon as the preferences say; a session that is saved,
and a window that is closed, need nothing kept.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer

from hsunmix.errors import MissingCubeError
from hsunmix.gui import commands as cmd
from hsunmix.gui.files.controller import may_leave, reading, title_of
from hsunmix.gui.files.prompts import CubeOf
from hsunmix.gui.files.state import FilesState
from hsunmix.gui.state.channels import QUIET_IN_TURN
from hsunmix.gui.state.store import Store
from hsunmix.model.progress import Step
from hsunmix.model.wording import sentences
from hsunmix.session.document import Document
from hsunmix.session.history import Entry
from hsunmix.session.recovery import Claim, Keeper, Work, known_since, left_behind

__all__ = ["Controller"]

CHANNELS = {"autosave": QUIET_IN_TURN}

PAUSE = 5.0  # seconds between two writings, so that a result being edited isn't written all the time
SHARE = 20  # and so many times as long as the last writing took
LOOK = 400  # milliseconds after the start: the window shows first
HARMLESS = 30_000  # milliseconds that work has been open without harm


class Controller:
    """Keeps the work, and opens what was left behind."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._keeper = Keeper()
        self._kept: Document | None = None
        self._claim: Claim | None = None
        self._next = 0.0  # the earliest time of the next writing
        self._told = False
        self._attempts = 0
        self.timer = QTimer(store)
        self.timer.setSingleShot(True)
        self.timer.timeout.connect(lambda: store.attempt(self.keep))
        store.handle(cmd.OpenWork, self.open)
        store.handle(cmd.LocateWork, self.locate)
        store.handle(cmd.DiscardWork, self.discard)
        store.handle(cmd.PutOffWork, lambda _: store.show(FilesState, left_behind=()))
        store.at_end(self._close)
        QTimer.singleShot(LOOK, store, self._look)

    @property
    def _period(self) -> int:
        """Milliseconds after the first change that is not kept until all is."""
        return 1000 * self.store.settings.preferences.keep_every

    # Keeping

    def changed(self, old: Document, new: Document) -> None:
        """Keep a result soon, anything else within the period; forget what is saved."""
        if not self.store.history.modified:
            self._forget()
        elif new.unmixing is not old.unmixing:
            self._within(max(0.0, self._next - time.monotonic()) * 1000)
        else:
            self._within(self._period)

    def _within(self, milliseconds: float) -> None:
        if not self.timer.isActive() or self.timer.remainingTime() > milliseconds:
            self.timer.start(int(milliseconds))

    def keep(self) -> None:
        """Write the document, in the background."""
        store, document, keeper = self.store, self.store.document, self._keeper
        if document is self._kept or document.cube is None or document.cube.path is None:
            return
        if store.channels["autosave"].busy:
            self._within(1000)
            return
        title, session, attempts = title_of(store), store.session_path, self._attempts
        began = time.monotonic()

        def done(_: None) -> None:
            took = time.monotonic() - began
            self._next = time.monotonic() + min(max(PAUSE, SHARE * took), self._period / 1000)
            self._kept, self._told, self._attempts = document, False, 0
            if self._claim is not None:
                self._claim.discard()
                self._claim = None
            if not store.history.modified:
                self._forget()
            elif store.document is not document:
                self._within(self._period)

        write = partial(keeper.write, document, title, session, attempts)
        self._in_background("Keeping the work", write, done)

    def _in_background(
        self, title: str, call: Callable[[], Any], done: Callable[[Any], None] = lambda _: None
    ) -> None:
        def work() -> Generator[None, None, Any]:
            yield
            return call()

        self.store.start("autosave", title, work(), done, self._failed)

    def _failed(self, error: BaseException) -> None:
        """Say once that nothing is kept, and try again later."""
        self._within(self._period)
        self._next = time.monotonic() + self._period / 1000
        if not self._told:
            self._told = True
            self.store.say(f"Unsaved work can't be kept for the case of a crash: {error}. Save it yourself.")

    def _forget(self) -> None:
        self.timer.stop()
        if self._kept is not None and not self.store.channels["autosave"].busy:
            self._kept = None
            self._keeper.clear()

    def _close(self) -> None:
        self.timer.stop()
        self._keeper.close()
        if self._claim is not None:
            self._claim.release()

    # What was left behind

    def _look(self) -> None:
        """Look for it once, when nothing is being written."""
        if self.store.channels["autosave"].busy:
            QTimer.singleShot(LOOK, self.store, self._look)
            return

        def done(found: list[Work]) -> None:
            if found:
                self.store.show(FilesState, left_behind=tuple(found))

        self._in_background("Looking for unsaved work", left_behind, done)

    def open(self, command: cmd.OpenWork) -> None:
        """Open work; ask first what is to become of changes that aren't saved."""
        store = self.store
        if not command.discard and not may_leave(store, command):
            return
        entry = store.history.entry
        claim = Claim(command.work)

        def work() -> Generator[Step | None, None, Document]:
            try:
                path = claim.begin()
                yield None
                return (yield from reading(path, {}, command.cube))
            except GeneratorExit:  # cancelled
                claim.failed()
                raise

        def failed(error: BaseException) -> None:
            claim.failed()
            missing = isinstance(error, MissingCubeError)
            store.fail(error, [("Find the cube…", cmd.LocateWork(command.work))] if missing else [])

        store.hush()
        title = f"Opening the work on {command.work.record.title}"
        store.start(
            "open", title, work(), lambda document: self._opened(command, claim, entry, document), failed
        )

    def _opened(self, command: cmd.OpenWork, claim: Claim, before: Entry, document: Document) -> None:
        store, record = self.store, claim.work.record
        if store.history.entry is not before and not may_leave(store, replace(command, discard=False)):
            claim.failed()  # something was changed while it was read
            return
        if self._claim is not None:
            self._claim.release()
        store.session_path = Path(record.session) if record.session else None
        if store.session_path is not None:
            store.session_known = known_since(store.session_path, record.when)
        self._claim, self._attempts, self._kept = claim, record.attempts, None
        store.history.reset(document, saved=False)
        self._within(0)
        QTimer.singleShot(HARMLESS, store, self._trust)
        rest = tuple(w for w in store.state[FilesState].left_behind if w.folder != claim.work.folder)
        notes = "" if document.cube is None else sentences(document.cube.notes)
        store.show(FilesState, left_behind=rest)
        store.say(f"The work on {record.title} is back; save it to keep it. {notes}".strip(), about="notes")

    def _trust(self) -> None:
        """Note that the work did no harm, unless it is being written anew, which says the same."""
        if not self.store.channels["autosave"].busy:
            self._in_background("Keeping the work", self._keeper.trust)

    def locate(self, command: cmd.LocateWork) -> None:
        """Ask where the cube is."""
        cube = self.store.ask(CubeOf(Path(command.work.record.title)))
        if cube is not None:
            self.store.send(cmd.OpenWork(command.work, cube, discard=True))

    def discard(self, command: cmd.DiscardWork) -> None:
        """Remove work for good."""
        left = self.store.state[FilesState].left_behind
        self.store.show(FilesState, left_behind=tuple(w for w in left if w.folder != command.work.folder))
        Claim(command.work).discard()
