"""Texts that counted bands from 0 mean the same bands when they count from 1."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hsunmix.model.band_maths import evaluate
from hsunmix.model.band_numbers import choice_from_1, expression_from_1
from tests.conftest import make_cube


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("band[0] / band [ 12 ] > 1", "band[1] / band [ 13 ] > 1"),
        ("(band[3:9] - band[:]) * 2 ** band[9:]", "(band[4:10] - band[:]) * 2 ** band[10:]"),
        ("nd(b[860], b[660.5]) > 0.3 and band[1] > 0", "nd(b[860], b[660.5]) > 0.3 and band[2] > 0"),
        ("ndvi > 0.3", "ndvi > 0.3"),
        ("/data/band12.tif", "/data/band12.tif"),
    ],
)
def test_expressions(before: str, now: str):
    assert expression_from_1(before, has_wavelengths=True) == now


def test_without_wavelengths_every_place_is_a_number():
    assert expression_from_1("b[4] - b[0:2]", has_wavelengths=False) == "b[5] - b[1:3]"
    assert choice_from_1("2-4, no-9", has_wavelengths=False) == "3-5, no-10"


def test_choices():
    text = "all, 400-1300,#0-3, no-#7, no-water"
    assert choice_from_1(text, has_wavelengths=True) == "all, 400-1300,#1-4, no-#8, no-water"


def test_a_band_has_the_number_of_its_label():
    """As the lists, the status line and ENVI count: the first band is band 1."""
    cube = replace(make_cube(), wavelengths=None, bad_bands=None)
    for text in ("band[1]", "b[1]", "band[1:1]"):
        np.testing.assert_array_equal(evaluate(cube, text), cube.read(0, cube.lines)[:, :, 0])
