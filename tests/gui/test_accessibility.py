"""Every widget tells a screen reader its name, its role and what it shows; and no text is cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QToolButton,
    QWidget,
)

from hsunmix.gui import commands as cmd
from hsunmix.gui.app.main_window import MainWindow
from hsunmix.gui.image import panel as image
from hsunmix.gui.run.rank_plot import RankPlot
from hsunmix.gui.spectra import panel as spectra
from hsunmix.gui.state.view_state import PixelView, ViewState
from hsunmix.gui.widgets import theme as themes
from hsunmix.gui.widgets.accessibility import Role
from hsunmix.gui.widgets.colour_bar import ColourBar
from hsunmix.gui.widgets.theme import LIGHT
from hsunmix.model.cube import Cube
from hsunmix.session.document import Document
from tests.gui.audit import ugly, unlabelled, unspoken
from tests.gui.conftest import Alone, alone  # noqa: F401 - a fixture
from tests.gui.states import full_document, open_dialogs, states

Wait = Callable[[Callable[[], bool]], None]


def role(widget: QWidget) -> Role:
    return QAccessible.queryAccessibleInterface(widget).role()


@pytest.fixture
def themed(qapp: QApplication) -> Iterator[None]:
    yield
    themes.apply(qapp, LIGHT)


@pytest.mark.usefixtures("themed")
@pytest.mark.parametrize(
    ("theme", "size"), [("light", (1024, 640)), ("dark", (1280, 800)), ("light", (2560, 1440))]
)
def test_in_every_state_all_is_told_and_nothing_cut(
    window: MainWindow, cube: Cube, wait: Wait, theme: str, size: tuple[int, int]
):
    window.store.send(cmd.SetTheme(theme))
    window.resize(*size)
    window.store.send(cmd.ResetLayout())  # as a window that opens in this size
    found: dict[str, list[str]] = {}
    for name in states(window, cube, wait):
        QApplication.processEvents()
        QApplication.processEvents()
        found[name] = [*unspoken(window), *unlabelled(window), *ugly(window)]
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_in_every_window_beside_it_too(window: MainWindow, cube: Cube):
    window.store.history.reset(full_document(cube))
    for tool, place in (
        ("how_many", "estimate"),
        ("how_many", "sweep"),
        ("manual", ""),
        ("feature_space", ""),
        ("levels", ""),
        ("information", ""),
        ("vectors", ""),
    ):
        window.store.send(cmd.ShowTool(tool, place))
        shown = window.tools.windows[tool]
        QApplication.processEvents()
        assert [*unspoken(shown), *unlabelled(shown), *ugly(shown)] == [], (tool, place)


def test_in_every_dialog_too(window: MainWindow, cube: Cube, tmp_path: Path):
    for dialog in open_dialogs(window, full_document(cube), tmp_path):
        QApplication.processEvents()
        faults = [*unspoken(dialog), *unlabelled(dialog), *ugly(dialog)]
        assert faults == [], dialog.objectName()


def test_the_audit_finds_what_is_wrong(qapp: QApplication):
    """Or the tests above would say nothing."""

    class Painted(QWidget):
        def paintEvent(self, event: object) -> None:
            pass

    Painted.__module__ = "hsunmix.made_up"
    root = QWidget()
    row = QHBoxLayout(root)
    for widget in (QLabel("much too long for its place"), QPushButton("also much too long"), QToolButton()):
        row.addWidget(widget)
        widget.setFixedWidth(30)
    over, painted, untold = QPushButton("x", root), Painted(), QLabel("error 4 %")
    untold.setAccessibleName("The result")
    for widget in (painted, untold, QComboBox()):
        row.addWidget(widget)
    root.resize(300, 40)
    root.show()
    over.setGeometry(0, 0, 200, 40)
    qapp.processEvents()
    faults = " ".join([*unspoken(root), *unlabelled(root), *ugly(root)])
    said_of = (
        "too long for",
        "also much",
        "overlap",
        "QToolButton",
        "Painted '' is a",
        "does not say what it",
    )
    for said in (*said_of, "'error 4 %' and does not tell it", "what is chosen in it"):
        assert said in faults, said
    root.close()


def test_lists_are_called_as_their_labels_say(window: MainWindow, document: Document):
    """On Linux the name of a list is the entry chosen; what it is for is known from the label before it."""
    window.store.history.reset(document)
    window.store.send(cmd.ShowPage("rgb"))
    for name in ("redBand", "greenBand", "blueBand", "stretch", "method", "abundance"):
        box = window.findChild(QComboBox, name)
        labels = [w for w in box.parentWidget().children() if isinstance(w, QLabel) and w.buddy() is box]
        assert [label.accessibleName() != "" for label in labels] == [True], name


def test_pictures_and_curves_have_the_role_of_such(window: MainWindow, document: Document):
    window.store.history.reset(document)
    assert role(window.findChild(QWidget, "sceneView")) == Role.Graphic
    assert role(window.findChild(QWidget, "spectraPlot")) == Role.Chart
    assert role(window.findChild(QWidget, "pixelAbundances")) == Role.Chart
    assert role(window.findChild(QWidget, "messageBar")) == Role.AlertMessage
    divider = window.findChild(QSplitter, "columns").handle(1)
    assert (role(divider), divider.accessibleName()) == (Role.Splitter, "Divider")
    assert role(window.findChild(QWidget, "statusPanel")) == Role.StatusBar
    assert role(window.findChild(QWidget, "endmemberPanel")) == Role.Grouping
    assert role(window.findChild(QWidget, "unmixButton")) == Role.Button


def test_the_image_says_which_map_and_the_value_at_the_cursor(alone: Alone, document: Document):  # noqa: F811
    from tests.gui.conftest import drawn

    panel, _ = alone(image)
    shown = replace(document, view=replace(document.view, page="map", endmember=1))
    panel.render(document, shown)
    panel.follow(ViewState(), drawn(shown, ViewState()))
    assert panel.single.accessibleDescription() == "Abundance of Endmember 2"
    panel.follow(ViewState(), drawn(shown, ViewState(cursor=PixelView(4, 7))))
    share = document.unmixing.abundances[1, 4, 7]
    said = f"line 4, sample 7. Endmember 2 {share:.3f}. Abundance of Endmember 2"
    assert panel.single.accessibleDescription() == said
    maps = replace(document, view=replace(document.view, page="maps"))
    panel.render(shown, maps)
    panel.follow(ViewState(), drawn(maps, ViewState(cursor=PixelView(4, 7))))
    assert [view.accessibleName() for view in panel.grid.views] == [
        f"Map of Endmember {k}" for k in (1, 2, 3)
    ]
    assert all("line 4, sample 7" in view.accessibleDescription() for view in panel.grid.views)


def test_the_curves_say_which_spectra(alone: Alone, document: Document, cube: Cube):  # noqa: F811
    panel, _ = alone(spectra)
    panel.render(document, full_document(cube))
    panel.follow(ViewState(), ViewState(cursor=PixelView(2, 1, cube.spectrum(2, 1))))
    said = panel.plot.accessibleDescription()
    assert "Endmembers: Russian olive, Goethite, Kaolinite CM9 (well ordered)" in said
    assert "Regions: Field at the river, Road" in said
    assert "Pinned: 3, 4" in said
    assert "At the cursor: pixel 2, 1" in said


def test_numbers_of_a_plot_are_said(qapp: QApplication):
    plot = RankPlot("curve", "Error for each number")
    plot.show_curve(range(2, 5), np.array([12.0, np.nan, 3.5]), "Error (%)")
    assert plot.accessibleDescription() == "Error (%) by number of endmembers. 2: 12, 4: 3.5"
    bar = ColourBar("bar", "Colour bar")
    bar.set_scale(np.zeros((256, 4), np.uint8), 0.0, 0.25, "Residual")
    assert bar.accessibleDescription() == "Residual, 0 to 0.25"


def test_a_screen_reader_that_listens_hears_messages_and_moves(
    window: MainWindow, document: Document, wait: Wait, monkeypatch: pytest.MonkeyPatch
):
    """All is told while someone listens, and nothing outlives the window for it."""
    said: list[str] = []
    monkeypatch.setattr(QAccessible, "updateAccessibility", lambda event: said.append(event.message()))
    QAccessible.setActive(True)
    try:
        window.store.history.reset(document)
        wait(lambda: not window.store.state.tasks)
        window.activateWindow()
        window.store.send(cmd.ShowPage("map"))
        window.store.say("Three files written.")
        view = window.findChild(QWidget, "sceneView")
        view.setFocus()
        window.store.send(cmd.Hover(2, 3))
        wait(lambda: any(text.startswith("line 2, sample 3. Endmember 1 0.") for text in said))
        assert "Three files written." in said
        assert unspoken(window) == []
    finally:
        QAccessible.setActive(False)
