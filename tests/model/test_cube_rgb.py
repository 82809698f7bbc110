"""Which bands a scene is shown with."""

from __future__ import annotations

import numpy as np
import pytest

from hsunmix.model.cube import Cube


@pytest.mark.parametrize(
    ("bands", "nm", "expected"),
    [
        (3, None, (0, 1, 2)),  # a picture
        (4, None, (2, 1, 0)),
        (100, None, (74, 44, 14)),
        (5, [400, 450, 550, 650, 900], (3, 2, 1)),
        (3, [450, 550, 650], (2, 1, 0)),
        (4, [900, 1000, 1600, 2200], (2, 1, 0)),
    ],
)
def test_bands_of_red_green_and_blue(bands, nm, expected):
    assert Cube.from_array(np.ones((5, 7, bands)), nm).rgb_bands == expected
