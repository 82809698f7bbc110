"""A curve is broken where nothing was measured."""

from __future__ import annotations

import numpy as np

from hsunmix.model.stretches import breaks, stretches


def test_a_curve_is_broken_where_bands_are_missing() -> None:
    nm = np.concatenate([np.arange(400.0, 1340, 10), np.arange(1450.0, 1800, 10)])
    assert stretches(nm, np.ones(len(nm), dtype=bool)) == [(0, 93), (94, 128)]
    descending = nm[::-1]
    assert stretches(descending, np.ones(len(nm), dtype=bool)) == [(0, 34), (35, 128)]


def test_a_curve_is_broken_where_the_second_detector_begins_again() -> None:
    nm = np.concatenate([np.linspace(420, 1000, 60), np.linspace(900, 2450, 90)])
    known = np.ones(len(nm), dtype=bool)
    known[70:73] = False
    assert stretches(nm, known) == [(0, 59), (60, 69), (73, 149)]


def test_bands_that_stand_apart_everywhere_are_joined() -> None:
    sentinel = np.array([443.0, 490, 560, 665, 705, 740, 783, 842, 865, 945, 1610, 2190])
    assert not breaks(sentinel).any()
    assert not breaks(np.arange(1.0, 200)).any()
    assert breaks(np.array([5.0])).shape == (0,)
    assert not breaks(np.full(40, 7.0)).any()
