from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, QRectF
from pytestqt.qtbot import QtBot

from hsunmix.gui.image.viewport import MIN_SEEN, Viewport


@pytest.fixture
def viewport(qapp: object) -> Viewport:
    made = Viewport()
    made.set_shape((130, 90))
    return made


def test_another_scene_is_shown_whole_and_the_same_one_as_it_was(viewport: Viewport):
    assert viewport.fitted
    assert viewport.rect.contains(QRectF(0, 0, 90, 130))
    viewport.zoom(3.0)
    seen = QRectF(viewport.rect)
    viewport.set_shape((130, 90))
    assert viewport.rect == seen
    viewport.set_shape((90, 130))
    assert viewport.fitted
    assert viewport.rect.contains(QRectF(0, 0, 130, 90))


def test_zooming_keeps_the_place_where_it_is(viewport: Viewport):
    place = QPointF(70, 20)
    before = (place - viewport.rect.topLeft()).x() / viewport.rect.width()
    viewport.zoom(2.5, place)
    assert (place - viewport.rect.topLeft()).x() / viewport.rect.width() == pytest.approx(before)
    viewport.zoom(0)
    assert viewport.fitted


def test_zooming_ends_somewhere(viewport: Viewport):
    for _ in range(100):
        viewport.zoom(1.5)
    assert max(viewport.rect.width(), viewport.rect.height()) == pytest.approx(MIN_SEEN)
    for _ in range(100):
        viewport.zoom(0.5)
    assert max(viewport.rect.width(), viewport.rect.height()) == pytest.approx(260)


def test_the_scene_can_not_be_lost(viewport: Viewport):
    viewport.zoom(4)
    viewport.pan(1e6, -1e6)
    assert viewport.rect.center() == QPointF(90, 0)
    viewport.reveal(129, 3)
    assert viewport.rect.contains(QPointF(3.5, 129.5))


def test_views_hear_of_a_move_once(viewport: Viewport, qtbot: QtBot):
    heard: list[int] = []
    viewport.moved.connect(lambda: heard.append(1))
    viewport.zoom(2)
    viewport.show_rect(QRectF(viewport.rect))
    viewport.fit()
    viewport.fit()
    assert len(heard) == 2
