"""Edited endmembers: what a document holds until their abundances are solved."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hsunmix.model.spectra import Endmember, Source
from hsunmix.session.archive import load, save
from hsunmix.session.document import Document, with_endmember
from hsunmix.session.members import places, reordered, same_spectra, unsolved, with_members
from tests.session.conftest import BANDS, LINES, SAMPLES, make_document


@pytest.fixture
def new() -> Endmember:
    return Endmember("new", np.linspace(1, 2, BANDS), source=Source("pixel", 2, 5))


def test_abundances_are_carried_over(document: Document, new: Endmember):
    a, _, c = document.endmembers
    edited = with_members(document, (c, new, a), ((2,), (), (0, 1)), "nnls", shown=1)
    old, result = document.unmixing, edited.unmixing
    np.testing.assert_array_equal(result.abundances[0], old.abundances[2])
    unused = np.isnan(old.abundances[0])
    np.testing.assert_array_equal(result.abundances[1], np.where(unused, np.nan, 0))
    np.testing.assert_array_equal(result.abundances[2], old.abundances[0] + old.abundances[1])
    assert result.provisional
    assert result.abundances.dtype == np.float32
    assert (result.method, result.abundance, result.converged) == ("nnls", "nnls", None)
    assert result.source_pixels.tolist() == [-1, 2 * SAMPLES + 5, 0]
    np.testing.assert_array_equal(result.endmembers[:, 1], np.where(old.used_bands, new.spectrum, np.nan))
    assert edited.view.endmember == 1
    assert unsolved(edited)
    assert not unsolved(document)
    assert document.unmixing is old


def test_the_view_stays_on_an_endmember_that_is_there(document: Document):
    assert document.view.endmember == 2
    fewer = with_members(document, document.endmembers[:1], ((0,),), "fcls")
    assert fewer.view.endmember == 0


def test_without_a_result_there_is_nothing_to_carry(document: Document, new: Endmember):
    empty = replace(document, endmembers=(), unmixing=None)
    edited = with_members(empty, (new,), ((),), "nnls")
    assert edited.unmixing is None
    assert unsolved(edited)
    assert not unsolved(empty)
    assert not unsolved(replace(edited, cube=None))


def test_another_order_needs_no_solving(document: Document):
    turned = reordered(document, (2, 0, 1))
    old, result = document.unmixing, turned.unmixing
    assert [e.name for e in turned.endmembers] == [document.endmembers[k].name for k in (2, 0, 1)]
    np.testing.assert_array_equal(result.abundances, old.abundances[[2, 0, 1]])
    np.testing.assert_array_equal(result.endmembers, old.endmembers[:, [2, 0, 1]])
    assert result.source_pixels.tolist() == [-1, 0, 15]
    assert result.names == ("c", "Öl", "b")
    assert (result.method, result.provisional) == ("hals", False)
    assert turned.view.endmember == 0  # still the one that was shown


def test_spectra_are_the_same_while_they_are_the_same_arrays(document: Document, new: Endmember):
    assert same_spectra(document, with_endmember(document, 0, name="other", colour="#ffffff"))
    assert not same_spectra(document, with_endmember(document, 0, spectrum=new.spectrum))
    assert not same_spectra(document, reordered(document, (1, 0, 2)))
    assert not same_spectra(document, replace(document, endmembers=document.endmembers[:2]))


def test_an_unsolved_document_comes_back_unsolved(tmp_path, document: Document):
    edited = with_members(document, document.endmembers[:2], ((0,), (1,)), "nnls")
    save(edited, tmp_path / "work.hsu")
    assert unsolved(load(tmp_path / "work.hsu"))


def test_painted_bands_come_back(tmp_path, document: Document):
    bad = np.zeros(BANDS, dtype=bool)
    bad[[4, 11]] = True
    cube = document.cube.with_bad_bands(bad)
    save(replace(document, cube=cube), tmp_path / "work.hsu")
    loaded = load(tmp_path / "work.hsu").cube
    np.testing.assert_array_equal(loaded.bad_bands, bad)
    np.testing.assert_array_equal(loaded.selection, cube.selection)
    assert loaded.shape == (LINES, SAMPLES, BANDS)


def test_other_maps_follow_the_order_and_are_left_behind_by_an_edit():
    document = make_document(None)
    before, order = document.unmixing.maps, (2, 0, 1)
    after = reordered(document, order).unmixing.maps
    np.testing.assert_array_equal(after["abundance_sd"].values, before["abundance_sd"].values[list(order)])
    for k, old in enumerate(order):
        np.testing.assert_array_equal(after["dominant"].values == k, before["dominant"].values == old)
    np.testing.assert_array_equal(after["dominant"].values == -1, before["dominant"].values == -1)
    for name in ("shade", "model", "library_abundance"):
        assert after[name] is before[name]
    edited = with_members(document, document.endmembers[:2], ((0,), (1,)), "nnls")
    assert list(edited.unmixing.maps) == ["abundance", "rmse"]


def test_places_are_of_this_scene_or_none():
    """Endmembers that are common to several scenes may come from a larger one."""
    spectrum = np.ones(BANDS)
    members = [
        Endmember("a", spectrum, source=Source("pixel", line, sample))
        for line, sample in ((2, 3), (9, 1), (1, 5))
    ]
    members.append(Endmember("b", spectrum, source=Source("library", text="b of c")))
    assert places(members, (3, 5)).tolist() == [13, -1, -1, -1]
    assert places(members[1:], (3, 5)) is None
    assert places([Endmember("a", spectrum, source=Source("pixel", 0, 7))], (8,)).tolist() == [7]
