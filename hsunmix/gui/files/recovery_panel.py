"""Work that was left behind, offered: open it, discard it, or decide at the next start."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy

from hsunmix.gui.commands import DiscardWork, OpenWork, PutOffWork
from hsunmix.gui.files.state import FilesState
from hsunmix.gui.state.view_state import ViewState
from hsunmix.gui.widgets.accessibility import Role, announce
from hsunmix.gui.widgets.floating import FloatingBar
from hsunmix.gui.widgets.icons import icon
from hsunmix.gui.widgets.panel import named, shortened
from hsunmix.gui.widgets.theme import LIGHT, Theme
from hsunmix.session.recovery import Work

TITLE = "Unsaved work"
AREA = "float"
ORDER = 10

LONGEST = 60  # characters of a title


class View(FloatingBar):
    """A bar over the image, hidden while nothing was left behind; the newest work first."""

    accessible_role = Role.AlertMessage
    at_head = True

    def __init__(self) -> None:
        super().__init__("recoveryBar", TITLE)
        self.setProperty("role", "message")
        self.setProperty("level", "info")
        self._ink = LIGHT.info_text
        self._works: Sequence[Work] = []
        self.symbol = named(QLabel(), "recoverySymbol", "Kind of message")
        self.text = named(QLabel(), "recoveryText", TITLE)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setWordWrap(True)
        self.text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.open_button = named(QPushButton("Open it"), "openWork", "Open the unsaved work")
        self.open_button.clicked.connect(lambda: self.command.emit(OpenWork(self._works[0])))
        self.discard_button = named(QPushButton("Discard"), "discardWork", "Discard the unsaved work")
        self.discard_button.setToolTip("Remove this work for good")
        self.discard_button.clicked.connect(lambda: self.command.emit(DiscardWork(self._works[0])))
        self.later_button = named(QPushButton("Later"), "laterWork", "Decide about the unsaved work later")
        self.later_button.setToolTip("Ask at the next start again")
        self.later_button.clicked.connect(lambda: self.command.emit(PutOffWork()))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 6, 6, 6)
        layout.setSpacing(10)
        layout.addWidget(self.symbol)
        layout.addWidget(self.text, 1)
        for button in (self.open_button, self.discard_button, self.later_button):
            layout.addWidget(button)
        self.hide()

    def follow(self, old: ViewState, new: ViewState) -> None:
        """Show the newest work that is offered."""
        if (
            new[FilesState].left_behind is not old[FilesState].left_behind
            or new[FilesState].left_behind is not self._works
        ):
            self._works = new[FilesState].left_behind
            self.setVisible(bool(self._works))
            if self._works:
                self.text.setText(describe(self._works))
                self.text.setAccessibleDescription(self.text.text())
                announce(self, self.text.text())
                tried = self._works[0].record.attempts
                self.open_button.setText("Open it all the same" if tried else "Open it")
        busy = "open" in new.tasks
        for button in (self.open_button, self.discard_button):
            if busy and button.hasFocus():
                button.clearFocus()  # Qt would hand it to "Later", and a second press would choose that
            button.setEnabled(not busy)

    def dress(self, theme: Theme) -> None:
        """Colour the symbol."""
        self._ink = theme.info_text
        self.symbol.setPixmap(icon("info", self._ink).pixmap(18, 18))


def describe(works: Sequence[Work], now: datetime | None = None) -> str:
    """Return what is offered, in one or two sentences."""
    record = works[0].record
    text = f"hsunmix ended without saving the work on {shortened(record.title or 'a scene', LONGEST)}"
    when = record.when
    if when is not None:
        today = (now or datetime.now().astimezone()).date() == when.date()
        text += f"; it was kept {when:at %H:%M}" if today else f"; it was kept on {when:%Y-%m-%d at %H:%M}"
    if record.attempts:
        text += ". The program ended when it was opened last"
    more = len(works) - 1
    return f"{text}.{f' {more} more.' if more else ''}"
