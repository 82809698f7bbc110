"""The guided start: it goes on when a step was done, in the real window as well."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QRect, QSize
from PySide6.QtWidgets import QWidget

from hsunmix.gui import commands as cmd
from hsunmix.gui.app.main_window import MainWindow
from hsunmix.gui.help.state import HelpState
from hsunmix.gui.help.tour import STEPS
from hsunmix.gui.help.tour_panel import View, beside
from hsunmix.gui.state.store import Store
from hsunmix.session.document import Document

Wait = Callable[[Callable[[], bool]], None]


def test_all_of_it_in_the_window(window: MainWindow, wait: Wait):
    store = window.store
    (note,) = [panel for panel in window.panels if isinstance(panel, View)]

    def at(step: int) -> bool:
        return (
            store.state[HelpState].tour == step
            and note.isVisible()
            and note.title.text() == STEPS[step].title
        )

    assert not note.isVisible()
    window.welcome.tour_button.click()
    assert at(0)
    assert note.target() is window.welcome.sample_button
    store.send(cmd.OpenSample())
    wait(lambda: at(1))
    wait(lambda: not store.state.tasks)
    assert note.target().objectName() == "sceneView"
    store.send(cmd.Pin(40, 50))
    assert at(2)
    assert note.target().objectName() == "unmixButton"
    store.send(cmd.Unmix())
    wait(lambda: at(3))
    store.send(cmd.ShowEndmember(1, "map"))
    assert at(4)
    assert note.target().objectName() == "endmemberTable"
    store.send(cmd.Rename(1, "Plants"))
    assert at(5)
    store.send(cmd.ShowPage("residual"))
    assert at(6)
    store.send(cmd.Delete(0))
    wait(lambda: at(7))
    assert note.stop.text() == "Done"
    assert not note.skip.isVisible()
    note.stop.click()
    assert not note.isVisible()
    assert not note.frame.isVisible()
    wait(lambda: not store.state.tasks)


def test_every_step_points_at_something_that_exists(window: MainWindow, document: Document):
    window.store.history.reset(document)
    for step in STEPS:
        assert any(window.findChild(QWidget, name) is not None for name in step.targets), step.title


def test_steps_can_be_skipped_and_it_can_be_closed(store: Store):
    store.send(cmd.NextStep())
    assert store.state[HelpState].tour is None
    store.send(cmd.StartTour())
    for k in range(len(STEPS)):
        assert store.state[HelpState].tour == k
        store.send(cmd.NextStep())
    assert store.state[HelpState].tour is None
    store.send(cmd.StartTour())
    store.send(cmd.StopTour())
    assert store.state[HelpState].tour is None


def test_what_was_done_before_is_passed_over(store: Store, document: Document):
    store.history.reset(replace(document, view=replace(document.view, page="map")))
    store.send(cmd.StartTour())
    assert store.state[HelpState].tour == 0  # another cube is open
    store.send(cmd.NextStep())
    assert store.state[HelpState].tour == 1
    store.send(cmd.Pin(1, 1))
    assert STEPS[store.state[HelpState].tour].title == "Say what it is"


def test_the_note_does_not_cover_what_it_is_about():
    room, size = QRect(0, 0, 1280, 800), QSize(330, 110)
    for target in (
        QRect(480, 430, 150, 34), QRect(850, 474, 410, 32), QRect(0, 0, 480, 26),
        QRect(1200, 700, 60, 60), QRect(20, 60, 300, 30),
    ):  # fmt: skip
        note = QRect(beside(target, size, room), size)
        assert room.contains(note)
        assert not note.intersects(target), target
    image = QRect(10, 60, 820, 420)
    assert image.contains(QRect(beside(image, size, room), size))
