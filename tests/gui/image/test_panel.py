from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from hsunmix.gui.commands import (
    AddPixel,
    DeleteRegion,
    DrawRegion,
    Hover,
    Locate,
    LookAt,
    MaskRegion,
    MoveEndmember,
    PaintRegion,
    Pin,
    SetStretch,
    SetTool,
    ShowBands,
    ShowEndmember,
    ShowPage,
    Zoom,
)
from hsunmix.gui.image import panel as image
from hsunmix.gui.image.images import picture
from hsunmix.gui.image.pages import pages
from hsunmix.gui.image.pages.maps import MAX_MAPS
from hsunmix.gui.image.scene_view import SceneView
from hsunmix.gui.image.state import ImageState
from hsunmix.gui.regions.state import RegionsState
from hsunmix.gui.state.view_state import PixelView, ViewState
from hsunmix.model.progress import finish
from hsunmix.model.region import Region
from hsunmix.session.document import Document, View, with_endmember
from tests.gui.conftest import Alone, drawn, state_of, unmixing_of


def shown(panel: image.View, k: int = 0) -> np.ndarray:
    """The values that a picture on the screen is made of; it has their size."""
    picture = (panel.grid.views[k] if panel.stack.currentWidget() is panel.grid else panel.single).image
    values = panel._state[ImageState].shown.drawing.panes[k].values
    assert (picture.height(), picture.width()) == values.shape[:2]
    return values


def turn(panel: image.View, document: Document, page: str, **changes: object) -> Document:
    new = replace(document, view=replace(document.view, page=page, **changes))
    panel.render(document, new)
    panel.follow(ViewState(), drawn(new))
    return new


def test_the_image_stands_still_from_page_to_page(alone: Alone, document: Document):
    panel, _ = alone(image)
    panel.resize(900, 600)
    places = {}
    for page in ("rgb", "map", "mixture", "residual", "rgb"):
        turn(panel, document, page)
        panel.layout().activate()
        places.setdefault(page, set()).add(panel.stack.geometry().getRect())
    assert len(set.union(*places.values())) == 1


def test_the_image_stands_still_after_the_window_was_resized(alone: Alone, document: Document):
    panel, _ = alone(image)
    turn(panel, document, "map")
    for width in (700, 1100):
        panel.resize(width, 600)
        QApplication.processEvents()
        wide = panel.legend.width()
        assert wide == panel.legend.sizeHint().width()
        for page in ("rgb", "map"):
            turn(panel, document, page)
            QApplication.processEvents()
            assert panel.legend.width() == wide


def test_the_map_of_the_selected_endmember_lies_as_the_scene_does(alone: Alone, document: Document):
    panel, _ = alone(image)
    turn(panel, document, "map", endmember=1)
    index = shown(panel)
    assert index.shape == (13, 9)
    expected = document.unmixing.abundances[1]
    np.testing.assert_allclose((index[:-1] - 1.0) / 254, expected[:-1], atol=0.5 / 254 + 1e-6)
    assert index[-1, -1] == 0  # not used: transparent
    assert panel.caption.text() == "Abundance of Endmember 2"
    assert panel.legend.bars[0].range == (0, 1)


def test_the_grid_shows_every_map_with_its_name(alone: Alone, document: Document):
    panel, seen = alone(image)
    turn(panel, with_endmember(document, 2, name="Kaolinite <b>"), "maps")
    views = panel.grid.views
    assert len(views) == 3
    assert [shown(panel, k).shape for k in range(3)] == [(13, 9)] * 3
    assert panel.grid._panes[2].title.text() == "Kaolinite <b>"
    panel.grid._panes[1].title.click()
    assert seen == [ShowEndmember(1, "map")]


