from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hsunmix.engine.regions import RegionStatistics
from hsunmix.gui.commands import ClearPins, PaintBands, SelectRegion, SetUnit, ShowEndmember
from hsunmix.gui.endmembers.state import Suggested
from hsunmix.gui.library.state import Compared
from hsunmix.gui.spectra import panel as spectra
from hsunmix.gui.spectra.abundance_bars import Share
from hsunmix.gui.state.view_state import PixelView, Task, ViewState
from hsunmix.gui.widgets.curves import DASHED, DOTTED, SOLID
from hsunmix.gui.widgets.spectrum_plot import RESIDUAL
from hsunmix.gui.widgets.theme import DARK, LIGHT
from hsunmix.methods.trust.suggestion import Suggestion
from hsunmix.model.progress import Step
from hsunmix.model.region import Region
from hsunmix.session.document import Document, Pin, with_endmember
from tests.gui.conftest import Alone, state_of


def pixel(document: Document, line: int, sample: int) -> PixelView:
    shares = document.unmixing.abundances[:, line, sample]
    measured = document.cube.spectrum(line, sample)
    measured[4:6] = np.nan
    return PixelView(line, sample, measured, document.unmixing.endmembers @ shares, shares)


def values(panel: spectra.View, group: str) -> list[np.ndarray]:
    return [curve.values for curve in panel.plot.curves(group)]


def test_the_bars_have_their_width_as_soon_as_the_window_was_resized(alone: Alone):
    panel, _ = alone(spectra)
    for width in (700, 1000):
        panel.resize(width, 300)
        QApplication.processEvents()
        assert panel.bars.width() == panel.bars.sizeHint().width()


def test_visible_endmembers_are_drawn_with_their_gaps(alone: Alone, document: Document):
    panel, _ = alone(spectra)
    drawn = values(panel, "endmembers")
    assert len(drawn) == 3
    np.testing.assert_array_equal(drawn[1], document.endmembers[1].spectrum)
    assert np.isnan(drawn[1][4:6]).all()
    panel.render(document, with_endmember(document, 1, visible=False))
    assert len(values(panel, "endmembers")) == 2


def test_an_endmember_is_not_drawn_in_bands_that_were_painted_out(alone: Alone, document: Document):
    panel, _ = alone(spectra)
    bad = document.cube.bad_bands.copy()
    bad[10] = True
    panel.render(document, replace(document, cube=document.cube.with_bad_bands(bad)))
    assert np.isfinite(document.endmembers[0].spectrum[10])
    assert np.isnan(values(panel, "endmembers")[0][10])
    assert len(panel.plot.sheet.shaded) == 2


def test_the_selected_endmember_is_drawn_thicker(alone: Alone, document: Document):
    panel, _ = alone(spectra)
    panel.render(document, replace(document, view=replace(document.view, endmember=2)))
    widths = [curve.width for curve in panel.plot.curves("endmembers")]
    assert widths[2] > widths[0] == widths[1]


def test_a_curve_that_is_picked_is_the_one_drawn_whatever_it_is_called(alone: Alone, document: Document):
    panel, seen = alone(spectra)
    soils = tuple(replace(e, name="Soil", visible=k > 0) for k, e in enumerate(document.endmembers))
    panel.render(document, replace(document, endmembers=soils))
    panel.plot.picked.emit("endmembers", 1)
    assert seen == [ShowEndmember(2)]
    fields = tuple(Region("Field", "#111111", "rectangle", ((k, 0), (k + 1, 2))) for k in range(3))
    panel.render(document, replace(document, regions=fields))
    known = dict.fromkeys(fields[1:], RegionStatistics(2, np.full(20, 0.5), np.full(20, 0.1)))
    panel.follow(ViewState(), state_of(region_spectra=known))
    panel.plot.picked.emit("regions", 1)
    assert seen[-1] == SelectRegion(2)
    panel.plot.picked.emit("cursor", 0)
    assert len(seen) == 2


def test_a_pixel_that_is_not_solved_yet_is_not_called_unused(alone: Alone, document: Document):
    panel, _ = alone(spectra)
    empty = np.full(3, np.nan, np.float32)
    state = ViewState(cursor=PixelView(2, 3, document.cube.spectrum(2, 3), None, empty))
    panel.follow(ViewState(), state)
    assert panel.bars.why == "No abundances: the pixel is not used"
    panel.render(document, replace(document, unmixing=replace(document.unmixing, provisional=True)))
    assert panel.bars.why == "Abundances are being solved"
    panel.follow(state, replace(state, stopped=True))
    assert panel.bars.why == "No abundances: they were not solved"


