"""What a view paints, read back from its pixels: nothing transposed, shifted or lost."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hsunmix.gui.image.images import colours
from hsunmix.gui.image.overlay import masked_image, overlay_image
from hsunmix.gui.image.overview import Overview
from hsunmix.gui.image.rasters import image_of, quick
from hsunmix.gui.image.scene_view import SceneView
from hsunmix.gui.image.viewport import Viewport
from hsunmix.gui.regions.state import Overlay
from hsunmix.gui.widgets.theme import DARK, LIGHT, Theme
from hsunmix.model.region import Region, runs_of

LINES, SAMPLES = 13, 9


@pytest.fixture
def view(qtbot: QtBot) -> SceneView:
    viewport = Viewport()
    viewport.set_canvas("#ff00ff")
    made = SceneView("sceneView", "Image", viewport)
    made.kept = viewport  # a viewport without a parent goes with the last who knows it
    qtbot.addWidget(made)
    made.resize(420, 300)
    made.show()
    qtbot.waitExposed(made)
    return made


def show(view: SceneView, values: np.ndarray, shape: tuple[int, int], table: np.ndarray | None) -> None:
    view.set_picture(quick(image_of(np.ascontiguousarray(values), table)), shape)


def painted(view: SceneView) -> QImage:
    return view.grab().toImage()


def colour_at(image: QImage, place: QPoint) -> tuple[int, int, int]:
    return QColor(image.pixel(place)).getRgb()[:3]


def pixels_of(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.width()).copy()


def numbered() -> np.ndarray:
    """A different index for every pixel."""
    return (np.arange(LINES * SAMPLES).reshape(LINES, SAMPLES) * 2 + 1).astype(np.uint8)


def test_every_pixel_is_painted_where_it_belongs(view: SceneView):
    table, values = colours("viridis"), numbered()
    show(view, values, values.shape, table)
    image = painted(view)
    for line in range(LINES):
        for sample in range(SAMPLES):
            found = colour_at(image, view.place_of(line, sample))
            assert found == tuple(table[values[line, sample], :3]), (line, sample)
    assert colour_at(image, QPoint(2, 150)) == (255, 0, 255)


@pytest.mark.parametrize("rect", [QRectF(2.3, 4.6, 5, 3), QRectF(-3, 8, 8, 8), QRectF(0, 0, 1.5, 1.5)])
def test_also_when_a_part_is_seen(view: SceneView, rect: QRectF):
    table, values = colours("viridis"), numbered()
    show(view, values, values.shape, table)
    view.viewport.show_rect(rect)
    image, seen = painted(view), 0
    for line in range(LINES):
        for sample in range(SAMPLES):
            place = view.place_of(line, sample)
            if view.rect().contains(place):
                seen += 1
                assert colour_at(image, place) == tuple(table[values[line, sample], :3]), (line, sample)
    assert seen >= 1


def test_a_thinned_picture_covers_the_same_place(view: SceneView):
    """Every 4th of 130 × 90 pixels; neither is a multiple of 4."""
    whole = np.zeros((130, 90), dtype=np.uint8)
    whole[:64, :32] = 255
    whole[whole == 0] = 1
    table = colours("viridis")
    show(view, whole[::4, ::4], whole.shape, table)
    image = painted(view)
    for line, sample in ((0, 0), (60, 28), (60, 40), (70, 10), (129, 89), (129, 0)):
        expected = tuple(table[whole[line, sample], :3])
        assert colour_at(image, view.place_of(line, sample)) == expected, (line, sample)
    below = view.to_widget(QPointF(45, 130)).toPoint() + QPoint(0, 3)
    assert colour_at(image, below) == (255, 0, 255)  # nothing beyond the scene


def test_rgba_is_shown_as_it_is_and_nodata_as_canvas(view: SceneView):
    values = np.zeros((LINES, SAMPLES, 4), dtype=np.uint8)
    values[:, :, 3] = 255
    values[3, 7] = (10, 200, 30, 255)
    values[9, 1] = 0
    show(view, values, (LINES, SAMPLES), None)
    image = painted(view)
    assert colour_at(image, view.place_of(3, 7)) == (10, 200, 30)
    assert colour_at(image, view.place_of(9, 1)) == (255, 0, 255)
    assert colour_at(image, view.place_of(1, 8)) == (0, 0, 0)


def test_masked_pixels_are_veiled_where_they_are(view: SceneView):
    values = np.zeros((LINES, SAMPLES, 4), dtype=np.uint8)
    values[:, :, 3] = 255
    show(view, values, (LINES, SAMPLES), None)
    masked = np.zeros((LINES, SAMPLES), dtype=np.uint8)
    masked[2:5, 6] = 1
    overlay = Overlay(masked, ())
    view.viewport.set_overlay(overlay_image(overlay, "#ffffff", True), (), -1)
    image = painted(view)
    veiled = [[colour_at(image, view.place_of(y, x))[0] > 128 for x in range(SAMPLES)] for y in range(LINES)]
    assert np.array_equal(veiled, masked == 1)
    view.viewport.set_overlay(overlay_image(overlay, "#ffffff", False), (), -1)
    assert colour_at(painted(view), view.place_of(3, 6)) == (0, 0, 0)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_masked_and_missing_pixels_have_a_pattern_that_no_value_has(view: SceneView, theme: Theme):
    view.viewport.set_canvas(theme.canvas, theme.hatch)
    values = np.full((LINES, SAMPLES, 4), 255, dtype=np.uint8)
    values[6:10, 1:4, 3] = 0  # without a value
    show(view, values, (LINES, SAMPLES), None)
    masked = np.zeros((LINES, SAMPLES), dtype=np.uint8)
    masked[2:5, 3:6] = 1
    overlay = Overlay(masked, ())
    images = overlay_image(overlay, theme.veil, True), masked_image(overlay)
    view.viewport.set_overlay(images[0], (), -1, images[1])
    image = painted(view)

    def colours_of(line: int, sample: int) -> int:
        middle, half = view.place_of(line, sample), int(view.scale / 2) - 1
        return len({colour_at(image, middle + QPoint(k, 0)) for k in range(-half, half)})

    assert colours_of(3, 4) > 1
    assert colours_of(8, 2) > 1
    assert colours_of(11, 5) == 1  # a value
    assert masked_image(Overlay(np.zeros_like(masked), ())) is None


def test_regions_are_tinted_in_their_colours_and_still_veiled(view: SceneView):
    values = np.full((LINES, SAMPLES, 4), 255, dtype=np.uint8)
    show(view, values, (LINES, SAMPLES), None)
    marked = np.zeros((LINES, SAMPLES), dtype=np.uint8)
    marked[1, 2], marked[8, 4] = 2, 4 + 1  # the first region; the second, masked
    view.viewport.set_overlay(overlay_image(Overlay(marked, ("#ff0000", "#0000ff")), "#000000", True), (), -1)
    image = painted(view)
    red = colour_at(image, view.place_of(1, 2))
    blue = colour_at(image, view.place_of(8, 4))
    assert red[0] > red[1] + 40
    assert blue[2] > blue[0] + 10
    assert max(blue) < 160  # dark under the veil
    assert colour_at(image, view.place_of(2, 1)) == (255, 255, 255)


def test_the_menu_key_asks_at_the_cursor(view: SceneView):
    show(view, numbered(), (LINES, SAMPLES), colours("viridis"))
    asked: list[tuple[int, int]] = []
    view.asked.connect(lambda line, sample, _: asked.append((line, sample)))
    reason = QContextMenuEvent.Reason
    view.contextMenuEvent(QContextMenuEvent(reason.Keyboard, QPoint(0, 0)))
    assert asked == []  # no cursor, no menu
    view.viewport.set_cursor((11, 3))
    view.contextMenuEvent(QContextMenuEvent(reason.Keyboard, QPoint(0, 0)))
    view.contextMenuEvent(QContextMenuEvent(reason.Mouse, view.place_of(2, 8)))
    assert asked == [(11, 3), (2, 8)]


def test_the_keyboard_cursor_stays_in_sight(view: SceneView, qtbot: QtBot):
    show(view, numbered(), (LINES, SAMPLES), colours("viridis"))
    view.hovered.connect(view.viewport.set_cursor)
    view.viewport.show_rect(QRectF(0, 0, 3, 3))
    view.viewport.set_cursor((1, 1))
    for _ in range(11):
        qtbot.keyClick(view, Qt.Key.Key_Down)
    assert view.viewport.cursor == (12, 1)
    assert view.visible_rect().contains(QPointF(1.5, 12.5))


def test_the_overview_shows_the_part_and_moves_it(view: SceneView, qtbot: QtBot):
    overview = Overview(view)
    values = np.ones((LINES, SAMPLES), dtype=np.uint8)
    values[0, 8] = 255
    show(view, values, (LINES, SAMPLES), colours("viridis"))
    overview.place()
    assert overview.isHidden()  # all is seen
    view.viewport.show_rect(QRectF(6, 0, 3, 4))
    assert not overview.isHidden()
    assert overview.height() > overview.width()  # as the scene
    frame = overview.frame()
    assert frame.center().x() > overview.width() / 2
    assert frame.center().y() < overview.height() / 2
    corner = QPoint(overview.width() - 2, 2)
    bright = colour_at(overview.grab().toImage(), corner - QPoint(1, -1))
    qtbot.mouseClick(overview, Qt.MouseButton.LeftButton, pos=QPoint(2, overview.height() - 2))
    assert view.viewport.rect.center().x() < 2
    assert view.viewport.rect.center().y() > 11
    assert bright != (255, 0, 255)
    overview.set_wanted(False)
    assert overview.isHidden()


@pytest.mark.parametrize("kind", ["rectangle", "polygon", "brush"])
def test_regions_are_outlined_along_their_edges(view: SceneView, kind: str):
    """Lines 2 … 4, samples 5 … 7: the line runs between the pixels, not through them."""
    show(view, np.full((LINES, SAMPLES, 4), 255, dtype=np.uint8), (LINES, SAMPLES), None)
    mask = np.zeros((LINES, SAMPLES), dtype=bool)
    mask[2:5, 5:8] = True
    corners = {"rectangle": ((2, 5), (5, 8)), "polygon": ((2, 5), (2, 8), (5, 8), (5, 5)), "brush": ()}[kind]
    region = Region("a", "#cc0000", kind, corners, runs_of(mask & (kind == "brush")))
    view.viewport.set_overlay(None, (region,), 0)
    image = painted(view)
    for y, x in ((2, 6.5), (5, 5.5), (3.5, 5), (4.5, 8)):  # on each of the four edges
        found = colour_at(image, view.to_widget(QPointF(x, y)).toPoint())
        assert found[0] > found[1] + 60, (y, x)
    for y, x in ((3, 6), (2, 5), (4, 7), (1, 6), (3, 8), (6, 2)):
        assert colour_at(image, view.place_of(y, x)) == (255, 255, 255), (y, x)


def test_a_moved_cross_hair_leaves_nothing_behind(view: SceneView, qtbot: QtBot):
    """Only its lines are painted anew: what is seen must be what painting everything would give."""
    show(view, numbered(), (LINES, SAMPLES), colours("viridis"))
    shots = []
    for pixel in ((2, 3), (7, 8), (7, 1), None, (12, 0)):
        view.viewport.set_cursor(pixel)
        QApplication.processEvents()
        seen, whole = view.screen().grabWindow(view.winId()).toImage(), painted(view)
        shots.append(pixels_of(seen))
        np.testing.assert_array_equal(shots[-1], pixels_of(whole))
    assert len({shot.tobytes() for shot in shots}) == len(shots)
