from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from hsunmix.files import identity
from hsunmix.gui import commands as cmd
from hsunmix.gui.app.main_window import MainWindow
from hsunmix.gui.feature_space.state import SpaceState
from hsunmix.gui.image.state import ImageState
from tests.gui.conftest import FakeDialogs
from tests.gui.states import part

Wait = Callable[[Callable[[], bool]], None]
PLOTS = ("imagePanel", "spectraPlot", "pixelAbundances", "estimateCurve", "featureSpacePlot")


def table() -> tuple[list[str], np.ndarray]:
    head, *rows = QGuiApplication.clipboard().text().splitlines()
    return head.split("\t"), np.array([[float(cell or "nan") for cell in row.split("\t")] for row in rows])


@pytest.fixture
def shown(full: MainWindow, wait: Wait) -> MainWindow:
    store = full.store
    store.send(cmd.ShowPage("map"))
    store.send(cmd.Hover(3, 4))
    store.send(cmd.ShowTool("how_many"))
    store.send(cmd.ShowTool("feature_space"))
    wait(lambda: store.state[SpaceState].cloud is not None and not store.state.tasks)
    wait(lambda: store.state.cursor is not None and store.state.cursor.abundances is not None)
    return full


@pytest.mark.parametrize("name", PLOTS)
def test_every_plot_and_map_is_copied_and_saved(
    shown: MainWindow, dialogs: FakeDialogs, tmp_path: Path, name: str
):
    shown.store.send(cmd.CopyPicture(name))
    image = QGuiApplication.clipboard().image()
    size = part(shown, name).size()
    assert (image.width(), image.height()) == (2 * size.width(), 2 * size.height())
    colours = {image.pixel(x, y) for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)}
    assert len(colours) > 3
    for ending in (".png", ".svg"):
        dialogs.picture = tmp_path / f"out{ending}"
        shown.store.send(cmd.SavePicture(name))
        assert shown.store.state.message is None
    assert QImage(str(tmp_path / "out.png")).size() == image.size()
    drawing = ElementTree.parse(tmp_path / "out.svg").getroot()
    assert drawing.tag.endswith("svg")
    tags = {element.tag.rpartition("}")[2] for element in drawing.iter()}
    assert tags & {"path", "polyline", "image", "rect"}
    assert name != "spectraPlot" or ("polyline" in tags and "image" not in tags)  # lines stay lines


def test_a_picture_is_not_written_over_the_scene(shown: MainWindow, dialogs: FakeDialogs, tmp_path: Path):
    """A scene may be a picture itself."""
    store, dialogs.picture = shown.store, tmp_path / "scene.png"
    dialogs.picture.write_bytes(b"pixels")
    cube = store.document.cube
    assert cube is not None
    store.history.reset(
        replace(store.document, cube=replace(cube, files=((dialogs.picture, identity(dialogs.picture)),)))
    )
    store.send(cmd.SavePicture("imagePanel"))
    assert store.state.message is not None
    assert "would be written over" in store.state.message.text
    assert dialogs.picture.read_bytes() == b"pixels"


def test_the_spectra_are_copied_as_columns(shown: MainWindow):
    store = shown.store
    store.send(cmd.CopyValues("spectraPlot"))
    head, values = table()
    document = store.document
    assert head[0] == "Wavelength (nm)"
    np.testing.assert_allclose(values[:, 0], document.cube.wavelengths, rtol=1e-6)
    for member in document.endmembers:
        expected = np.where(document.cube.good_bands, member.spectrum, np.nan)
        np.testing.assert_allclose(values[:, head.index(member.name)], expected, rtol=1e-6)
    assert "pixel 3, 4 measured" in head


