"""Six clicks: from an empty start to the abundance maps of Jasper Ridge, in the real window.

How long that takes beside the Python API: ``python -m tests.benchmarks.six_clicks``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from hsunmix.gui.app.main_window import MainWindow
from hsunmix.gui.state.settings import Settings
from tests.gui.conftest import settle
from tests.gui.scenes_on_disk import write_scene
from tests.gui.six_clicks import Mouse, maps_of, maps_shown


@pytest.fixture
def asking(qtbot: QtBot, settings: Settings) -> Iterator[MainWindow]:
    """A window with nothing open that asks by its own dialogs."""
    settle()
    made = MainWindow(settings)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.store.history.mark_saved()
    made.close()
    settle()


def test_maps_of_jasper_in_six_clicks(asking: MainWindow, shared: Path):
    mouse = Mouse()
    maps_of(asking, shared / "data" / "jasper_ridge" / "jasperRidge2_R198.mat", mouse)
    document = asking.store.document
    assert mouse.clicks <= 6
    assert document.unmixing.abundances.shape == (4, 100, 100)
    assert np.isfinite(document.unmixing.abundances).all()
    assert [view.objectName() for view in maps_shown(asking)] == [f"mapView{k}" for k in range(4)]


def test_the_clicks_are_a_button_a_file_open_and_unmix(asking: MainWindow, tmp_path: Path):
    mouse = Mouse()
    maps_of(asking, write_scene(tmp_path), mouse)
    assert mouse.clicks == 4
    assert asking.store.document.cube.name == "scene.hdr"
