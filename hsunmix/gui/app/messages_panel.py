"""The message bar: what happened, which file, what to do. It never stops the work."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton

from hsunmix.gui.commands import CloseMessage, Command
from hsunmix.gui.state.view_state import Message, ViewState
from hsunmix.gui.widgets.accessibility import Role, announce
from hsunmix.gui.widgets.floating import FloatingBar
from hsunmix.gui.widgets.icons import icon
from hsunmix.gui.widgets.panel import named
from hsunmix.gui.widgets.tab_order import arrange
from hsunmix.gui.widgets.theme import LIGHT, Theme

TITLE = "Messages"
AREA = "float"
ORDER = 0


class View(FloatingBar):
    """A bar over the image, hidden while there is nothing to say."""

    accessible_role = Role.AlertMessage

    def __init__(self) -> None:
        super().__init__("messageBar", TITLE)
        self.setProperty("role", "message")
        self._theme = LIGHT
        self._message: Message | None = None
        self.symbol = named(QLabel(), "messageSymbol", "Kind of message")
        self.text = named(QLabel(), "messageText", "Message")
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setWordWrap(True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.close_button = named(QToolButton(), "closeMessage", "Close the message")
        self.close_button.setToolTip("Close the message (Esc)")
        self.close_button.setIconSize(QSize(14, 14))
        self.close_button.clicked.connect(lambda: self.command.emit(CloseMessage()))
        self.more = named(QLabel(), "messagesWaiting", "Messages that wait behind this one")
        self.more.setToolTip("Messages that are shown when this one is closed")
        self.more.hide()
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(12, 6, 6, 6)
        self._layout.setSpacing(10)
        self._layout.addWidget(self.symbol)
        self._layout.addWidget(self.text, 1)
        self._layout.addWidget(self.more)
        self._layout.addWidget(self.close_button)
        self.buttons: list[QPushButton] = []
        self.hide()

    def follow(self, old: ViewState, new: ViewState) -> None:
        """Show the message there is."""
        if new.message is not old.message:
            self._show(new.message)
        if new.waiting != old.waiting:
            self.more.setText(f"{len(new.waiting)} more")
            self.more.setVisible(bool(new.waiting))

    def dress(self, theme: Theme) -> None:
        """Colour the symbols."""
        self._theme = theme
        self._dress_symbols()

    def _show(self, message: Message | None) -> None:
        self._message = message
        for button in self.buttons:
            self._layout.removeWidget(button)
            button.deleteLater()
        self.buttons = []
        self.setVisible(message is not None)
        if message is None:
            return
        self.setProperty("level", message.level)
        for widget in (self, self.text):
            widget.style().unpolish(widget)
            widget.style().polish(widget)
        self.text.setText(message.text)
        self.text.setAccessibleDescription(message.text)
        for label, command in message.actions:
            self._add_button(label, command)
        arrange(self.window())
        announce(self, message.text)
        self._dress_symbols()
        self.place()

    def _add_button(self, label: str, command: Command) -> None:
        button = named(QPushButton(label), f"messageAction{len(self.buttons)}", label)
        button.clicked.connect(lambda: self._answer(command))
        self._layout.insertWidget(self._layout.count() - 2, button)
        self.buttons.append(button)

    def _answer(self, command: Command) -> None:
        """Do what a button says; the message has been read then."""
        self.command.emit(CloseMessage())
        self.command.emit(command)

    def _dress_symbols(self) -> None:
        error = self._message is not None and self._message.level == "error"
        ink = self._theme.error_text if error else self._theme.info_text
        self.symbol.setPixmap(icon("warning" if error else "info", ink).pixmap(18, 18))
        self.close_button.setIcon(icon("close", ink))