def test_a_map_is_copied_as_it_lies(shown: MainWindow, wait: Wait):
    store = shown.store
    store.send(cmd.CopyValues("imagePanel"))
    head, values = table()
    abundance = store.document.unmixing.abundances[0]
    assert head == ["line", "sample", store.document.endmembers[0].name]
    lines, samples = values[:, 0].astype(int), values[:, 1].astype(int)
    assert len(values) == abundance.size
    np.testing.assert_allclose(values[:, 2], abundance[lines, samples], rtol=1e-5)
    store.send(cmd.ShowPage("rgb"))
    wait(lambda: not store.state.tasks)
    store.send(cmd.CopyValues("imagePanel"))
    head, values = table()
    assert head[:2] == ["line", "sample"]
    assert len(head) == 5  # three bands
    red = store.state[ImageState].picture.bands[0]
    lines, samples = values[:, 0].astype(int), values[:, 1].astype(int)
    whole = store.document.cube.read(0, 13, [red])[:, :, 0]
    np.testing.assert_allclose(values[:, 2], whole[lines, samples], rtol=1e-5)
    store.show(ImageState, picture=replace(store.state[ImageState].picture, values=None))
    store.send(cmd.CopyValues("imagePanel"))
    assert "shows no values now" in store.state.message.text


def test_ctrl_c_copies_what_has_the_focus(full: MainWindow, qtbot: QtBot):
    full.store.send(cmd.ShowPage("map"))
    QApplication.processEvents()
    for name in ("spectraPlot", "sceneView"):
        widget = part(full, name)
        widget.setFocus()
        QGuiApplication.clipboard().clear()
        qtbot.keyClick(widget, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
        above = widget if name == "spectraPlot" else part(full, "imagePanel")
        assert QGuiApplication.clipboard().image().width() == 2 * above.width()
    assert QGuiApplication.clipboard().mimeData().hasFormat("image/svg+xml")


@pytest.mark.parametrize("name", ["spectraPlot", "pixelAbundances", "estimateCurve", "featureSpacePlot"])
def test_the_context_menu_has_it_too(shown: MainWindow, name: str):
    plot = part(shown, name)
    place = QPoint(10, 10)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, plot.mapToGlobal(place))
    plot.contextMenuEvent(event)
    QApplication.processEvents()
    menu = plot.findChild(QMenu, f"{name}Menu")
    texts = {entry.text(): entry for entry in menu.actions()}
    assert {"Copy picture", "Copy values", "Save picture…"} <= set(texts)
    QGuiApplication.clipboard().clear()
    texts["Copy values"].trigger()
    menu.close()
    assert QGuiApplication.clipboard().text().count("\t") > 0 or name == "estimateCurve"


def test_a_curve_is_named_where_it_is_pointed_at_and_picked_by_a_click(shown: MainWindow, qtbot: QtBot):
    plot: QWidget = part(shown, "spectraPlot")
    frame = plot.frames()[0]
    for k in (2, 0):
        curve = plot.curves("endmembers")[k]
        band = int(np.flatnonzero(np.isfinite(curve.values))[-1])
        place = QPointF(float(frame.x(plot.sheet.x)[band]) - 1, float(frame.y(curve.values)[band]))
        shown.store.send(cmd.Hover())
        qtbot.mouseClick(plot, Qt.MouseButton.LeftButton, pos=place.toPoint())
        assert shown.store.document.view.endmember == k
    qtbot.mouseClick(
        plot, Qt.MouseButton.LeftButton, pos=QPoint(int(frame.rect.left()) + 3, int(frame.rect.top()) + 3)
    )
    assert shown.store.document.view.endmember == 0


def test_a_picture_on_the_clipboard_does_not_end_the_program_with_a_fault():
    """Qt lets it go after Python has ended."""
    lines = (
        "from PySide6.QtWidgets import QApplication, QLabel",
        "from hsunmix.gui.widgets.pictured import copy_picture",
        "app, label = QApplication([]), QLabel('x')",
        "label.resize(50, 50)",
        "copy_picture(label)",
        "print(*app.clipboard().mimeData().formats())",
    )
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["application/x-qt-image", "image/svg+xml"]