def test_the_axis_says_its_unit_once(alone: Alone, document: Document, qtbot: QtBot):
    panel, seen = alone(spectra)
    assert panel.plot.sheet.labels[0] == "Wavelength (nm)"
    qtbot.mouseClick(panel.unit, Qt.MouseButton.LeftButton)
    assert seen == [SetUnit("µm")]
    panel.follow(ViewState(), state_of(unit="µm"))
    assert panel.plot.sheet.labels[0] == "Wavelength (µm)"
    np.testing.assert_allclose(panel.plot.sheet.x, document.cube.wavelengths / 1000)
    qtbot.mouseClick(panel.unit, Qt.MouseButton.LeftButton)
    assert seen[-1] == SetUnit("nm")
    bare = replace(document.cube, wavelengths=None)
    panel.render(document, replace(document, cube=bare))
    assert panel.plot.sheet.labels[0] == "Band"
    assert not panel.unit.isVisible()


def test_another_unit_shows_the_same_part(alone: Alone):
    panel, _ = alone(spectra)
    plot = panel.plot
    plot._zoom(3.0, plot.frames()[0].rect.center())
    before = plot.frames()[0]
    panel.follow(ViewState(), state_of(unit="µm"))
    after = plot.frames()[0]
    assert (after.left, after.right) == pytest.approx((before.left / 1000, before.right / 1000))
    assert (after.bottom, after.top) == (before.bottom, before.top)


def test_unused_bands_are_shaded(alone: Alone, document: Document):
    panel, _ = alone(spectra)
    ((low, high),) = panel.plot.sheet.shaded
    nm = document.cube.wavelengths
    assert nm[3] < low < nm[4]
    assert nm[5] < high < nm[6]


def test_the_cursors_pixel_is_measured_and_modelled(alone: Alone, document: Document):
    panel, _ = alone(spectra)
    seen = pixel(document, 3, 7)
    panel.follow(ViewState(), state_of(cursor=seen))
    modelled, measured = panel.plot.curves("cursor")
    assert (modelled.style, measured.style) == (SOLID, DASHED)
    np.testing.assert_array_equal(modelled.values, seen.modelled)
    np.testing.assert_array_equal(measured.values, seen.measured)
    (rest,) = values(panel, RESIDUAL)
    np.testing.assert_allclose(rest, seen.measured - seen.modelled)
    assert np.isnan(rest[4:6]).all()
    assert panel.readout.text() == f"pixel 3, 7 · RMSE {np.sqrt(np.nanmean(rest**2)):.4g}"
    members = document.endmembers
    assert panel.bars.shares == tuple(
        Share(e.name, e.colour, float(a)) for e, a in zip(members, seen.abundances, strict=True)
    )
    panel.follow(state_of(cursor=seen), ViewState())
    assert values(panel, "cursor") == values(panel, RESIDUAL) == []
    assert panel.bars.shares == ()


def test_a_pixel_that_was_not_used_is_only_measured(alone: Alone, document: Document):
    panel, _ = alone(spectra)
    measured = document.cube.spectrum(12, 8)
    panel.follow(
        ViewState(),
        state_of(cursor=PixelView(12, 8, measured, None, document.unmixing.abundances[:, 12, 8])),
    )
    assert len(values(panel, "cursor")) == 1
    assert panel.readout.text() == "pixel 12, 8"
    assert panel.bars.shares == ()
    assert panel.bars.why == "No abundances: the pixel is not used"
    masked = np.ones((13, 9), dtype=bool)
    masked[12, 8] = False
    panel.render(document, replace(document, cube=document.cube.with_selection(masked)))
    panel.follow(ViewState(), state_of(cursor=PixelView(12, 8, measured)))
    assert panel.bars.why == "No abundances: the pixel is masked"
    panel.follow(state_of(cursor=PixelView(12, 8, measured)), ViewState())
    assert "pointed at" in panel.bars.why


def test_pins_stay(alone: Alone, document: Document, qtbot: QtBot):
    panel, seen = alone(spectra)
    assert not panel.clear_pins.isVisible()
    new = replace(document, pins=(Pin(1, 2), Pin(5, 6)))
    panel.render(document, new)
    pinned = {(1, 2): pixel(document, 1, 2), (5, 6): PixelView(5, 6)}
    panel.follow(ViewState(), state_of(pinned=pinned))
    assert len(values(panel, "pins")) == 2  # measured and modelled of the one that was read
    pinned = {(1, 2): pixel(document, 1, 2), (5, 6): pixel(document, 5, 6)}
    panel.follow(ViewState(), state_of(pinned=pinned))
    assert panel.readout.text().startswith("pinned pixel 5, 6")  # while the cursor is elsewhere
    assert len(panel.bars.shares) == 3
    qtbot.mouseClick(panel.clear_pins, Qt.MouseButton.LeftButton)
    assert seen == [ClearPins()]


