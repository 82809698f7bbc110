from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from hsunmix.gui.intents import ClearPins
from hsunmix.gui.live import Live, PixelView, Task
from hsunmix.gui.panels import spectra
from hsunmix.gui.theme import DARK
from hsunmix.gui.widgets.spectrum_plot import dashes, runs
from hsunmix.model.unmixing import Step
from hsunmix.session.document import Document, Pin, with_endmember
from tests.gui.panels.conftest import Alone


def pixel(document: Document, line: int, sample: int) -> PixelView:
    shares = document.unmixing.abundances[:, line, sample]
    measured = document.cube.spectrum(line, sample)
    measured[4:6] = np.nan
    return PixelView(line, sample, measured, document.unmixing.endmembers @ shares, shares)


def test_visible_endmembers_are_drawn_with_their_gaps(alone: Alone, document: Document):
    panel, _ = alone(spectra)
    drawn = panel.plot.curves("endmembers")
    assert len(drawn) == 3
    np.testing.assert_array_equal(drawn[1], document.endmembers[1].spectrum)
    assert np.isnan(drawn[1][4:6]).all()
    panel.render(document, with_endmember(document, 1, visible=False))
    assert len(panel.plot.curves("endmembers")) == 2


def test_the_selected_endmember_is_drawn_thicker(alone: Alone, document: Document):
    panel, _ = alone(spectra)
    panel.render(document, replace(document, view=replace(document.view, endmember=2)))
    widths = [item.opts["pen"].widthF() for item in panel.plot._groups["endmembers"]]
    assert widths[2] > widths[0] == widths[1]


def test_the_axis_says_nanometres_once(alone: Alone, document: Document):
    panel, _ = alone(spectra)
    assert panel.plot.x_label == "Wavelength (nm)"
    assert "knm" not in panel.plot._bottom.labelString()
    bare = replace(document.cube, wavelengths=None)
    panel.render(document, replace(document, cube=bare))
    assert panel.plot.x_label == "Band"


def test_unused_bands_are_shaded(alone: Alone, document: Document):
    panel, _ = alone(spectra)
    ((low, high),) = panel.plot.shaded
    nm = document.cube.wavelengths
    assert nm[3] < low < nm[4]
    assert nm[5] < high < nm[6]


def test_the_cursors_pixel_is_measured_and_modelled(alone: Alone, document: Document):
    panel, _ = alone(spectra)
    seen = pixel(document, 3, 7)
    panel.follow(Live(), Live(cursor=seen))
    modelled, measured = panel.plot.curves("cursor")
    np.testing.assert_array_equal(modelled, seen.modelled)
    fine = (len(measured) - 1) // (document.cube.bands - 1)
    at = measured[::fine]
    np.testing.assert_allclose(at[6:], seen.measured[6:], rtol=1e-6)
    assert np.isnan(at[4:6]).all()  # bands that aren't used hold no measurement
    text = panel.readout.text()
    best = int(np.argmax(seen.abundances))
    assert text.startswith("pixel 3, 7")
    assert f"Endmember {best + 1} {100 * seen.abundances[best]:.0f} %" in text
    panel.follow(Live(cursor=seen), Live())
    assert panel.plot.curves("cursor") == []


def test_a_pixel_that_was_not_used_is_only_measured(alone: Alone, document: Document):
    panel, _ = alone(spectra)
    measured = document.cube.spectrum(12, 8)
    panel.follow(
        Live(), Live(cursor=PixelView(12, 8, measured, None, document.unmixing.abundances[:, 12, 8]))
    )
    assert len(panel.plot.curves("cursor")) == 1
    assert panel.readout.text() == "pixel 12, 8"


def test_pins_stay(alone: Alone, document: Document, qtbot: QtBot):
    panel, seen = alone(spectra)
    assert not panel.clear_pins.isVisible()
    new = replace(document, pins=(Pin(1, 2), Pin(5, 6)))
    panel.render(document, new)
    panel.follow(Live(), Live(pinned={(1, 2): pixel(document, 1, 2), (5, 6): PixelView(5, 6)}))
    assert len(panel.plot.curves("pins")) == 2  # measured and modelled of the one that was read
    qtbot.mouseClick(panel.clear_pins, Qt.MouseButton.LeftButton)
    assert seen == [ClearPins()]


def test_a_passing_cursor_does_not_rescale(alone: Alone, document: Document, qtbot: QtBot):
    panel, _ = alone(spectra)
    qtbot.wait(30)
    before = panel.plot.view_rect()
    high = np.full(document.cube.bands, 50.0, np.float32)
    panel.follow(Live(), Live(cursor=PixelView(0, 0, high)))
    qtbot.wait(30)
    assert panel.plot.view_rect() == before


def test_spectra_so_far_are_shown_during_a_run(alone: Alone, document: Document):
    panel, _ = alone(spectra)
    so_far = np.random.default_rng(0).random((document.cube.bands, 4))
    live = Live(tasks={"run": Task("Unmixing", 0.0, Step(0.3, 0.1, so_far))})
    panel.follow(Live(), live)
    np.testing.assert_array_equal(panel.plot.curves("endmembers"), so_far.T)
    panel.follow(live, Live())
    assert len(panel.plot.curves("endmembers")) == 3


def test_names_are_no_markup(alone: Alone, document: Document):
    panel, _ = alone(spectra)
    new = document
    for k in range(3):
        new = with_endmember(new, k, name="<img src=x>")
    panel.render(document, new)
    panel.follow(Live(), Live(cursor=pixel(document, 0, 0)))
    assert "&lt;img" in panel.readout.text()
    assert "<img" not in panel.readout.text()


def test_the_dark_theme_reaches_the_plot(alone: Alone):
    panel, _ = alone(spectra)
    panel.dress(DARK)
    image = panel.plot.grab().toImage()
    assert image.pixelColor(image.width() - 3, image.height() // 2).lightness() < 60


def test_dashes_keep_the_curve_and_its_gaps():
    x = np.array([0.0, 1, 3, 4, 5])
    y = np.array([0.0, 2, np.nan, 1, 3])
    fine_x, fine_y, join = dashes(x, y)
    step = (len(fine_x) - 1) // 4
    np.testing.assert_array_equal(fine_y[::step], y)
    np.testing.assert_array_equal(fine_x[::step], x)
    assert not join[~np.isfinite(fine_y)].any()
    assert 0.4 < join[: step // 2].mean() < 0.8


def test_runs_of_unused_bands():
    flags = np.array([True, False, True, True, False, True])
    assert runs(flags) == [(0, 0), (2, 3), (5, 5)]
    assert runs(np.zeros(4, bool)) == []
