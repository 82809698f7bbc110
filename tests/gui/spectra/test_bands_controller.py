"""Bands painted out and in: undone, solved again, or said that they can't be."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hsunmix.gui import commands as i
from hsunmix.gui.spectra.bands_controller import made_with_other_bands
from hsunmix.gui.state.settings import Settings
from hsunmix.gui.state.workbench import Workbench
from hsunmix.session.document import Document

Wait = Callable[[Callable[[], bool]], None]
Settled = Callable[[], None]


def test_bands_left_out_are_solved_without(solved_bench: Workbench, settled: Settled):
    bench, before = solved_bench, solved_bench.document
    bench.send(i.PaintBands(14, 12, True))
    assert bench.document.cube.bad_bands.nonzero()[0].tolist() == [12, 13, 14]
    assert bench.history.undo_label == "Leave out 1682 to 1887 nm"
    settled()
    result = bench.document.unmixing
    assert (~result.used_bands).nonzero()[0].tolist() == [12, 13, 14]
    assert np.isnan(result.endmembers[12:15]).all()
    assert not made_with_other_bands(bench.document)
    np.testing.assert_array_equal(bench.document.endmembers[0].spectrum, before.endmembers[0].spectrum)
    bench.send(i.PaintBands(13, 13, False))  # the endmembers kept their values there
    settled()
    assert (~bench.document.unmixing.used_bands).nonzero()[0].tolist() == [12, 14]
    bench.send(i.Undo())
    bench.send(i.Undo())
    assert bench.document.cube is before.cube
    assert bench.document.unmixing is before.unmixing


def test_bands_taken_in_are_read_for_endmembers_that_are_pixels(
    solved_bench: Workbench, wait: Wait, settled: Settled
):
    bench = solved_bench
    document = bench.document
    bad = np.arange(20) == 5
    cube = document.cube.with_bad_bands(bad)
    bench.history.reset(Document(cube=cube))
    for k in range(5):
        bench.send(i.AddPixel(2 + k, 1 + 2 * k))
        wait(lambda k=k: len(bench.document.endmembers) == k + 1)
    settled()
    assert np.isnan(bench.document.endmembers[0].spectrum[5])
    bench.send(i.PaintBands(5, 5, False))
    wait(lambda: bench.document.cube.good_bands.all())
    settled()
    member = bench.document.endmembers[2]
    np.testing.assert_array_equal(member.spectrum, document.cube.spectrum(4, 5))
    assert bench.document.unmixing.used_bands.all()
    assert bench.document.unmixing.relative_error < 1e-4


def test_bands_that_the_endmembers_do_not_have_leave_the_result_as_it_was(
    open_bench: Workbench, document: Document, settled: Settled
):
    bench = open_bench
    bench.send(i.PaintBands(4, 4, False))
    assert bench.document.cube.good_bands[4]
    assert bench.document.unmixing is document.unmixing
    assert made_with_other_bands(bench.document)
    assert "Unmix again" in bench.live.message.text
    assert bench.live.message.actions == (("Unmix", i.Unmix()),)
    bench.send(i.Undo())
    assert not made_with_other_bands(bench.document)


def test_the_last_band_stays(solved_bench: Workbench):
    bench, before = solved_bench, solved_bench.document
    bench.send(i.PaintBands(0, 19, True))
    assert bench.live.message.level == "error"
    assert bench.document is before
    bench.send(i.PaintBands(3, 8, False))  # they are used already
    assert bench.document is before


def test_the_unit_is_remembered(bench: Workbench, settings: Settings):
    assert bench.live.unit == "nm"
    bench.send(i.SetUnit("µm"))
    assert bench.live.unit == "µm"
    assert Settings(settings.path).preferences.wavelength_unit == "µm"
    bench.send(i.SetUnit("furlong"))
    assert bench.live.unit == "nm"
