"""Bands that the analyst takes out and in again."""

from __future__ import annotations

import numpy as np
import pytest

from hsunmix.model.cube import ArrayPixels, Cube


class Counted(ArrayPixels):
    """Counts how often it is read."""

    reads = 0

    def read(self, first, last, bands=None):
        Counted.reads += 1
        return super().read(first, last, bands)


def test_dead_bands_stay_dead_and_are_not_looked_for_again():
    values = np.random.default_rng(0).random((7, 5, 6)).astype(np.float32)
    values[:, :, 3] = 0
    cube = Cube(Counted(values), bad_bands=np.arange(6) == 1)
    assert cube.good_bands.tolist() == [True, False, True, False, True, True]
    before = Counted.reads
    other = cube.with_bad_bands(np.arange(6) == 5)
    assert other.good_bands.tolist() == [True, True, True, False, True, False]
    assert Counted.reads == before
    assert cube.bad_bands.tolist() == [False, True, False, False, False, False]
    fresh = Cube(Counted(values)).with_bad_bands(np.arange(6) == 5)
    assert fresh.good_bands.tolist() == other.good_bands.tolist()


def test_what_makes_no_sense_is_refused():
    cube = Cube.from_array(np.ones((3, 2, 4)))
    with pytest.raises(ValueError, match="5"):
        cube.with_bad_bands(np.zeros(5, bool))
    with pytest.raises(ValueError, match="no band"):
        cube.with_bad_bands(np.ones(4, bool))
