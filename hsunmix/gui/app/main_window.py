"""The window: finds the panels, lays them out, and passes commands and documents on."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from hsunmix.formats import vector_suffixes
from hsunmix.gui import commands as cmd
from hsunmix.gui.app.areas import Areas
from hsunmix.gui.app.dialogs import QtDialogs
from hsunmix.gui.app.menus import Menus
from hsunmix.gui.app.pictures import Pictures
from hsunmix.gui.app.preloading import libraries, parts
from hsunmix.gui.app.subjects import install, panels
from hsunmix.gui.app.tools import Tools
from hsunmix.gui.app.warned import Warned
from hsunmix.gui.app.welcome import Welcome
from hsunmix.gui.files.controller import title_of
from hsunmix.gui.files.prompts import Unsaved
from hsunmix.gui.state.channels import QUIET_IN_TURN
from hsunmix.gui.state.dialogs import Dialogs
from hsunmix.gui.state.settings import Settings
from hsunmix.gui.state.store import Store
from hsunmix.gui.state.view_state import ViewState
from hsunmix.gui.widgets import theme as themes
from hsunmix.gui.widgets.icons import logo
from hsunmix.gui.widgets.panel import Panel, named
from hsunmix.gui.widgets.placement import place, placed
from hsunmix.gui.widgets.tab_order import arrange
from hsunmix.gui.widgets.tooltips import shorten_tips
from hsunmix.session.document import Document
from hsunmix.session.listeners import Listeners

__all__ = ["MainWindow"]

MAX_WAIT_MS = 300  # milliseconds


class MainWindow(QMainWindow):
    """The window. It shows at once; panels and methods are loaded right after.

    Parameters
    ----------
    settings : Settings, optional
    dialogs : Dialogs, optional
        FakeDialogs in place of dialogs, for tests.
    """

    def __init__(self, settings: Settings | None = None, dialogs: Dialogs | None = None) -> None:
        settings = settings or Settings()
        app = QApplication.instance()
        if isinstance(app, QApplication):  # widgets that are there before the program runs don't follow
            themes.scale_text(app, settings.preferences.text_size)
        super().__init__()
        named(self, "mainWindow", "hsunmix")
        self.setWindowIcon(logo())
        self.setAcceptDrops(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.store = Store(settings, dialogs or QtDialogs(lambda: self))
        self.store.setParent(self)
        self.panels: list[Panel] = []
        store = self.store
        self._rendering: Listeners[Document] = Listeners(lambda: store.document, store.fail)
        self._following: Listeners[ViewState] = Listeners(lambda: store.state, store.fail)
        self._making = self._make_panels()
        self._preparing = False
        self.store.open_channels({"warm_up": QUIET_IN_TURN})
        self.controllers = install(self.store)
        Warned(self.store)
        Pictures(self, self.store)
        self.menus = Menus(self, self.store)
        self.theme = themes.choose(self.store.settings.preferences.theme)
        self._text_size = self.store.settings.preferences.text_size
        self.welcome = Welcome()
        self.welcome.command.connect(self.store.send)
        self.pages = named(QStackedWidget(), "pages", "Content")
        self.pages.addWidget(self.welcome)
        self.areas: Areas | None = None
        self.tools: Tools | None = None
        self._body = named(QWidget(), "body", "Content")
        self._column = QVBoxLayout(self._body)
        self._column.setContentsMargins(6, 4, 6, 2)
        self._column.setSpacing(4)
        self._column.addWidget(self.pages, 1)
        self.setCentralWidget(self._body)
        self.store.handle(cmd.SetTheme, self._set_theme)
        self.store.handle(cmd.Quit, self._quit)
        self.store.handle(cmd.Locate, self._locate)
        self.store.handle(cmd.ShowTool, self._show_tool)
        self.store.handle(cmd.ResetLayout, self._reset_layout)
        self.store.otherwise(self._carry_out)
        self.store.history.subscribe(self._render)
        self.store.watch(self._follow)
        if isinstance(app, QApplication):
            app.styleHints().colorSchemeChanged.connect(self._on_system_theme)
        self._dress()
        self._refresh()
        self.setMinimumSize(900, 600)
        place(self, self.store.settings.preferences.geometry)
        self.welcome.painted.connect(self._prepare, Qt.ConnectionType.QueuedConnection)
        QTimer.singleShot(MAX_WAIT_MS, self, self._prepare)  # a window shown minimized is not painted

    def load_panels(self) -> None:
        """Make the panels now, where the window has not yet done so by itself."""
        for _ in self._making:
            pass

    def _prepare(self) -> None:
        """Import in the background what panels are made of; then make one at a time."""
        if not self._preparing:
            self._preparing = True
            make = self._make_next
            self.store.start("warm_up", "Loading", parts(), lambda _: make(), lambda _: make())

    def _make_next(self) -> None:
        if next(self._making, None):
            QTimer.singleShot(0, self, self._make_next)

    def _make_panels(self) -> Generator[bool, None, None]:
        """Make the panels, all of them before any is in the window."""
        made: list[Panel] = []
        areas: dict[str, list[Panel]] = {}
        for _, module in sorted(panels(), key=lambda found: found[1].ORDER):
            if module.AREA == "tool":
                continue
            panel: Panel = module.View()
            panel.setParent(self)  # where one of the area float stays; all go with the window
            panel.command.connect(self.store.send)
            made.append(panel)
            areas.setdefault(module.AREA, []).append(panel)
            yield True
        self.areas = Areas(areas)
        self.areas.set_sizes(self.size(), self.store.settings.preferences.splitters)
        self.pages.addWidget(self.areas.whole)
        yield True
        for k, panel in enumerate(areas.get("message", [])):
            self._column.insertWidget(k, panel)
        for panel in areas.get("status", []):
            self._column.addWidget(panel)
        self._preparing, self.panels = True, made
        for panel in self.panels:
            self._tell_all(panel)
        arrange(self)
        shorten_tips(self)
        self._show_page()
        self.store.start(
            "warm_up", "Loading libraries", libraries(self.store), lambda _: None, lambda _: None
        )

    def _tell_all(self, panel: Panel) -> None:
        """Let a new panel show everything there is."""
        panel.dress(self.theme)
        panel.render(Document(), self.store.document)
        panel.follow(ViewState(), self.store.state)
        self._rendering.add(panel.render)
        self._following.add(panel.follow)

    def _add_tool(self, panel: Panel) -> None:
        panel.command.connect(self.store.send)
        self.panels.append(panel)
        self._tell_all(panel)

    def _show_tool(self, command: cmd.ShowTool) -> None:
        self.load_panels()
        if self.tools is None:
            self.tools = Tools(self, self.store, dict(panels()), self._add_tool)
        self.tools.show(command)

    def _reset_layout(self, _command: cmd.ResetLayout) -> None:
        if self.areas is not None:
            self.areas.set_sizes(self.size(), {})
        self.store.note("All parts of the window have their first sizes.")

    # Showing

    def _render(self, old: Document, new: Document) -> None:
        self._prepare() if new.cube is not None else None
        self._rendering.tell(old)
        self._show_page()
        self._refresh()

    def _follow(self, old: ViewState, new: ViewState) -> None:
        self._following.tell(old)
        if old.tasks.keys() != new.tasks.keys() or old.message is not new.message:
            self._refresh()
        else:
            self.menus.refresh()

    def _show_page(self) -> None:
        if self.panels:
            self.pages.setCurrentIndex(1 if self.store.document.cube is not None else 0)

    def _refresh(self) -> None:
        self.menus.refresh()
        self.welcome.set_recent(self.store.settings.preferences.recent)
        cube = self.store.document.cube
        self.welcome.set_waiting(self._opening())
        if cube is None:
            self.setWindowTitle("hsunmix")
        else:
            shape = "×".join(str(n) for n in cube.shape)
            self.setWindowTitle(f"{title_of(self.store)} · {shape}[*] — hsunmix")
        self.setWindowModified(self.store.history.modified)

    def _opening(self) -> str:
        """What is to be seen in a moment: from the command line it comes before the panels are made."""
        if self.store.document.cube is not None:
            return f"Opening {title_of(self.store)}"
        task = self.store.state.tasks.get("open")
        return "" if task is None else task.title

    def _carry_out(self, command: cmd.Command) -> None:
        for panel in self.panels:
            self.store.attempt(panel.carry_out, command)

    def _locate(self, command: cmd.Locate) -> None:
        source = self.store.document.endmembers[command.index].source
        if source.line is not None and source.sample is not None:
            self.store.send(cmd.ShowEndmember(command.index))
            self.store.send(cmd.Hover(source.line, source.sample))
            self._carry_out(command)

    # Theme

    def _set_theme(self, command: cmd.SetTheme) -> None:
        self.store.settings.change(theme=command.choice)
        size = self.store.settings.preferences.text_size
        if size != self._text_size:
            self.theme, self._text_size = themes.choose(command.choice), size
            self._dress()
        self._on_system_theme()
        self._refresh()

    def _on_system_theme(self) -> None:
        theme = themes.choose(self.store.settings.preferences.theme)
        if theme is not self.theme:
            self.theme = theme
            self._dress()

    def _dress(self) -> None:
        app = QApplication.instance()
        if isinstance(app, QApplication):
            themes.scale_text(app, self._text_size)
            themes.apply(app, self.theme)
        self.menus.dress(self.theme)
        for panel in self.panels:
            panel.dress(self.theme)

    def _quit(self, _command: cmd.Quit) -> None:
        self.close()

    # Qt

    def sizeHint(self) -> QSize:
        """Size of the very first window."""
        return QSize(1280, 800)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open the file, or several as scenes; a folder stands for the cubes in it. Vectors are laid on."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            # Not from inside the drag: a question would stop the program the file comes from.
            laid_on = all(path.suffix.lower() in vector_suffixes() for path in paths)
            command = cmd.AddVectors(tuple(paths)) if laid_on else cmd.OpenScenes(tuple(paths))
            QTimer.singleShot(0, self, lambda: self.store.send(command))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask about changes, remember the place, end all work."""
        store = self.store
        if store.history.modified:
            answer = store.ask(Unsaved(title_of(store)))
            if answer != "discard":
                event.ignore()
                if answer == "save":
                    store.send(cmd.Save(then=cmd.Quit()))
                return
        if self.tools is not None:
            self.tools.close()
        divided = self.areas.sizes() if self.areas is not None else {}
        remembered = {**store.settings.preferences.splitters, **divided}
        store.settings.change(geometry=placed(self), splitters=remembered)
        self._making.close()
        store.close()
        event.accept()
