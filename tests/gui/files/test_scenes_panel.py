"""The list of scenes beside the image."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hsunmix.gui import commands as cmd
from hsunmix.gui.app.main_window import MainWindow
from hsunmix.gui.files import scenes_panel
from hsunmix.gui.state.view_state import ViewState
from hsunmix.session.document import Document, SceneEntry, ScenePlace
from tests.gui.conftest import Alone, unmixing_of


@pytest.fixture
def several(document: Document) -> Document:
    cube = document.cube
    entries = (
        SceneEntry("west", ScenePlace(cube, path="/lines/west.hdr")),
        SceneEntry("a line with a rather long name, 2026-06-30", ScenePlace(cube), unmixing_of(cube)),
        SceneEntry("east", ScenePlace(None, object(), "/lines/east.hdr")),
    )
    return replace(document, scenes=entries)


def test_it_is_there_where_there_are_several(alone: Alone, several: Document, document: Document) -> None:
    panel, seen = alone(scenes_panel)
    panel.render(document, several)
    assert not panel.isHidden()
    texts = [panel.list.item(k).text() for k in range(panel.list.count())]
    assert texts[0].splitlines() == ["west", "13 × 9, error 1.23 %"]
    assert texts[2] == "east\nnot found"
    assert panel.list.currentRow() == 0
    panel.list.setCurrentRow(1)
    assert seen == [cmd.ShowScene(1)]
    for button, command in (
        (panel.unmix, cmd.UnmixAll()),
        (panel.export, cmd.ExportAll()),
        (panel.add, cmd.AddScenes()),
        (panel.remove, cmd.RemoveScene(0)),
    ):
        button.click()
        assert seen[-1] == command
    panel.follow(ViewState(), ViewState())
    panel.common.click()
    assert seen[-1] == cmd.ShareEndmembers(False)
    panel.render(several, document)
    assert panel.isHidden()


def test_it_lies_beside_the_image(window: MainWindow, several: Document) -> None:
    window.store.history.reset(several)
    panel = next(p for p in window.panels if p.objectName() == "scenesPanel")
    image = next(p for p in window.panels if p.objectName() == "imagePanel")
    assert panel.isVisible()
    assert panel.parentWidget() is image.parentWidget()
    assert panel.width() >= scenes_panel.NARROWEST
    assert image.width() > panel.width()
