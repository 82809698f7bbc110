"""Spectra without their continuum: what is drawn, and that nothing else changes."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from hsunmix.gui import commands as cmd
from hsunmix.gui.app.main_window import MainWindow
from hsunmix.gui.spectra.continuum import LABEL, ContinuumPlot
from hsunmix.gui.spectra.state import SpectraState
from hsunmix.gui.widgets.curves import Curve, Spread
from hsunmix.gui.widgets.spectrum_plot import RESIDUAL
from hsunmix.model.continuum import continuum_removed


def plot(qtbot: QtBot) -> ContinuumPlot:
    made = ContinuumPlot("plot", "Spectra")
    qtbot.addWidget(made)
    made.set_axes(np.array([400.0, 500, 700, 1000, 1100]), "Wavelength (nm)", "Reflectance")
    return made


def test_curves_are_divided_by_their_hull_and_come_back(qtbot: QtBot) -> None:
    made = plot(qtbot)
    values, below = np.array([0.2, 0.3, np.nan, 0.35, 0.6]), np.array([0.1, -0.2, 0.3, 0.1, 0.1])
    made.set_curves("a", [Curve(values, "#123456", width=2.0)])
    made.set_curves(RESIDUAL, [Curve(below, "#000000")])
    made.set_spreads([Spread(values, values + 0.1, "#123456")])
    made.remove_continuum(True)
    (shown,) = made.curves("a")
    expected = continuum_removed(values[None], np.array([400.0, 500, 700, 1000, 1100]))[0]
    np.testing.assert_allclose(shown.values, expected)
    assert (shown.colour, shown.width) == ("#123456", 2.0)
    assert np.nanmin(shown.values) < 0.9
    assert made.curves(RESIDUAL)[0].values is below
    assert made.sheet.spreads == ()
    made.set_curves("b", [Curve(below, "#123456")])
    assert np.isnan(made.curves("b")[0].values).all()  # what has values below zero has no hull
    made.remove_continuum(False)
    assert made.curves("a")[0].values is values
    assert len(made.sheet.spreads) == 1


def test_the_window_shows_them_so(full: MainWindow) -> None:
    store = full.store
    panel = next(one for one in full.panels if one.objectName() == "spectraPanel")
    before = [curve.values.copy() for curve in panel.plot.curves("endmembers")]
    view = full.findChild(QMenu, "menuView").actions()
    assert full.menus.actions["continuum"] is view[view.index(full.menus.actions["micrometres"]) + 1]
    store.send(cmd.RemoveContinuum(True))
    assert store.state[SpectraState].continuum
    after = [curve.values for curve in panel.plot.curves("endmembers")]
    nm = store.document.cube.wavelengths
    for one, other in zip(before, after, strict=True):
        np.testing.assert_allclose(other, continuum_removed(one[None].astype(float), nm)[0], atol=1e-9)
    assert panel.plot.sheet.labels[1] == LABEL
    store.send(cmd.SetUnit("µm"))
    np.testing.assert_allclose(panel.plot.curves("endmembers")[0].values, after[0], atol=1e-9)
    store.send(cmd.RemoveContinuum(False))
    np.testing.assert_array_equal(panel.plot.curves("endmembers")[0].values, before[0])
