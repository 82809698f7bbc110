from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from hsunmix.gui.images import picture
from hsunmix.gui.intents import AddPixel, Hover, Pin, SetStretch, ShowBands, ShowEndmember, ShowPage, Zoom
from hsunmix.gui.live import Live, PixelView
from hsunmix.gui.pages import pages
from hsunmix.gui.pages.maps import MOST_MAPS
from hsunmix.gui.panels import image
from hsunmix.gui.widgets.scene_view import SceneView
from hsunmix.jobs import finish
from hsunmix.session.document import Document, View, with_endmember
from tests.gui.conftest import drawn, unmixing_of
from tests.gui.panels.conftest import Alone


def shown(view: SceneView) -> np.ndarray:
    return view._image.image


def turn(panel: image.View, document: Document, page: str, **changes: object) -> Document:
    new = replace(document, view=replace(document.view, page=page, **changes))
    panel.render(document, new)
    panel.follow(Live(), drawn(new))
    return new


def test_the_map_of_the_selected_endmember_lies_as_the_scene_does(alone: Alone, document: Document):
    panel, _ = alone(image)
    turn(panel, document, "map", endmember=1)
    index = shown(panel.single)
    assert index.shape == (13, 9)
    expected = document.unmixing.abundances[1]
    np.testing.assert_allclose((index[:-1] - 1.0) / 254, expected[:-1], atol=0.5 / 254 + 1e-6)
    assert index[-1, -1] == 0  # not used: transparent
    assert panel.caption.text() == "Abundance of Endmember 2"
    assert panel.bars[0].range == (0, 1)


def test_the_grid_shows_every_map_with_its_name(alone: Alone, document: Document):
    panel, seen = alone(image)
    turn(panel, with_endmember(document, 2, name="Kaolinite <b>"), "maps")
    views = panel.grid.views
    assert len(views) == 3
    assert [shown(v).shape for v in views] == [(13, 9)] * 3
    assert panel.grid._tiles[2].title.text() == "Kaolinite <b>"
    panel.grid._tiles[1].title.click()
    assert seen == [ShowEndmember(1, "map")]


def test_the_residual_has_its_own_scale(alone: Alone, document: Document):
    panel, _ = alone(image)
    turn(panel, document, "residual")
    assert panel.bars[0].range[1] == pytest.approx(np.nanpercentile(document.unmixing.rmse, 99), rel=0.05)
    assert shown(panel.single)[-1, -1] == 0


def test_pages_need_a_result(alone: Alone, document: Document, cube: object):
    panel, _ = alone(image)
    with_result = [page.id for k, page in enumerate(pages()) if panel.tabs.isTabEnabled(k)]
    assert {"rgb", "map", "maps", "residual"} <= set(with_result)
    panel.render(document, Document(cube=cube, view=View(page="maps")))
    without = [page.id for k, page in enumerate(pages()) if panel.tabs.isTabEnabled(k)]
    assert set(without).isdisjoint({"map", "maps", "residual"})
    assert pages()[panel.tabs.currentIndex()].id == "rgb"


def test_the_colour_image_appears_when_it_was_read(alone: Alone, document: Document, cube: object):
    panel, seen = alone(image)
    new = turn(panel, document, "rgb")
    assert panel.caption.text() == "Reading the colour image…"
    live = Live(picture=finish(picture(cube, (15, 8, 1), (2, 98))))
    panel.follow(Live(), drawn(new, live))
    assert shown(panel.single).shape == (13, 9, 4)
    chooser = panel.controls["rgb"].chooser
    assert [box.currentIndex() for box in chooser._boxes] == [15, 8, 1]
    assert chooser._boxes[0].itemText(0) == "450 nm"
    chooser._boxes[1].setCurrentIndex(11)
    chooser._boxes[1].activated.emit(11)
    chooser._stretch.setCurrentIndex(2)
    chooser._stretch.activated.emit(2)
    assert seen == [ShowBands((15, 11, 1)), SetStretch((5.0, 95.0))]
    assert new.view.page == "rgb"


