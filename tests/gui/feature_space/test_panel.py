from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hsunmix.gui import commands as cmd
from hsunmix.gui.app.main_window import MainWindow
from hsunmix.gui.feature_space import panel as feature_space
from hsunmix.gui.feature_space.panel import View
from hsunmix.gui.feature_space.state import SpaceState
from hsunmix.gui.state.view_state import ViewState
from hsunmix.methods.feature_space import Axis, column_of
from hsunmix.model.spectra import Endmember
from hsunmix.session.document import Document
from hsunmix.session.members import unsolved
from tests.gui.conftest import Alone, solved_document, unmixing_of

Wait = Callable[[Callable[[], bool]], None]


@pytest.fixture
def space(window: MainWindow, wait: Wait, qtbot: QtBot) -> View:
    window.store.history.reset(solved_document(3, noise=0.02))
    wait(lambda: not window.store.state.tasks)
    window.store.send(cmd.ShowTool("feature_space"))
    wait(lambda: window.store.state[SpaceState].cloud is not None)
    panel = window.tools.panels["feature_space"]
    qtbot.waitExposed(panel)
    return panel


def ends(panel: View) -> list[tuple[float, float]]:
    return [(point.pos().x(), point.pos().y()) for point in panel.plot.corners.points()]


def around(panel: View, corners: list[tuple[float, float]], qtbot: QtBot) -> None:
    """Drag the lasso around with the mouse."""
    box, view = panel.plot._box, panel.plot.viewport()
    places = [
        panel.plot.mapFromScene(box.mapViewToScene(QPointF(*place))) for place in (*corners, corners[0])
    ]
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=places[0])
    for place in places[1:]:
        qtbot.mouseMove(view, place)
        qtbot.wait(30)
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=places[-1])


def test_pixels_are_counted_and_endmembers_are_the_corners(window: MainWindow, space: View):
    document, cloud = window.store.document, window.store.state[SpaceState].cloud
    assert cloud.whole.counts.sum() == 13 * 11
    assert space.plot.picture.image.shape == (160, 160, 4)
    assert space.said.text() == "143 pixels"
    assert len(ends(space)) == 3
    for (x, y), member in zip(ends(space), document.endmembers, strict=True):
        column = column_of(cloud.space.scene, member.source.line, member.source.sample)
        assert (x, y) == (
            pytest.approx(float(cloud.x[column]), abs=1e-4),
            pytest.approx(float(cloud.y[column]), abs=1e-4),
        )


def test_corners_follow_edits(window: MainWindow, space: View, wait: Wait):
    store = window.store
    before = ends(space)
    store.send(cmd.MoveEndmember(0, 9, 4))
    assert ends(space)[0] != before[0]
    store.send(cmd.Visible(1, False))
    assert len(ends(space)) == 2
    store.send(cmd.Undo())
    store.send(cmd.Recolour(2, "#123456"))
    assert space.plot.corners.points()[2].brush().color().name() == "#123456"
    wait(lambda: not unsolved(store.document))


def test_the_cursor_is_the_same_in_both(window: MainWindow, space: View, wait: Wait):
    store = window.store
    store.send(cmd.Hover(4, 7))
    QApplication.processEvents()
    cloud = store.state[SpaceState].cloud
    column = column_of(cloud.space.scene, 4, 7)
    (mark,) = space.plot._cursor.points()
    assert (mark.pos().x(), mark.pos().y()) == (
        pytest.approx(cloud.x[column]),
        pytest.approx(cloud.y[column]),
    )
    space.plot.pointed.emit(float(cloud.x[30]), float(cloud.y[30]))
    wait(lambda: (store.state.cursor.line, store.state.cursor.sample) != (4, 7))
    cursor = store.state.cursor
    there = column_of(cloud.space.scene, cursor.line, cursor.sample)
    assert np.hypot(cloud.x[there] - cloud.x[30], cloud.y[there] - cloud.y[30]) < 0.02 * np.ptp(cloud.x)
    space.plot.pointed.emit(float("nan"), float("nan"))
    wait(lambda: store.state.cursor is None)


