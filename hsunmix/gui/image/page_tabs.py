"""The tabs of the image's pages."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QTabBar, QToolButton

from hsunmix.gui.image.pages import pages
from hsunmix.gui.widgets.panel import named

__all__ = ["PageTabs"]

PADDING = 2 * 10  # of a tab, by which it is narrower where there is little room: see the style sheet


class PageTabs(QTabBar):
    """A tab for every page; they move together where there is little room for all."""

    def __init__(self) -> None:
        super().__init__()
        named(self, "imageTabs", "Pages of the image")
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setElideMode(Qt.TextElideMode.ElideNone)
        for page in pages():
            self.setTabToolTip(self.addTab(page.title), f"{page.tip} ({page.shortcut})")
        for button in self.findChildren(QToolButton):  # they scroll; arrow keys do so as well
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def show_tab(self, index: int, shown: bool) -> None:
        """Show a tab or don't; Qt would lay it out only when the bar has another size."""
        if shown != self.isTabVisible(index):
            self.setTabVisible(index, shown)
            self._lay_out()
            self._fit()

    def _lay_out(self) -> None:
        self.setElideMode(Qt.TextElideMode.ElideNone)  # which lays the tabs out anew

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Look whether there is room."""
        super().resizeEvent(event)
        self._fit()

    def tabLayoutChange(self) -> None:
        """Look again when tabs come and go."""
        super().tabLayoutChange()
        self._fit()

    def _fit(self) -> None:
        shown = [k for k in range(self.count()) if self.isTabVisible(k)]
        narrow = self.property("narrow") is True
        wanted = sum(self.tabSizeHint(k).width() + PADDING * narrow for k in shown)
        if (wanted > self.width()) != narrow:
            self.setProperty("narrow", not narrow)
            self.style().unpolish(self)
            self.style().polish(self)
            self._lay_out()