def test_mouse_moves_and_clicks_name_the_pixel(alone: Alone, document: Document, qtbot: QtBot):
    panel, seen = alone(image)
    turn(panel, document, "map")
    view = panel.single
    for line, sample in ((0, 0), (12, 8), (3, 7)):
        qtbot.mouseMove(view.viewport(), view.place_of(line, sample))
        qtbot.wait(20)
    assert [i for i in seen if isinstance(i, Hover)] == [Hover(0, 0), Hover(12, 8), Hover(3, 7)]
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.place_of(12, 2))
    assert seen[-1] == Pin(12, 2)
    qtbot.mouseMove(view.viewport(), QPoint(3, view.height() // 2))  # beside the scene
    qtbot.wait(20)
    assert seen[-1] == Hover()


def test_line_0_is_at_the_top_and_pixels_are_square(alone: Alone, document: Document):
    panel, _ = alone(image)
    turn(panel, document, "map")
    top, bottom = panel.single.place_of(0, 0), panel.single.place_of(12, 0)
    right = panel.single.place_of(0, 8)
    assert top.y() < bottom.y()
    assert top.x() < right.x()
    assert (bottom.y() - top.y()) / 12 == pytest.approx((right.x() - top.x()) / 8, rel=0.03)


def test_the_context_menu_pins_and_adds(alone: Alone, document: Document, qtbot: QtBot):
    panel, seen = alone(image)
    turn(panel, document, "map")
    panel.single.asked.emit(4, 5, QPoint(0, 0))
    menu = panel.findChild(QMenu, "pixelMenu")
    assert [a.text() for a in menu.actions() if a.text()] == [
        "Pin spectrum", "Add pixel as endmember", "Show the whole scene",
    ]  # fmt: skip
    for action in menu.actions()[:2]:
        action.trigger()
    assert seen == [Pin(4, 5), AddPixel(4, 5)]
    menu.close()


def test_zoom_and_cursor_are_shared(alone: Alone, document: Document, qtbot: QtBot):
    panel, _ = alone(image)
    new = turn(panel, document, "maps")
    qtbot.wait(30)
    first, second, third = panel.grid.views
    first._box.setRange(QRectF(2, 3, 4, 5), padding=0)
    first._box.sigRangeChangedManually.emit([True, True])
    qtbot.wait(10)
    for view in (second, third, panel.single):
        shown_rect = view.visible_rect()
        assert shown_rect.center().x() == pytest.approx(first.visible_rect().center().x(), abs=0.1)
        assert shown_rect.contains(QRectF(2.1, 3.1, 3.8, 4.8))
    panel.follow(Live(), drawn(new, Live(cursor=PixelView(6, 2))))
    assert all(view._cursor == (6, 2) for view in (first, second, third, panel.single))
    panel.command(Zoom())
    assert second.visible_rect().contains(QRectF(0, 0, 9, 13))
    assert new.view.page == "maps"


def test_keys_move_the_cursor(alone: Alone, document: Document, qtbot: QtBot):
    panel, seen = alone(image)
    new = turn(panel, document, "map")
    panel.follow(Live(), drawn(new, Live(cursor=PixelView(12, 4))))
    qtbot.keyClick(panel.single, Qt.Key.Key_Up)
    qtbot.keyClick(panel.single, Qt.Key.Key_Down)  # the cursor stays where Live says
    qtbot.keyClick(panel.single, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(panel.single, Qt.Key.Key_Return)
    assert seen == [Hover(11, 4), Hover(12, 4), Hover(12, 0), Pin(12, 4)]


def test_tabs_ask_for_their_page(alone: Alone, qtbot: QtBot):
    panel, seen = alone(image)
    tab = [page.id for page in pages()].index("residual")
    qtbot.mouseClick(panel.tabs, Qt.MouseButton.LeftButton, pos=panel.tabs.tabRect(tab).center())
    assert seen == [ShowPage("residual")]
    panel.fit_button.click()
    assert seen[-1] == Zoom()


def test_marks_are_where_the_endmembers_come_from(alone: Alone, document: Document):
    panel, _ = alone(image)
    turn(panel, document, "map")
    places = [(p.pos().x(), p.pos().y()) for p in panel.single._marks.points()]
    assert places == [(1.5, 2.5), (5.5, 4.5)]  # sample, line of pixels 2, 1 and 4, 5
    hidden = with_endmember(document, 0, visible=False)
    panel.render(document, hidden)
    assert len(panel.single._marks.points()) == 1


def test_very_many_maps_are_not_all_drawn(alone: Alone, cube: object):
    panel, _ = alone(image)
    result = unmixing_of(cube, rank=40)
    many = Document(cube=cube, unmixing=result, endmembers=result.as_endmembers(), view=View(page="maps"))
    panel.render(Document(), many)
    panel.follow(Live(), drawn(many))
    assert len(panel.grid.views) == MOST_MAPS
    assert "first 30" in panel.caption.text()