def test_a_passing_cursor_does_not_rescale(alone: Alone, document: Document):
    panel, _ = alone(spectra)
    before = panel.plot.frames()
    high = np.full(document.cube.bands, 50.0, np.float32)
    panel.follow(ViewState(), state_of(cursor=PixelView(0, 0, high)))
    assert panel.plot.frames() == before


def test_without_anything_else_the_cursor_does(alone: Alone, document: Document):
    panel, _ = alone(spectra)
    panel.render(document, Document(cube=document.cube))
    high = np.full(document.cube.bands, 50.0, np.float32)
    panel.follow(ViewState(), state_of(cursor=PixelView(0, 0, high)))
    assert panel.plot.frames()[0].bottom < 50 < panel.plot.frames()[0].top


def test_spectra_so_far_are_shown_during_a_run(alone: Alone, document: Document):
    panel, _ = alone(spectra)
    so_far = np.random.default_rng(0).random((document.cube.bands, 4))
    state = state_of(tasks={"run": Task("Unmixing", 0.0, Step(0.3, 0.1, so_far))})
    panel.follow(ViewState(), state)
    np.testing.assert_array_equal(values(panel, "endmembers"), so_far.T)
    panel.follow(state, ViewState())
    assert len(values(panel, "endmembers")) == 3


def test_the_library_is_drawn_over_the_endmember(alone: Alone, document: Document):
    panel, _ = alone(spectra)
    member = document.endmembers[1]
    compared = Compared(member.spectrum, "Kaolinite CM9", np.linspace(0.2, 0.4, 20))
    panel.follow(ViewState(), state_of(compared=compared))
    (curve,) = panel.plot.curves("hints")
    assert (curve.style, curve.colour) == (DOTTED, member.colour)
    np.testing.assert_array_equal(curve.values, compared.values)
    assert "Kaolinite CM9" in panel.key.text()
    panel.follow(state_of(compared=compared), ViewState())
    assert values(panel, "hints") == []
    assert "Kaolinite" not in panel.key.text()


def test_what_is_missing_is_shown_on_the_page_of_the_residual(alone: Alone, document: Document):
    panel, _ = alone(spectra)
    found = Suggestion(3, 4, np.array([31]), np.linspace(1, 2, 20), 5.0)
    state = state_of(suggested=Suggested(document.unmixing, found))
    panel.follow(ViewState(), state)
    assert values(panel, "hints") == []
    on_page = replace(document, view=replace(document.view, page="residual"))
    panel.render(document, on_page)
    np.testing.assert_array_equal(values(panel, "hints")[0], found.spectrum)
    assert "missing near 3, 4" in panel.key.text()
    panel.render(on_page, replace(on_page, unmixing=replace(document.unmixing, note="newer")))
    assert values(panel, "hints") == []  # it was asked for by an older result


def test_regions_are_means_with_their_spread(alone: Alone, document: Document):
    panel, _ = alone(spectra)
    region = Region("Field", "#123456", "rectangle", ((0, 0), (4, 4)))
    panel.render(document, replace(document, regions=(region,)))
    assert values(panel, "regions") == []
    found = RegionStatistics(16, np.full(20, 0.5), np.full(20, 0.1))
    panel.follow(ViewState(), state_of(region_spectra={region: found}))
    np.testing.assert_array_equal(values(panel, "regions")[0], found.mean)
    (spread,) = panel.plot.sheet.spreads
    np.testing.assert_allclose((spread.low, spread.high), (np.full(20, 0.4), np.full(20, 0.6)))


def across(panel: spectra.View, band: int) -> QPoint:
    frame = panel.plot.frames()[0]
    return QPointF(panel.plot.place_of(band), frame.rect.center().y()).toPoint()


def test_bands_are_painted_out_and_in_by_mouse(alone: Alone, qtbot: QtBot):
    panel, seen = alone(spectra)
    plot, left = panel.plot, Qt.MouseButton.LeftButton
    qtbot.mouseClick(panel.bands, left)
    qtbot.mousePress(plot, left, pos=across(panel, 12))
    qtbot.mouseMove(plot, across(panel, 9))
    assert plot.brush.band == 9
    qtbot.mouseRelease(plot, left, pos=across(panel, 9))
    qtbot.mouseClick(plot, left, pos=across(panel, 4))  # a bad one
    assert seen == [PaintBands(9, 12, True), PaintBands(4, 4, False)]
    qtbot.mouseClick(panel.bands, left)
    before = plot.frames()[0]
    qtbot.mousePress(plot, left, pos=across(panel, 12))
    qtbot.mouseMove(plot, across(panel, 9))
    qtbot.mouseRelease(plot, left, pos=across(panel, 9))
    assert len(seen) == 2
    assert plot.frames()[0].left > before.left  # without the brush it is a drag


