"""Shows pages of Markdown: pictures fit, headings can be gone to, words are marked."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QColor,
    QDesktopServices,
    QPixmap,
    QResizeEvent,
    QTextBlock,
    QTextCursor,
    QTextDocument,
    QTextFrameFormat,
    QTextTable,
)
from PySide6.QtWidgets import QTextBrowser, QTextEdit

from hsunmix.gui.widgets.panel import named
from hsunmix.gui.widgets.theme import LIGHT, Theme

__all__ = ["Reader"]

MARGIN = 48  # logical pixels that a picture leaves free beside it
PICTURE = "\ufffc"  # stands for one in the text
SETTLE = 120  # milliseconds after the last change of size


class Reader(QTextBrowser):
    """A page.

    Parameters
    ----------
    folder : Path
        Where the pages and their pictures are.

    Signals
    -------
    asked : str
        A link to another page was followed: ``file.md``, ``file.md#heading``.
    """

    asked = Signal(str)

    def __init__(self, folder: Path) -> None:
        super().__init__()
        named(self, "manualText", "Text of the manual")
        named(self.viewport(), "manualTextViewport", "Text of the manual")
        self.setOpenLinks(False)
        self.document().setDocumentMargin(14)
        self.setSearchPaths([str(folder)])
        self._folder = folder
        self._theme = LIGHT
        self._text = self._marked = ""
        self._width = 0
        self.anchorClicked.connect(self._on_link)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE)
        self._settle.timeout.connect(self._again)

    def show_text(self, text: str) -> None:
        """Show a page from its beginning."""
        self._text = text
        self._width = self._room()
        self.document().setMetaInformation(
            QTextDocument.MetaInformation.DocumentUrl, QUrl.fromLocalFile(f"{self._folder}/").toString()
        )
        self.setMarkdown(text)
        self._format()
        self.setExtraSelections([])
        self.verticalScrollBar().setValue(0)

    def go_to(self, heading: str) -> bool:
        """Show a heading at the top; return whether the page has it."""
        wanted = _key(heading)
        block = self.document().begin()
        while block.isValid():
            if block.blockFormat().headingLevel() and _key(block.text()) == wanted:
                self._scroll_to(block)
                return True
            block = block.next()
        return False

    def mark(self, words: str) -> None:
        """Mark words wherever they are."""
        self._marked = words
        selections: list[QTextEdit.ExtraSelection] = []
        for word in words.split():
            cursor = self.document().find(word)
            while not cursor.isNull() and len(selections) < 500:
                selection = QTextEdit.ExtraSelection()
                selection.cursor = cursor
                selection.format.setBackground(QColor(self._theme.selection))
                selections.append(selection)
                cursor = self.document().find(word, cursor)
        self.setExtraSelections(selections)

    def dress(self, theme: Theme) -> None:
        """Take on a theme's colours."""
        self._theme = theme
        if self._text:
            self._again()

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """Load a picture, as wide as there is room for."""
        found = super().loadResource(kind, name)
        if kind != QTextDocument.ResourceType.ImageResource.value:
            return found
        path = self._folder / (name.toLocalFile() or name.path() if isinstance(name, QUrl) else name)
        picture = QPixmap(str(path))
        room = max(200, self._room() - MARGIN)
        if picture.isNull() or picture.width() <= room:
            return picture if not picture.isNull() else found
        ratio = self.devicePixelRatioF()
        fitted = picture.scaledToWidth(int(room * ratio), Qt.TransformationMode.SmoothTransformation)
        fitted.setDevicePixelRatio(ratio)
        return fitted

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the pictures again when the size has settled."""
        super().resizeEvent(event)
        if self._text and self._room() != self._width:
            self._settle.start()

    def _room(self) -> int:
        """Width beside a scroll bar, shown or not: what is fitted to it must not make the bar come and go."""
        return self.contentsRect().width() - self.verticalScrollBar().sizeHint().width()

    def _again(self) -> None:
        """Lay the page out anew; what is marked and selected stays so."""
        place, cursor = self.verticalScrollBar().value(), self.textCursor()
        selected = cursor.anchor(), cursor.position()
        self.show_text(self._text)
        self.mark(self._marked)
        cursor = QTextCursor(self.document())
        cursor.setPosition(selected[0])
        cursor.setPosition(selected[1], QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)
        self.verticalScrollBar().setValue(place)

    def _format(self) -> None:
        """Give tables lines, and paragraphs room."""
        for frame in self.document().rootFrame().childFrames():
            if isinstance(frame, QTextTable):
                form = frame.format().toTableFormat()
                form.setCellPadding(4)
                form.setCellSpacing(0)
                form.setBorder(1)
                form.setBorderCollapse(True)
                form.setBorderBrush(QColor(self._theme.border))
                form.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
                frame.setFormat(form)
        cursor = QTextCursor(self.document())
        block = self.document().begin()
        while block.isValid():
            paragraph = block.blockFormat()
            if PICTURE not in block.text():  # it would get a quarter of its height below it
                paragraph.setLineHeight(125, 1)  # per cent of the font's
                cursor.setPosition(block.position())
                cursor.setBlockFormat(paragraph)
            block = block.next()

    def _scroll_to(self, block: QTextBlock) -> None:
        top = self.document().documentLayout().blockBoundingRect(block).top()
        self.verticalScrollBar().setValue(int(top) - 6)

    def _on_link(self, url: QUrl) -> None:
        if url.scheme() in ("http", "https", "mailto"):
            QDesktopServices.openUrl(url)
            return
        path = url.path().removeprefix(f"{self._folder}/")
        self.asked.emit(path + (f"#{url.fragment()}" if url.hasFragment() else ""))


def _key(heading: str) -> str:
    """Compare headings as links write them: letters and digits only."""
    return "".join(c for c in heading.lower() if c.isalnum())
