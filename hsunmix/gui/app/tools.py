"""Panels in windows of their own: made when they are first asked for, where they were last time."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QCloseEvent, QHideEvent
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from hsunmix.gui import commands as cmd
from hsunmix.gui.state.store import Store
from hsunmix.gui.widgets.panel import Panel, named
from hsunmix.gui.widgets.placement import place, placed
from hsunmix.gui.widgets.tooltips import shorten_tips

__all__ = ["ToolWindow", "Tools"]

HERE_TOO = ("copyPicture", "copyValues", "savePicture")


class ToolWindow(QDialog):
    """A window around one panel. Closing hides it; it stays with the window it belongs to.

    Parameters
    ----------
    parent : QWidget
    panel : Panel
    title : str
    size : tuple of 2 int
        At first, in logical pixels.
    """

    def __init__(self, parent: QWidget, panel: Panel, title: str, size: tuple[int, int]) -> None:
        super().__init__(parent)
        named(self, f"{panel.objectName()}Window", title)
        self.setWindowTitle(title)
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self._size = QSize(*size)
        self.hidden: Callable[[], None] = _nothing
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(panel)
        panel.show()

    def sizeHint(self) -> QSize:
        """Size at first."""
        return self._size

    def hideEvent(self, event: QHideEvent) -> None:
        """Let its place be remembered."""
        super().hideEvent(event)
        self.hidden()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Only hide: the panel keeps what it shows."""
        event.ignore()
        self.hide()


class Tools:
    """The windows beside the main one.

    Parameters
    ----------
    window : QWidget
        The main one.
    store : Store
    modules : mapping of str to module
        The panels' files by name.
    add : callable
        Takes a panel that was made among the window's own.
    """

    def __init__(
        self,
        window: QWidget,
        store: Store,
        modules: dict[str, ModuleType],
        add: Callable[[Panel], None],
    ) -> None:
        self._window, self._store, self._modules, self._add = window, store, modules, add
        self.windows: dict[str, ToolWindow] = {}
        self.panels: dict[str, Panel] = {}

    def show(self, command: cmd.ShowTool) -> None:
        """Open a panel's window, and bring it to the front."""
        name = command.name
        if name not in self.windows:
            module = self._modules[name]
            panel: Panel = module.View()
            self.panels[name] = panel
            self._add(panel)
            made = ToolWindow(self._window, panel, module.TITLE, module.SIZE)
            made.hidden = lambda: self._remember(name)
            self.windows[name] = made
            # A shortcut of the menu bar is not heard in another window.
            actions = (self._window.findChild(QAction, f"action_{action}") for action in HERE_TOO)
            made.addActions([action for action in actions if action is not None])
            shorten_tips(made)
            place(made, self._store.settings.preferences.tools.get(name))
        window = self.windows[name]
        window.show()
        window.raise_()
        window.activateWindow()
        self.panels[name].carry_out(command)

    def close(self) -> None:
        """Hide all; their places are remembered."""
        for window in self.windows.values():
            window.hide()
            window.hidden = _nothing

    def _remember(self, name: str) -> None:
        settings = self._store.settings
        known = dict(settings.preferences.tools)
        geometry = placed(self.windows[name])
        if known.get(name) != geometry:
            settings.change(tools={**known, name: geometry})


def _nothing() -> None:
    pass