def test_lasso_to_region_to_endmember(window: MainWindow, space: View, wait: Wait, qtbot: QtBot):
    store = window.store
    cloud = store.state[SpaceState].cloud
    chosen = np.argsort(cloud.x)[-6:]
    left = (np.sort(cloud.x)[-7] + np.sort(cloud.x)[-6]) / 2
    _, r, b, t = cloud.whole.box
    space.mean.setChecked(True)
    around(space, [(float(left), b), (r, b), (r, t), (float(left), t)], qtbot)
    wait(lambda: len(store.document.endmembers) == 4)
    region = store.document.regions[-1]
    pixels = cloud.space.scene.pixels[np.sort(chosen)]
    np.testing.assert_array_equal(np.flatnonzero(region.mask(13, 11)), pixels)
    mean = store.document.cube.read(0, 13).reshape(143, -1)[pixels].mean(axis=0)
    np.testing.assert_allclose(store.document.endmembers[-1].spectrum, mean, rtol=1e-5)
    assert len(space.plot.regions.points()) == 6  # and they are coloured in the plot
    wait(lambda: not unsolved(store.document))


def test_rectangle_to_region_to_endmember(window: MainWindow, space: View, wait: Wait, qtbot: QtBot):
    store = window.store
    cloud = store.state[SpaceState].cloud
    space.tools["rectangle"].click()
    assert [name for name, button in space.tools.items() if button.isChecked()] == ["rectangle"]
    space.mean.setChecked(True)
    left = float((np.sort(cloud.x)[-7] + np.sort(cloud.x)[-6]) / 2)
    _, r, b, t = cloud.whole.box
    low, high = (float(np.sort(cloud.y)[k]) for k in (20, -20))
    box, view = space.plot._box, space.plot.viewport()
    corners = [(left, high), (left + 0.3 * (r - left), low + 0.2 * (t - b)), (r, low)]
    first, way, last = (space.plot.mapFromScene(box.mapViewToScene(QPointF(*place))) for place in corners)
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=first)
    for place in (way, last):
        qtbot.mouseMove(view, place)
        qtbot.wait(30)
    assert space.plot._outline.path().elementCount() == 5  # four corners, and back to the first
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=last)
    wait(lambda: len(store.document.endmembers) == 4)
    chosen = (cloud.x > left) & (cloud.y > low) & (cloud.y < high)
    inside = np.zeros(13 * 11, bool)
    inside[cloud.space.scene.pixels[chosen]] = True
    found = store.document.regions[-1].mask(13, 11).ravel()
    assert found.any()
    assert (found != inside).sum() <= 1  # a corner is of whole pixels of the screen
    wait(lambda: not unsolved(store.document))


def test_a_rectangle_without_room_is_none_and_a_tool_put_down_draws_nothing(space: View):
    seen = []
    space.plot.chosen.connect(seen.append)
    space.tools["rectangle"].click()
    space.plot.begin(QPointF(1, 1))
    space.plot.finish()
    space.plot.begin(QPointF(1, 1))
    space.plot.draw_to(QPointF(1, 4))
    space.plot.finish()
    assert seen == []
    space.plot.begin(QPointF(1, 1))
    space.plot.draw_to(QPointF(9, 9))
    space.plot.draw_to(QPointF(3, 2))
    space.plot.finish()
    assert seen == [((1, 1), (3, 1), (3, 2), (1, 2))]
    space.plot.begin(QPointF(1, 1))
    space.tools["lasso"].click()  # what was begun is gone
    assert space.plot._outline.path().isEmpty()
    space.tools["lasso"].click()
    assert space.plot.tool == ""
    assert not any(button.isChecked() for button in space.tools.values())


def test_the_rectangle_by_keys(window: MainWindow, space: View, wait: Wait, qtbot: QtBot):
    store, key = window.store, Qt.Key
    space.tools["rectangle"].click()
    space.plot.setFocus()
    for steps in ((key.Key_Left, key.Key_Down), (key.Key_Right, key.Key_Up)):
        for step in steps:
            for _ in range(25 if step in (key.Key_Left, key.Key_Down) else 50):
                qtbot.keyClick(space.plot, step)
        qtbot.keyClick(space.plot, key.Key_Return)
    wait(lambda: len(store.document.regions) == 1)
    assert store.document.regions[0].mask(13, 11).any()


