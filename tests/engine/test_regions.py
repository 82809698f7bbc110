from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hsunmix.engine.loading import load
from hsunmix.engine.regions import region_statistics
from hsunmix.errors import InputError
from hsunmix.model.cube import Cube
from hsunmix.model.progress import finish
from tests.conftest import make_cube


def large_cube() -> Cube:
    """More pixels than several tiles hold, three bands bad, an offset that eats digits of the squares."""
    cube = make_cube(lines=61, samples=37, noise=0.02)
    values = cube.read(0, cube.lines).astype(np.float32) + np.float32(1000)
    values[5, 6] = np.nan
    bad = np.zeros(cube.bands, dtype=bool)
    bad[[0, 4, 5]] = True
    return replace(Cube.from_array(values, cube.wavelengths), bad_bands=bad)


def test_mean_and_spread_are_those_of_the_pixels():
    cube = large_cube()
    mask = np.random.default_rng(0).random((61, 37)) < 0.3
    mask[5, 6] = True  # without data
    found = finish(region_statistics(finish(load(cube)), mask))
    values = cube.read(0, cube.lines).astype(np.float64)
    inside = values[mask & np.isfinite(values).all(axis=2)]
    good = ~cube.bad_bands
    assert found.pixels == len(inside) == mask.sum() - 1
    np.testing.assert_allclose(found.mean[good], inside.mean(axis=0)[good], rtol=1e-12)
    np.testing.assert_allclose(found.spread[good], inside.std(axis=0)[good], rtol=1e-9)
    assert np.isnan(found.mean[~good]).all()
    assert np.isnan(found.spread[~good]).all()


def test_pixels_that_the_mask_leaves_out_do_not_count():
    cube = make_cube()
    selection = np.ones((13, 9), dtype=bool)
    selection[:4] = False
    scene = finish(load(cube.with_selection(selection)))
    region = np.zeros((13, 9), dtype=bool)
    region[2:6, 7] = True
    found = finish(region_statistics(scene, region))
    assert found.pixels == 2
    np.testing.assert_allclose(found.mean, cube.read(4, 6)[:, 7].mean(axis=0), rtol=1e-6)


def test_a_region_without_a_pixel_has_no_spectrum():
    found = finish(region_statistics(finish(load(make_cube())), np.zeros((13, 9), dtype=bool)))
    assert found.pixels == 0
    assert np.isnan(found.mean).all()


def test_a_transposed_mask_is_refused():
    with pytest.raises(InputError, match=r"\(9, 13\)"):
        finish(region_statistics(finish(load(make_cube())), np.ones((9, 13), dtype=bool)))
