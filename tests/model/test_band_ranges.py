"""Bands count from 1."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hsunmix.model.band_maths import evaluate
from hsunmix.model.band_ranges import in_words, numbered
from tests.conftest import make_cube


def test_a_band_has_the_number_of_its_label():
    """As the lists, the status line and ENVI count: the first band is band 1."""
    cube = replace(make_cube(), wavelengths=None, bad_bands=None)
    for text in ("band[1]", "b[1]", "band[1:1]"):
        np.testing.assert_array_equal(evaluate(cube, text), cube.read(0, cube.lines)[:, :, 0])


def test_a_choice_by_numbers():
    used = np.ones(20, dtype=bool)
    used[[10, 11]] = False
    assert numbered(used) == "all,#1-10,#13-20"


def test_bands_in_words():
    chosen = np.zeros(20, dtype=bool)
    assert in_words(chosen) == ""
    chosen[[0, 3, 4, 5, 19]] = True
    assert in_words(chosen) == "1, 4–6, 20"
    assert in_words(chosen, most=2) == "1, 4–6, …"
    falling = np.linspace(1000.4, 50.4, 20)
    assert in_words(chosen, falling) == "1000 nm, 750 to 850 nm, 50 nm"