def test_the_lasso_by_keys(window: MainWindow, space: View, wait: Wait, qtbot: QtBot):
    store, key = window.store, Qt.Key
    space.plot.setFocus()
    for step in (key.Key_Left, key.Key_Down, key.Key_Right, key.Key_Up):
        for _ in range(25):
            qtbot.keyClick(space.plot, step)
        qtbot.keyClick(space.plot, key.Key_Return)
    qtbot.keyClick(space.plot, key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    wait(lambda: len(store.document.regions) == 1)
    assert store.document.regions[0].mask(13, 11).any()


def test_axes_are_chosen_and_fall_back_with_the_result(window: MainWindow, space: View, wait: Wait):
    store = window.store
    texts = [space.boxes[1].itemText(k) for k in range(space.boxes[1].count())]
    assert "Component 2" in texts
    assert "Abundance of M1" in texts
    row = texts.index("Abundance of M1")
    space.boxes[1].setCurrentIndex(row)
    space.boxes[1].activated.emit(row)
    wait(
        lambda: (
            store.state[SpaceState].cloud is not None and store.state[SpaceState].cloud.axes[1].kind == "map"
        )
    )
    assert [y for _, y in ends(space)] == [0, 1, 0]
    store.send(cmd.AddEndmembers((Endmember("Soil", np.linspace(0.1, 0.9, 20)),), "Add"))
    wait(lambda: not unsolved(store.document) and not store.state.tasks)
    assert store.state[SpaceState].cloud.axes[1] == Axis("map", 1, "abundance")
    store.history.reset(solved_document(4))
    wait(lambda: store.state[SpaceState].cloud is not None and not store.state.tasks)
    assert store.state[SpaceState].axes == (Axis("component", 0), Axis("component", 1))


def test_zooming_in_counts_anew_and_hidden_nothing_is_done(window: MainWindow, space: View, wait: Wait):
    store = window.store
    cloud = store.state[SpaceState].cloud
    left, right, bottom, top = cloud.whole.box
    box = (left, (left + right) / 2, bottom, top)
    space.plot._box.setRange(xRange=box[:2], yRange=box[2:], padding=0)
    wait(lambda: store.state[SpaceState].part is not None)
    assert 0 < store.state[SpaceState].part.counts.sum() < 143
    space.fit.click()
    wait(lambda: store.state[SpaceState].part is None)
    window.tools.windows["feature_space"].close()
    store.history.reset(solved_document(4))
    wait(lambda: not store.state.tasks)
    assert store.state[SpaceState].cloud is None


def test_what_changed_while_nobody_looked_is_laid_out_anew(window: MainWindow, space: View, wait: Wait):
    store, shown = window.store, window.tools.windows["feature_space"]
    shown.close()
    axes = Axis("map", 0, "abundance"), Axis("map", 1, "abundance")
    store.send(cmd.SetSpaceAxes(*axes))
    shown.show()
    wait(lambda: store.state[SpaceState].cloud is not None and not store.state.tasks)
    assert store.state[SpaceState].cloud.axes == axes
    result, cube = store.document.unmixing, store.document.cube
    shown.close()
    store.history.reset(replace(store.document, unmixing=replace(result, maps=unmixing_of(cube, 3).maps)))
    shown.show()
    wait(lambda: store.state[SpaceState].cloud is not None and not store.state.tasks)
    expected = store.document.unmixing.abundances[0].ravel()
    np.testing.assert_array_equal(store.state[SpaceState].cloud.x, expected)
    store.send(cmd.SetSpaceAxes(Axis("component", 2)))
    shown.close()  # before it is laid out
    assert store.state[SpaceState].cloud is None


def test_axes_that_are_gone_with_their_bands(window: MainWindow, space: View, wait: Wait):
    store, cube = window.store, window.store.document.cube

    def laid_out(left_out: slice) -> tuple[Axis, Axis]:
        bad = np.zeros(cube.bands, dtype=bool)
        bad[left_out] = True
        store.history.reset(replace(store.document, cube=replace(cube, bad_bands=bad)))
        wait(lambda: store.state[SpaceState].cloud is not None and not store.state.tasks)
        return store.state[SpaceState].cloud.axes

    store.send(cmd.SetSpaceAxes(Axis("band", 5), Axis("band", 7)))
    assert laid_out(slice(5, 6)) == (Axis("component", 0), Axis("band", 7))
    store.send(cmd.SetSpaceAxes(Axis("component", 1), Axis("component", 4)))
    assert laid_out(slice(3, None)) == (Axis("component", 1), Axis("component", 1))


def test_alone_it_asks_by_commands(alone: Alone, document: Document):
    panel, seen = alone(feature_space)
    panel.hide()
    panel.show()
    assert seen == [cmd.WatchSpace(False), cmd.WatchSpace(True)]
    panel.follow(ViewState(), ViewState())  # nothing is laid out yet
    assert ends(panel) == []
    panel.mean.setChecked(True)
    panel.plot.chosen.emit(((0.0, 0.0), (1.0, 0.0), (0.0, 1.0)))
    assert seen[-1] == cmd.SelectInSpace(((0.0, 0.0), (1.0, 0.0), (0.0, 1.0)), endmember=True)
    panel.plot.pointed.emit(0.5, 0.5)
    assert seen[-1] == cmd.Hover()  # no pixel lies there
    panel.hide()
    assert seen[-1] == cmd.WatchSpace(False)
