"""The frozen document and what makes a new one of it."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from hsunmix.model.spectra import colour
from hsunmix.session.document import Document, View, with_endmember, with_result
from tests.session.conftest import SAMPLES, make_result


def test_it_is_frozen(bare):
    with pytest.raises(FrozenInstanceError):
        bare.pins = ()


def test_one_endmember_changes_and_nothing_else(bare):
    changed = with_endmember(bare, 1, name="Lawn", locked=True)
    assert changed.endmembers[1].name == "Lawn"
    assert changed.endmembers[1].locked
    assert changed.endmembers[1].spectrum is bare.endmembers[1].spectrum
    assert changed.endmembers[0] is bare.endmembers[0]
    assert changed.endmembers[2] is bare.endmembers[2]
    assert changed.unmixing is bare.unmixing
    assert bare.endmembers[1].name == "Straße"


def test_a_result_brings_its_endmembers():
    result = make_result()
    document = with_result(Document(), result)
    assert document.unmixing is result
    assert [e.name for e in document.endmembers] == ["Öl", "b", "c"]
    assert [e.colour for e in document.endmembers] == [colour(0), colour(1), colour(2)]
    for k, endmember in enumerate(document.endmembers):
        assert np.array_equal(endmember.spectrum, result.endmembers[:, k])


def test_sources_are_line_and_sample_of_a_scene_that_is_not_square():
    sources = [e.source for e in with_result(Document(), make_result()).endmembers]
    assert (sources[1].line, sources[1].sample) == (15 // SAMPLES, 15 % SAMPLES) == (2, 1)
    assert sources[1].kind == "smoothed"
    assert sources[2].line is None
    assert str(sources[2]) == "hals"


@pytest.mark.parametrize(("page", "then"), [("rgb", "maps"), ("map", "map"), ("residual", "residual")])
def test_a_result_turns_to_the_maps_from_rgb_only(page, then):
    document = with_result(Document(view=View(page=page, endmember=5)), make_result())
    assert document.view.page == then
    assert document.view.endmember == 0