def test_bands_are_painted_by_keys(alone: Alone, qtbot: QtBot):
    panel, seen = alone(spectra)
    panel.bands.setChecked(True)
    plot, shift = panel.plot, Qt.KeyboardModifier.ShiftModifier
    plot.setFocus()
    for _ in range(3):
        qtbot.keyClick(plot, Qt.Key.Key_Right)
    for _ in range(2):
        qtbot.keyClick(plot, Qt.Key.Key_Right, shift)
    qtbot.keyClick(plot, Qt.Key.Key_Return)
    qtbot.keyClick(plot, Qt.Key.Key_Space)
    assert seen == [PaintBands(3, 5, True), PaintBands(5, 5, False)]


def test_wheel_keys_and_double_click_zoom(alone: Alone, qtbot: QtBot):
    panel, _ = alone(spectra)
    plot = panel.plot
    whole = plot.frames()[0]
    plot.setFocus()
    qtbot.keyClick(plot, Qt.Key.Key_Plus)
    closer = plot.frames()[0]
    assert closer.right - closer.left == pytest.approx((whole.right - whole.left) / 1.2)
    qtbot.keyClick(plot, Qt.Key.Key_Home)
    assert plot.frames()[0] == whole
    plot._zoom(2.0, QPointF(5, whole.rect.center().y()))  # over the vertical axis
    assert (plot.frames()[0].left, plot.frames()[0].right) == pytest.approx((whole.left, whole.right))
    assert plot.frames()[0].top < whole.top
    for _ in range(200):
        plot._zoom(1.2, whole.rect.center())  # it doesn't go on without end
    assert np.isfinite(plot.frames()[0].left)
    qtbot.mouseDClick(plot, Qt.MouseButton.LeftButton, pos=whole.rect.center().toPoint())
    assert plot.frames()[0] == whole


def test_the_dark_theme_reaches_the_plot(alone: Alone):
    panel, _ = alone(spectra)
    panel.dress(DARK)
    image = panel.plot.grab().toImage()
    assert image.pixelColor(image.width() - 3, image.height() // 2).lightness() < 60


def test_what_is_painted_is_where_it_belongs(alone: Alone, document: Document):
    """A flat measured spectrum is a dashed line at its height, in the colour of the text."""
    panel, _ = alone(spectra)
    panel.render(document, Document(cube=document.cube))
    panel.follow(ViewState(), state_of(cursor=PixelView(0, 0, np.full(20, 0.5, np.float32))))
    QApplication.processEvents()
    frame = panel.plot.frames()[0]
    row = round(float(frame.y(np.array(0.5))))
    image = panel.plot.grab().toImage()
    ink = QColor(LIGHT.text).lightness()
    dark = [
        image.pixelColor(x, row).lightness() < ink + 60
        for x in range(round(frame.rect.left()) + 20, round(frame.rect.right()) - 20)
    ]
    assert 0.4 < np.mean(dark) < 0.8


def test_bars_and_residual_follow_the_document(alone: Alone, document: Document):
    """What is read of a pinned pixel is known before the document that it belongs to is shown."""
    panel, _ = alone(spectra)
    pinned = replace(document, pins=(Pin(3, 7),))
    panel.follow(ViewState(), state_of(pinned={(3, 7): pixel(document, 3, 7)}))
    panel.render(document, pinned)
    panel.render(pinned, with_endmember(pinned, 1, name="Water"))
    assert [share.name for share in panel.bars.shares] == ["Endmember 1", "Water", "Endmember 3"]
    one = replace(
        pinned,
        endmembers=pinned.endmembers[:1],
        unmixing=replace(document.unmixing, note="another"),
    )
    seen = replace(pixel(document, 3, 7), abundances=np.array([0.9], np.float32))
    panel.follow(ViewState(), state_of(pinned={(3, 7): seen}))
    panel.render(pinned, one)
    assert [share.share for share in panel.bars.shares] == [pytest.approx(0.9)]
    largest = float(np.nanmax(np.abs(seen.residual)))
    assert panel.plot.sheet.residual >= largest
