"""The manual: pages on the left, the text on the right, a search over all of it."""

from __future__ import annotations

from pathlib import PurePosixPath

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QListWidget, QListWidgetItem, QToolButton, QVBoxLayout

from hsunmix.gui.commands import ShowTool, StartTour
from hsunmix.gui.help.manual import FIRST, Hit, Page, folder, pages, search
from hsunmix.gui.help.reader import Reader
from hsunmix.gui.widgets.icons import icon
from hsunmix.gui.widgets.panel import Panel, named
from hsunmix.gui.widgets.theme import Theme

TITLE = "Manual"
AREA = "tool"
ORDER = 110
SIZE = (940, 700)

TARGET = Qt.ItemDataRole.UserRole
PAUSE = 150  # milliseconds without a key until the search
FOR_DEVELOPERS = ("decisions/", "architecture.md", "releasing.md")


class View(Panel):
    """The manual."""

    def __init__(self) -> None:
        super().__init__("manualPanel", TITLE)
        self._pages = {page.name: page for page in pages()}
        self._shown = ""
        self._past: list[str] = []
        self.words = named(QLineEdit(), "manualSearch", "Search the manual")
        self.words.setPlaceholderText("Search")
        self.words.setClearButtonEnabled(True)
        self.words.setToolTip("Words that a paragraph holds (Ctrl+F)")
        self.back = named(QToolButton(), "manualBack", "Back to the page before")
        self.back.setToolTip("Back to the page before (Alt+Left)")
        self.back.setShortcut("Alt+Left")
        self.back.clicked.connect(self.go_back)
        to_search = QShortcut(QKeySequence("Ctrl+F"), self)
        to_search.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        to_search.activated.connect(lambda: self.words.setFocus(Qt.FocusReason.ShortcutFocusReason))
        self.list = named(QListWidget(), "manualPages", "Pages, or where the words were found")
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.text = Reader(folder())
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE)
        self._lay_out()
        self._pause.timeout.connect(self.search)
        self.words.textChanged.connect(lambda _: self._pause.start())
        self.words.returnPressed.connect(self._on_enter)
        self.list.currentItemChanged.connect(lambda item, _: self._on_item(item))
        self.text.asked.connect(self.go_to)
        self._fill()
        self.go_to(FIRST)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.words, 1)
        top.addWidget(self.back)
        left = QVBoxLayout()
        left.setSpacing(8)
        left.addLayout(top)
        left.addWidget(self.list, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 10, 10, 10)
        layout.setSpacing(10)
        layout.addLayout(left, 2)
        layout.addWidget(self.text, 5)

    def dress(self, theme: Theme) -> None:
        """Take on a theme's colours."""
        self.text.dress(theme)
        self.back.setIcon(icon("undo", theme.muted))

    def carry_out(self, command: object) -> None:
        """Turn to a place."""
        if isinstance(command, ShowTool) and command.at:
            self.words.clear()
            self.go_to(command.at)

    @property
    def shown(self) -> str:
        """The page that is shown."""
        return self._shown

    def go_to(self, target: str) -> None:
        """Show a page: ``file.md``, or ``file.md#heading``; a folder is its first page."""
        if target == "tour":
            self.command.emit(StartTour())
            return
        name, _, heading = target.partition("#")
        page = self._page(name or self._shown)
        if page is None:
            return
        if page.name != self._shown:
            if self._shown:
                self._past.append(self._shown)
            self._shown = page.name
            self.text.show_text(page.text)
        if heading:
            self.text.go_to(heading)
        self.back.setEnabled(bool(self._past))
        if not self.words.text():
            self._fill()

    def go_back(self) -> None:
        """Show the page before."""
        if self._past:
            target = self._past.pop()
            self._shown = ""
            self.go_to(target)

    def search(self) -> None:
        """List where the words are; without words, the pages."""
        words = self.words.text()
        self._fill(search(words) if words.strip() else None)
        self.text.mark(words)

    def _page(self, name: str) -> Page | None:
        plain = PurePosixPath(name).as_posix().removeprefix("./")
        inside = [page for known, page in self._pages.items() if known.startswith(f"{plain.rstrip('/')}/")]
        return self._pages.get(plain) or (inside[0] if inside else None)

    def _fill(self, hits: list[Hit] | None = None) -> None:
        self.list.blockSignals(True)
        self.list.clear()
        if hits is None:
            for page in self._pages.values():
                if self._listed(page.name):
                    self._add(f"    {page.title}" if "/" in page.name else page.title, page.name)
            self._select(self._shown)
        for hit in hits or ():
            where = f"{hit.title} · {hit.heading}" if hit.heading else hit.title
            self._add(f"{where}\n{hit.snippet}", f"{hit.page}#{hit.heading}" if hit.heading else hit.page)
        if hits is not None and not hits:
            item = QListWidgetItem("Nothing was found.")
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(item)
        self.list.blockSignals(False)

    def _listed(self, name: str) -> bool:
        """Whether a page is in the list: those of a folder only while one of them, or their own, is shown."""
        if name.startswith(FOR_DEVELOPERS):
            return False
        above = name.rpartition("/")[0]
        return not above or self._shown == f"{above}.md" or self._shown.startswith(f"{above}/")

    def _add(self, text: str, target: str) -> None:
        item = QListWidgetItem(text)
        item.setData(TARGET, target)
        item.setToolTip(text)
        self.list.addItem(item)

    def _select(self, name: str) -> None:
        self.list.blockSignals(True)
        for k in range(self.list.count()):
            if self.list.item(k).data(TARGET) == name:
                self.list.setCurrentRow(k)
        self.list.blockSignals(False)

    def _on_item(self, item: QListWidgetItem | None) -> None:
        target = None if item is None else item.data(TARGET)
        if target:
            self.go_to(target)
            self.text.mark(self.words.text())

    def _on_enter(self) -> None:
        self._pause.stop()
        self.search()
        if self.words.text().strip() and self.list.count():
            self.list.setCurrentRow(0)