def test_the_residual_has_its_own_scale(alone: Alone, document: Document):
    panel, _ = alone(image)
    turn(panel, document, "residual")
    assert panel.legend.bars[0].range[1] == pytest.approx(
        np.nanpercentile(document.unmixing.rmse, 99), rel=0.05
    )
    assert shown(panel)[-1, -1] == 0


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
    state = state_of(picture=finish(picture(cube, (15, 8, 1), (2, 98))))
    panel.follow(ViewState(), drawn(new, state))
    assert shown(panel).shape == (13, 9, 4)
    chooser = panel.controls["rgb"].chooser
    assert [box.currentIndex() for box in chooser._boxes] == [15, 8, 1]
    assert chooser._boxes[0].itemText(0) == "450 nm"
    chooser._boxes[1].setCurrentIndex(11)
    chooser._boxes[1].activated.emit(11)
    chooser.stretch.box.setCurrentIndex(2)
    chooser.stretch.box.activated.emit(2)
    assert seen == [ShowBands((15, 11, 1)), SetStretch((5.0, 95.0))]
    assert new.view.page == "rgb"


def test_mouse_moves_and_clicks_name_the_pixel(alone: Alone, document: Document, qtbot: QtBot):
    panel, seen = alone(image)
    turn(panel, document, "map")
    view = panel.single
    for line, sample in ((0, 0), (12, 8), (3, 7)):
        qtbot.mouseMove(view, view.place_of(line, sample))
        qtbot.waitUntil(lambda: seen[-1:] == [Hover(line, sample)], timeout=60_000)  # noqa: B023
    assert [i for i in seen if isinstance(i, Hover)] == [Hover(0, 0), Hover(12, 8), Hover(3, 7)]
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=view.place_of(12, 2))
    assert seen[-1] == Pin(12, 2)
    qtbot.mouseMove(view, QPoint(3, view.height() // 2))  # beside the scene
    qtbot.waitUntil(lambda: seen[-1] == Hover(), timeout=60_000)


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
    document = with_endmember(document, 1, name="R&D")
    turn(panel, document, "map", endmember=1)
    panel.single.asked.emit(4, 5, QPoint(0, 0))
    menu = panel.findChild(QMenu, "pixelMenu")
    assert [a.text() for a in menu.actions() if a.text()] == [
        "Pin spectrum", "Add pixel as endmember", "Take R&&D from this pixel", "Show the whole scene",
        "Copy picture", "Copy values", "Save picture…",
    ]  # fmt: skip
    for action in menu.actions()[:3]:
        action.trigger()
    assert seen == [Pin(4, 5), AddPixel(4, 5), MoveEndmember(1, 4, 5, going_on=False)]
    menu.close()


def test_the_context_menu_knows_the_regions_of_the_pixel(alone: Alone, document: Document):
    panel, seen = alone(image)
    boxes = (
        Region("Field", "#123456", "rectangle", ((2, 1), (8, 4))),
        Region("R&D", "#123456", "rectangle", ((4, 3), (6, 9))),
    )
    turn(panel, replace(document, regions=boxes), "map")
    panel.single.asked.emit(5, 7, QPoint(0, 0))  # line 5, sample 7: transposed it is in neither
    menu = panel.findChild(QMenu, "pixelMenu")
    texts = [a.text() for a in menu.actions()]
    assert "Add mean of R&&D as endmember" in texts
    assert not any("Field" in text for text in texts)
    for text in ("Use only R&&D", "Mask R&&D out", "Delete R&&D"):
        menu.actions()[texts.index(text)].trigger()
    assert seen == [MaskRegion(1, keep=True), MaskRegion(1, keep=False), DeleteRegion(1)]
    menu.close()


def test_zoom_and_cursor_are_shared(alone: Alone, document: Document, qtbot: QtBot):
    panel, seen = alone(image)
    new = turn(panel, document, "maps")
    first, second, third = panel.grid.views
    qtbot.wait(150)
    seen.clear()
    place = first.place_of(6, 4)
    wheel(first, place, 4)
    assert (first.place_of(6, 4) - place).manhattanLength() <= 1  # the pixel under the mouse stays there
    middle = first.visible_rect().center()
    for view in (second, third):  # one of three may be a pixel of the screen smaller than the others
        assert (view.visible_rect().center() - middle).manhattanLength() < 1e-6
        assert view.visible_rect().width() == pytest.approx(first.visible_rect().width(), rel=0.05)
    assert panel.single.viewport.rect.height() < 8
    qtbot.waitUntil(lambda: any(isinstance(command, LookAt) for command in seen), timeout=60_000)
    top, bottom, left, right = next(i for i in seen if isinstance(i, LookAt)).window
    assert 0 <= top < 6 < bottom <= 13
    assert 0 <= left < 4 < right <= 9
    panel.follow(ViewState(), drawn(new, state_of(cursor=PixelView(6, 2))))
    assert all(view.viewport.cursor == (6, 2) for view in (first, second, third, panel.single))
    panel.carry_out(Zoom())
    assert second.visible_rect().contains(QRectF(0, 0, 9, 13))


def wheel(view: SceneView, place: QPoint, notches: int) -> None:
    none = Qt.KeyboardModifier.NoModifier
    event = QWheelEvent(
        QPointF(place), QPointF(view.mapToGlobal(place)), QPoint(), QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton, none, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    view.wheelEvent(event)


def test_keys_move_the_cursor(alone: Alone, document: Document, qtbot: QtBot):
    panel, seen = alone(image)
    new = turn(panel, document, "map")
    panel.follow(ViewState(), drawn(new, state_of(cursor=PixelView(12, 4))))
    qtbot.keyClick(panel.single, Qt.Key.Key_Up)
    qtbot.keyClick(panel.single, Qt.Key.Key_Down)  # the cursor stays where ViewState says
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
    assert [mark[:2] for mark in panel.viewport.marks] == [(2, 1), (4, 5)]
    assert panel.viewport.grips == (0, 2)
    hidden = with_endmember(document, 0, visible=False)
    panel.render(document, hidden)
    assert [mark[:2] for mark in panel.viewport.marks] == [(4, 5)]


def test_very_many_maps_are_not_all_drawn(alone: Alone, cube: object):
    panel, _ = alone(image)
    result = unmixing_of(cube, rank=40)
    many = Document(cube=cube, unmixing=result, endmembers=result.as_endmembers(), view=View(page="maps"))
    panel.render(Document(), many)
    panel.follow(ViewState(), drawn(many))
    assert len(panel.grid.views) == MAX_MAPS
    assert "first 30" in panel.caption.text()


def drag(
    qtbot: QtBot,
    view: SceneView,
    start: tuple[int, int],
    end: tuple[int, int],
    modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    """Drag from the middle of a pixel to that of another."""
    left = Qt.MouseButton.LeftButton
    a, b = view.place_of(*start), view.place_of(*end)
    qtbot.mousePress(view, left, modifier, a)
    for k in range(1, 5):
        position = QPointF(a + (b - a) * k / 4)
        global_position = QPointF(view.mapToGlobal(position.toPoint()))
        move = QMouseEvent(
            QEvent.Type.MouseMove, position, global_position, Qt.MouseButton.NoButton, left, modifier
        )
        view.mouseMoveEvent(move)
    qtbot.mouseRelease(view, left, modifier, b)


def with_tool(panel: image.View, document: Document, tool: str) -> None:
    panel.follow(panel._state, drawn(document).changed(RegionsState, tool=tool))


def test_a_drag_moves_the_scene_and_is_no_click(alone: Alone, document: Document, qtbot: QtBot):
    panel, seen = alone(image)
    turn(panel, document, "map")
    panel.carry_out(Zoom(2.0))
    before = panel.viewport.rect.center()
    drag(qtbot, panel.single, (6, 4), (8, 5))
    moved = panel.viewport.rect.center() - before
    assert moved.x() == pytest.approx(-1, abs=0.1)
    assert moved.y() == pytest.approx(-2, abs=0.1)
    assert not [i for i in seen if isinstance(i, Pin)]


def test_an_endmember_is_dragged_by_its_mark(alone: Alone, document: Document, qtbot: QtBot):
    panel, seen = alone(image)
    turn(panel, document, "map")
    before = panel.viewport.rect.center()
    drag(qtbot, panel.single, (4, 5), (9, 2))  # the mark of the third endmember
    moves = [i for i in seen if isinstance(i, MoveEndmember)]
    assert moves[-1] == MoveEndmember(2, 9, 2, False)
    assert all(move.going_on for move in moves[:-1])
    assert panel.viewport.rect.center() == before


def test_a_rectangle_is_dragged_or_clicked(alone: Alone, document: Document, qtbot: QtBot):
    panel, seen = alone(image)
    new = turn(panel, document, "map")
    with_tool(panel, new, "rectangle")
    assert panel.tools.buttons["rectangle"].isChecked()
    drag(qtbot, panel.single, (9, 7), (3, 2))
    assert seen[-1] == DrawRegion("rectangle", ((3.0, 2.0), (10.0, 8.0)))
    for pixel in ((1, 1), (2, 5)):
        qtbot.mouseClick(panel.single, Qt.MouseButton.LeftButton, pos=panel.single.place_of(*pixel))
    assert seen[-1] == DrawRegion("rectangle", ((1.0, 1.0), (3.0, 6.0)))
    assert not [i for i in seen if isinstance(i, Pin)]


def test_a_polygon_is_clicked_and_closed(alone: Alone, document: Document, qtbot: QtBot):
    panel, seen = alone(image)
    new = turn(panel, document, "map")
    with_tool(panel, new, "polygon")
    view = panel.single
    for pixel in ((1, 1), (11, 2), (10, 7)):
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=view.place_of(*pixel))
    qtbot.mouseDClick(view, Qt.MouseButton.LeftButton, pos=view.place_of(10, 7))
    (done,) = [i for i in seen if isinstance(i, DrawRegion)]
    assert done.kind == "polygon"
    assert [(int(y), int(x)) for y, x in done.vertices] == [(1, 1), (11, 2), (10, 7)]


def test_the_brush_paints_and_takes_away(alone: Alone, document: Document, qtbot: QtBot):
    panel, seen = alone(image)
    new = turn(panel, document, "map")
    with_tool(panel, new, "brush")
    panel.viewport.shape_tool.radius = 0.5
    drag(qtbot, panel.single, (2, 1), (11, 1))
    stroke = seen[-1]
    assert isinstance(stroke, PaintRegion)
    assert not stroke.erase
    painted = Region("", "#000000", "brush", runs=stroke.runs).mask(13, 9)
    assert painted[2:12, 1].all()
    assert painted.sum() == 10
    drag(qtbot, panel.single, (2, 1), (5, 1), Qt.KeyboardModifier.ShiftModifier)
    assert seen[-1].erase


def test_regions_are_drawn_by_keys_alone(alone: Alone, document: Document, qtbot: QtBot):
    panel, seen = alone(image)
    new = turn(panel, document, "map")
    state = drawn(new, state_of(cursor=PixelView(3, 2)))
    panel.follow(panel._state, state.changed(RegionsState, tool="rectangle"))
    qtbot.keyClick(panel.single, Qt.Key.Key_Return)
    panel.follow(panel._state, replace(panel._state, cursor=PixelView(5, 6)))
    qtbot.keyClick(panel.single, Qt.Key.Key_Return)
    assert seen[-1] == DrawRegion("rectangle", ((3.0, 2.0), (6.0, 7.0)))
    qtbot.keyClick(panel.single, Qt.Key.Key_Return)  # the next one's first corner
    qtbot.keyClick(panel.single, Qt.Key.Key_Escape)  # taken back
    assert SetTool() not in seen
    qtbot.keyClick(panel.single, Qt.Key.Key_Escape)  # nothing left: the tool is put down
    assert seen[-1] == SetTool()


def test_tools_have_buttons(alone: Alone, document: Document):
    panel, seen = alone(image)
    panel.tools.buttons["polygon"].click()
    assert seen == [SetTool("polygon")]


def test_locating_an_endmember_brings_its_pixel_into_sight(alone: Alone, document: Document):
    panel, _ = alone(image)
    turn(panel, document, "map")
    panel.viewport.show_rect(QRectF(0, 8, 4, 4))
    panel.carry_out(Locate(2))  # pixel 4, 5
    assert panel.viewport.rect.center() == QPointF(5.5, 4.5)
