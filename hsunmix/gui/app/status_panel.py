"""Where the cursor is; what runs, how far, its error so far, time left, Cancel."""

from __future__ import annotations

import math
import time

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton

from hsunmix.gui.app.pace import Pace, left_in_words, memory_in_words
from hsunmix.gui.commands import CancelWork
from hsunmix.gui.image.pages import page_of
from hsunmix.gui.state.view_state import Message, Task, ViewState
from hsunmix.gui.widgets.accessibility import Role, announce
from hsunmix.gui.widgets.elided import ElidedLabel
from hsunmix.gui.widgets.panel import Panel, named
from hsunmix.gui.widgets.spoken import SpokenLabel
from hsunmix.model.georeference import Georeference
from hsunmix.model.wording import percent
from hsunmix.session.document import Document

TITLE = "Status"
AREA = "status"
ORDER = 0

READ = 8000  # milliseconds that a notice stays
LONG = 10.0  # seconds: of work that takes longer, time and memory are told


class View(Panel):
    """The status line."""

    accessible_role = Role.StatusBar

    def __init__(self) -> None:
        super().__init__("statusPanel", TITLE)
        self._document, self._pace = Document(), Pace()
        self._state = ViewState()
        self.place = SpokenLabel("cursorPlace", "Place of the cursor")
        self.notice = ElidedLabel("notice", "What was done just now")
        self._read = QTimer(self)
        self._read.setSingleShot(True)
        self._read.setInterval(READ)
        self._read.timeout.connect(lambda: self._show_notice(None))
        self.work = SpokenLabel("workText", "Work under way")
        self.work.setProperty("role", "muted")
        self.progress = named(QProgressBar(), "workProgress", "Progress")
        self.progress.setTextVisible(False)
        self.progress.setRange(0, 1000)
        self.progress.setFixedWidth(140)
        self.cancel = named(QPushButton("Cancel"), "cancelButton", "Cancel")
        self.cancel.setProperty("role", "link")
        self.cancel.setToolTip("Cancel the work under way (Esc)")
        self.cancel.clicked.connect(lambda: self.command.emit(CancelWork()))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 2, 6, 2)
        layout.setSpacing(10)
        layout.addWidget(self.place, 1)
        layout.addWidget(self.notice, 1)
        layout.addWidget(self.work)
        layout.addWidget(self.progress)
        layout.addWidget(self.cancel)
        self.setFixedHeight(30)
        self._show_task(None)
        self._show_notice(None)

    def render(self, old: Document, new: Document) -> None:  # type: ignore[override]  # noqa: ARG002
        """Remember the document, for coordinates and values."""
        self._document = new
        self._show_place()

    def follow(self, old: ViewState, new: ViewState) -> None:
        """Show the cursor's place and the newest work."""
        self._state = new
        if new.cursor is not old.cursor:
            self._show_place()
        if new.tasks is not old.tasks:
            self._show_task(list(new.tasks.values())[-1] if new.tasks else None)
        if new.notice is not old.notice:
            self._show_notice(new.notice)

    def _show_notice(self, notice: Message | None) -> None:
        """Tell it for a moment; the place of the cursor stays where it is."""
        self.notice.setVisible(notice is not None)
        if notice is not None:
            self.notice.setText(notice.text)
            self._read.start()
            announce(self, notice.text)

    def _show_place(self) -> None:
        self.place.setText(describe(self._document, self._state))

    def _show_task(self, task: Task | None) -> None:
        for widget in (self.work, self.progress, self.cancel):
            widget.setVisible(task is not None)
        if task is None:
            return
        now = time.monotonic()
        left = self._pace.left(task, now)
        self.work.setText(progress_text(task, now, left))
        self.cancel.setEnabled(self._state.cancellable)
        fraction = task.step.fraction if task.step else 0.0
        self.progress.setRange(0, 1000 if fraction > 0 else 0)  # 0, 0 says: busy, who knows how long
        # Left to itself the bar, and with it whatever waits to be painted, is painted at once.
        self.progress.setUpdatesEnabled(False)
        self.progress.setValue(int(1000 * min(fraction, 1.0)))
        self.progress.setUpdatesEnabled(True)


def progress_text(task: Task, now: float, left: float | None = None) -> str:
    """Return what a task is doing, in words; ``left`` are the seconds that it still takes, if known."""
    if task.ending:
        return f"{task.title} · cancelling…"
    parts = [(task.step.message if task.step else "") or task.title]
    if task.step is not None:
        if task.step.relative_error is not None:
            parts.append(f"error {percent(task.step.relative_error, 2)}")
        fraction = task.step.fraction
        if fraction > 0:
            parts.append(f"{100 * min(fraction, 1.0):.0f} %")
    if now - task.started > LONG:
        parts.append(f"{now - task.started:.0f} s so far")
        parts.append(memory_in_words())
    if left is not None:
        parts.append(left_in_words(left))
    return " · ".join(parts)


def describe(document: Document, state: ViewState) -> str:
    """Return line, sample, map coordinates and value of the pixel under the cursor."""
    cursor, cube = state.cursor, document.cube
    if cursor is None or cube is None:
        return ""
    parts = [f"line {cursor.line}  sample {cursor.sample}"]
    if cube.georeference is not None:
        parts.append(place_text(cube.georeference, cursor.line, cursor.sample))
    parts.append(page_of(document, state).value(document, state))
    if cube.selection is not None and not cube.selection[cursor.line, cursor.sample]:
        parts.append("masked")
    return "  ·  ".join(part for part in parts if part)


def place_text(georeference: Georeference, line: int, sample: int) -> str:
    """Return where the middle of a pixel lies: longitude and latitude, or easting and northing.

    With as many digits as its size is worth.
    """
    x, y = georeference.xy(line, sample)
    digits = max(0, 1 - math.floor(math.log10(min(georeference.pixel_size))))
    if georeference.geographic:
        east, north = ("W" if x < 0 else "E"), ("S" if y < 0 else "N")
        return f"{abs(y):.{digits}f}° {north}  {abs(x):.{digits}f}° {east}"
    digits = max(0, digits - 1)
    return f"{x:.{digits}f} E  {y:.{digits}f} N"
