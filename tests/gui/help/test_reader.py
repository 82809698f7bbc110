"""The text of the manual."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hsunmix.gui.help import reader as module
from hsunmix.gui.help.reader import Reader


def page(folder: Path, height: int) -> str:
    """A page that just needs a scroll bar when its picture is a little wider."""
    QImage(900, 700, QImage.Format.Format_RGB32).save(str(folder / "picture.png"))
    return "# Title\n\n![A picture](picture.png)\n\n" + "Words and words.\n\n" * height


@pytest.fixture
def reader(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    monkeypatch.setattr(module, "SETTLE", 1)
    made = Reader(tmp_path)
    qtbot.addWidget(made)
    made.resize(600, 500)
    made.show()
    return made


@pytest.mark.parametrize("height", range(8))
def test_a_page_is_laid_out_once_whatever_its_scroll_bar_does(
    reader: Reader, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, height: int
):
    counted: list[int] = []
    again = Reader._again
    monkeypatch.setattr(Reader, "_again", lambda self: (counted.append(1), again(self)))
    reader._settle.timeout.disconnect()
    reader._settle.timeout.connect(lambda: reader._again())
    reader.show_text(page(tmp_path, height))
    for width in (600, 590, 610):
        reader.resize(width, 500)
        qtbot.wait(15)
    assert len(counted) <= 3  # once for each size


def test_marks_and_what_is_selected_outlast_another_size_and_theme(reader: Reader, tmp_path: Path):
    reader.show_text(page(tmp_path, 30))
    reader.mark("words")
    cursor = reader.document().find("and words")
    reader.setTextCursor(cursor)
    marks = len(reader.extraSelections())
    reader.resize(500, 400)
    reader._again()
    QApplication.processEvents()
    assert len(reader.extraSelections()) == marks > 10
    assert reader.textCursor().selectedText() == "and words"
