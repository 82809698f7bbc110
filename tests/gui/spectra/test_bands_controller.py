"""Bands painted out and in: undone, solved again, or said that they can't be."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hsunmix.gui import commands as cmd
from hsunmix.gui.spectra.state import SpectraState
from hsunmix.gui.state.documents import made_with_other_bands
from hsunmix.gui.state.settings import Settings
from hsunmix.gui.state.store import Store
from hsunmix.session.document import Document

Wait = Callable[[Callable[[], bool]], None]
Settled = Callable[[], None]


def test_bands_left_out_are_solved_without(solved_store: Store, settled: Settled):
    store, before = solved_store, solved_store.document
    store.send(cmd.PaintBands(14, 12, True))
    assert store.document.cube.bad_bands.nonzero()[0].tolist() == [12, 13, 14]
    assert store.history.undo_label == "Leave out 1682 to 1887 nm"
    settled()
    result = store.document.unmixing
    assert (~result.used_bands).nonzero()[0].tolist() == [12, 13, 14]
    assert np.isnan(result.endmembers[12:15]).all()
    assert not made_with_other_bands(store.document)
    np.testing.assert_array_equal(store.document.endmembers[0].spectrum, before.endmembers[0].spectrum)
    store.send(cmd.PaintBands(13, 13, False))  # the endmembers kept their values there
    settled()
    assert (~store.document.unmixing.used_bands).nonzero()[0].tolist() == [12, 14]
    store.send(cmd.Undo())
    store.send(cmd.Undo())
    assert store.document.cube is before.cube
    assert store.document.unmixing is before.unmixing


def test_bands_taken_in_are_read_for_endmembers_that_are_pixels(
    solved_store: Store, wait: Wait, settled: Settled
):
    store = solved_store
    document = store.document
    bad = np.arange(20) == 5
    cube = document.cube.with_bad_bands(bad)
    store.history.reset(Document(cube=cube))
    for k in range(5):
        store.send(cmd.AddPixel(2 + k, 1 + 2 * k))
        wait(lambda k=k: len(store.document.endmembers) == k + 1)
    settled()
    assert np.isnan(store.document.endmembers[0].spectrum[5])
    store.send(cmd.PaintBands(5, 5, False))
    wait(lambda: store.document.cube.good_bands.all())
    settled()
    member = store.document.endmembers[2]
    np.testing.assert_array_equal(member.spectrum, document.cube.spectrum(4, 5))
    assert store.document.unmixing.used_bands.all()
    assert store.document.unmixing.relative_error < 1e-4


def test_bands_that_the_endmembers_do_not_have_leave_the_result_as_it_was(
    open_store: Store, document: Document, settled: Settled
):
    store = open_store
    store.send(cmd.PaintBands(4, 4, False))
    assert store.document.cube.good_bands[4]
    assert store.document.unmixing is document.unmixing
    assert made_with_other_bands(store.document)
    assert "Unmix again" in store.state.message.text
    assert store.state.message.actions == (("Unmix", cmd.Unmix()),)
    store.send(cmd.Undo())
    assert not made_with_other_bands(store.document)


def test_the_last_band_stays(solved_store: Store):
    store, before = solved_store, solved_store.document
    store.send(cmd.PaintBands(0, 19, True))
    assert store.state.message.level == "error"
    assert store.document is before
    store.send(cmd.PaintBands(3, 8, False))  # they are used already
    assert store.document is before


def test_the_unit_is_remembered(store: Store, settings: Settings):
    assert store.state[SpectraState].unit == "nm"
    store.send(cmd.SetUnit("µm"))
    assert store.state[SpectraState].unit == "µm"
    assert Settings(settings.path).preferences.wavelength_unit == "µm"
    store.send(cmd.SetUnit("furlong"))
    assert store.state[SpectraState].unit == "nm"
