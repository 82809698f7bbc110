from __future__ import annotations

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QTextDocument
from pytestqt.qtbot import QtBot

from hsunmix.gui.commands import ShowTool
from hsunmix.gui.help import manual_panel as manual
from hsunmix.gui.help.manual import folder
from hsunmix.gui.widgets.theme import DARK
from tests.gui.conftest import Alone


def rows(panel: manual.View) -> list[str]:
    return [panel.list.item(k).text().strip() for k in range(panel.list.count())]


def test_it_opens_at_the_first_page_and_lists_what_is_for_analysts(alone: Alone):
    panel, seen = alone(manual)
    assert panel.shown == "index.md"
    assert "hsunmix" in panel.text.toPlainText()
    assert {"The window", "Runs", "Methods"} <= set(rows(panel))
    assert "Architecture" not in rows(panel)
    assert "NMF by accelerated HALS · hals" not in rows(panel)
    assert seen == []


def test_links_lead_to_pages_headings_and_the_browser(alone: Alone, monkeypatch):
    panel, _ = alone(manual)
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()))
    panel.text.anchorClicked.emit(QUrl("methods.md"))
    assert panel.shown == "methods.md"
    assert "NMF by accelerated HALS · hals" in rows(panel)
    panel.text.anchorClicked.emit(QUrl("methods/hals.md"))
    assert panel.shown == "methods/hals.md"
    panel.text.anchorClicked.emit(QUrl("decisions/"))
    assert panel.shown.startswith("decisions/0001")
    panel.text.anchorClicked.emit(QUrl("https://example.org/x"))
    assert opened == ["https://example.org/x"]
    panel.text.anchorClicked.emit(QUrl("nowhere.md"))
    assert panel.shown.startswith("decisions/")


def test_back(alone: Alone, qtbot: QtBot):
    panel, _ = alone(manual)
    assert not panel.back.isEnabled()
    panel.go_to("runs.md")
    panel.go_to("masks.md")
    qtbot.mouseClick(panel.back, Qt.MouseButton.LeftButton)
    assert panel.shown == "runs.md"
    panel.go_back()
    assert panel.shown == "index.md"
    assert not panel.back.isEnabled()


def test_a_heading_is_gone_to(alone: Alone):
    panel, _ = alone(manual)
    panel.carry_out(ShowTool("manual", "runs.md#After a crash"))
    assert panel.shown == "runs.md"
    top = panel.text.verticalScrollBar().value()
    assert top > 0
    assert panel.text.go_to("how-many-endmembers")
    assert 0 < panel.text.verticalScrollBar().value() < top
    assert not panel.text.go_to("no such heading")


def test_search_lists_places_and_marks_words(alone: Alone, qtbot: QtBot):
    panel, _ = alone(manual)
    qtbot.keyClicks(panel.words, "hungarian")
    qtbot.waitUntil(lambda: any("Runs" in row for row in rows(panel)))
    qtbot.keyClick(panel.words, Qt.Key.Key_Return)
    assert panel.shown == "runs.md"
    marked = [s.cursor.selectedText().lower() for s in panel.text.extraSelections()]
    assert "hungarian" in marked
    panel.words.setText("xyzzy")
    panel.search()
    assert rows(panel) == ["Nothing was found."]
    panel.words.clear()
    panel.search()
    assert "The window" in rows(panel)


def test_pictures_fit_the_width(alone: Alone, qtbot: QtBot):
    panel, _ = alone(manual)
    panel.go_to("runs.md")
    panel.dress(DARK)
    kind = QTextDocument.ResourceType.ImageResource.value
    picture = panel.text.loadResource(kind, QUrl("images/comparison.png"))
    assert 0 < picture.width() / picture.devicePixelRatio() <= panel.text.viewport().width()
    assert (folder() / "images" / "comparison.png").exists()


def test_a_search_is_left_by_asking_for_a_page(alone: Alone):
    panel, _ = alone(manual)
    panel.words.setText("hungarian")
    panel.carry_out(ShowTool("manual", "masks.md"))
    assert panel.words.text() == ""
    assert panel.shown == "masks.md"
