from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, QRectF
from pytestqt.qtbot import QtBot

from hsunmix.gui.image.stage import LEAST_SEEN, Stage


@pytest.fixture
def stage(qapp: object) -> Stage:
    made = Stage()
    made.set_shape((130, 90))
    return made


def test_another_scene_is_shown_whole_and_the_same_one_as_it_was(stage: Stage):
    assert stage.fitted
    assert stage.rect.contains(QRectF(0, 0, 90, 130))
    stage.zoom(3.0)
    seen = QRectF(stage.rect)
    stage.set_shape((130, 90))
    assert stage.rect == seen
    stage.set_shape((90, 130))
    assert stage.fitted
    assert stage.rect.contains(QRectF(0, 0, 130, 90))


def test_zooming_keeps_the_place_where_it_is(stage: Stage):
    place = QPointF(70, 20)
    before = (place - stage.rect.topLeft()).x() / stage.rect.width()
    stage.zoom(2.5, place)
    assert (place - stage.rect.topLeft()).x() / stage.rect.width() == pytest.approx(before)
    stage.zoom(0)
    assert stage.fitted


def test_zooming_ends_somewhere(stage: Stage):
    for _ in range(100):
        stage.zoom(1.5)
    assert max(stage.rect.width(), stage.rect.height()) == pytest.approx(LEAST_SEEN)
    for _ in range(100):
        stage.zoom(0.5)
    assert max(stage.rect.width(), stage.rect.height()) == pytest.approx(260)


def test_the_scene_can_not_be_lost(stage: Stage):
    stage.zoom(4)
    stage.pan(1e6, -1e6)
    assert stage.rect.center() == QPointF(90, 0)
    stage.reveal(129, 3)
    assert stage.rect.contains(QPointF(3.5, 129.5))


def test_views_hear_of_a_move_once(stage: Stage, qtbot: QtBot):
    heard: list[int] = []
    stage.moved.connect(lambda: heard.append(1))
    stage.zoom(2)
    stage.show_rect(QRectF(stage.rect))
    stage.fit()
    stage.fit()
    assert len(heard) == 2
