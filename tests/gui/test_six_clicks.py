"""Six clicks: from an empty start to the abundance maps of Jasper Ridge, in the real window.

How long that takes beside the Python API: ``python -m tests.benchmarks.six_clicks``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from pytestqt.qtbot import QtBot

from hsunmix.gui import commands as cmd
from hsunmix.gui.app.main_window import MainWindow
from hsunmix.gui.regions.state import RegionsState
from hsunmix.gui.state.settings import Settings
from tests.gui.conftest import settle
from tests.gui.scenes_on_disk import write_scene
from tests.gui.six_clicks import Chooser, Mouse, choose, in_dialog, maps_of, maps_shown, ready, until


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


def test_own_spectra_with_gaps_and_in_percent_to_maps_in_eight_clicks(asking: MainWindow, tmp_path: Path):
    """The library says percent, the scene fractions; some bands of the scene are missing in it."""
    store, mouse = asking.store, Mouse()
    store.send(cmd.Open(write_scene(tmp_path)))
    until(lambda: store.document.cube is not None and not store.state.tasks)
    cube = store.document.cube
    spectra = [100 * cube.spectrum(*place) for place in ((2, 1), (3, 3), (4, 5))]
    gap = (cube.wavelengths > 1150) & (cube.wavelengths < 1900)
    rows = [
        ",".join([f"{nm:.1f}", *(f"{s[k]:.4f}" for s in spectra)])
        for k, nm in enumerate(cube.wavelengths)
        if not gap[k]
    ]
    (tmp_path / "field.csv").write_text("wavelength,grass,sand,clay\n" + "\n".join(rows) + "\n")
    store.settings.change(library_folder=str(tmp_path))

    chooser = Chooser(mouse, "field.csv")
    choose(asking, "menuLibrary", "openLibrary", mouse)
    chooser.stop()
    until(lambda: store.state.message is not None and bool(store.state.message.actions))
    dialog = in_dialog(
        "libraryDialog",
        lambda d: mouse.click(d.leave, QPoint(8, d.leave.height() // 2)),
        lambda d: mouse.click(d.accept_button),
    )
    mouse.click(
        ready(asking, "messageAction0")
    )  # the dialog comes when the library lies on the scene's bands
    until(lambda: len(store.document.endmembers) == 3 and store.document.unmixing is not None)
    dialog.stop()
    until(lambda: not store.document.unmixing.provisional)
    tabs = ready(asking, "imageTabs")
    mouse.click(tabs, tabs.tabRect(3).center())
    until(lambda: len(maps_shown(asking)) == 3)
    assert mouse.clicks <= 8
    assert [e.name for e in store.document.endmembers] == ["grass", "sand", "clay"]
    found = store.document.unmixing.abundances
    for k, place in enumerate(((2, 1), (3, 3), (4, 5))):
        assert found[:, place[0], place[1]].argmax() == k
        assert found[k][place] == pytest.approx(1, abs=0.02)  # one factor for the library, and the right one
    assert gap.any()
    assert not store.document.unmixing.used_bands[gap].any()


def test_vegetation_only_to_geotiff_in_nine_clicks(asking: MainWindow, tmp_path: Path):
    store, mouse = asking.store, Mouse()
    store.send(cmd.OpenSample())
    store.settings.change(export_folder=str(tmp_path))
    until(lambda: store.document.cube is not None and not store.state.tasks)
    store.send(cmd.SetRun(replace(store.document.settings, method="spa", rank=3)))
    choose(asking, "menuMask", "maskVegetation", mouse)
    until(
        lambda: (
            store.state[RegionsState].masking is not None
            and store.state[RegionsState].masking.mask is not None
        )
    )
    mouse.click(ready(asking, "maskApply"))
    until(lambda: store.document.cube.selection is not None)
    mouse.click(ready(asking, "unmixButton"))
    until(lambda: store.document.unmixing is not None and not store.state.tasks)
    dialog = in_dialog("exportDialog", lambda d: mouse.click(d.accept_button))
    choose(asking, "menuFile", "export", mouse)
    until(lambda: "export" not in store.state.tasks and bool(list(tmp_path.rglob("abundances.tif"))))
    dialog.stop()
    assert mouse.clicks <= 9
    import rasterio

    (path,) = tmp_path.rglob("abundances.tif")
    with rasterio.open(path) as written:
        values = written.read(masked=True)
    selection = store.document.cube.selection
    assert 0 < selection.sum() < selection.size
    np.testing.assert_array_equal(~values.mask[0], selection)
