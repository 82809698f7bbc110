from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hsunmix.engine.loading import load
from hsunmix.engine.scene import Scene
from hsunmix.methods.running import pipeline
from hsunmix.methods.running.preview import preview, preview_region, within
from hsunmix.model.choice import Choice
from hsunmix.model.progress import finish
from tests.conftest import make_cube


@pytest.fixture(scope="module")
def scene() -> Scene:
    """61 lines, 47 samples (six tiles), a corner masked and one band bad."""
    cube = make_cube(61, 47, noise=0.01)
    used = np.ones((61, 47), dtype=bool)
    used[:9, :20] = False
    bad = np.arange(20) == 7
    return finish(load(replace(cube, bad_bands=bad).with_selection(used)))


@pytest.fixture(scope="module")
def spectra(scene: Scene) -> np.ndarray:
    return scene.full_spectra(scene.columns(np.array([700, 1500, 2400])))


@pytest.mark.parametrize("method", ["nnls", "fcls"])
def test_a_window_is_solved_as_the_whole_scene_is(scene: Scene, spectra: np.ndarray, method: str):
    whole = finish(pipeline.solve(scene, spectra, Choice(method)))
    window, step = within(scene, (4, 30, 10, 40), 3)
    assert step == 1
    found = finish(preview(finish(preview_region(scene, window, step)), spectra, method))
    np.testing.assert_array_equal(found.abundances, whole.abundances[:, 4:30, 10:40])
    np.testing.assert_allclose(found.rmse, whole.rmse[4:30, 10:40], rtol=1e-6)
    assert np.isnan(found.abundances[:, :5, :10]).all()


def test_a_thinned_window_has_blocks_of_solved_pixels(scene: Scene, spectra: np.ndarray):
    whole = finish(pipeline.solve(scene, spectra, Choice("nnls")))
    window, step = within(scene, None, 3, budget=3 * 19 * 61 * 47 / 8.9)
    assert (window, step) == ((0, 61, 0, 47), 3)
    found = finish(preview(finish(preview_region(scene, window, step)), spectra, "nnls"))
    assert found.abundances.shape == (3, 61, 47)
    for line, sample in ((30, 30), (60, 46), (12, 2), (0, 45)):
        middle = min(line // 3 * 3 + 1, 60), min(sample // 3 * 3 + 1, 46)
        np.testing.assert_array_equal(
            found.abundances[:, line, sample], whole.abundances[(slice(None), *middle)]
        )


def test_what_lies_outside_is_cut_off(scene: Scene):
    assert within(scene, (-5, 300, 40, 900), 3)[0] == (0, 61, 40, 47)
    assert within(scene, (70, 80, -9, -3), 3)[0] == (60, 61, 0, 1)  # never nothing


def test_a_window_without_a_used_pixel(scene: Scene, spectra: np.ndarray):
    found = finish(preview(finish(preview_region(scene, (0, 5, 0, 12), 1)), spectra, "nnls"))
    assert found.abundances.shape == (3, 5, 12)
    assert np.isnan(found.abundances).all()
    assert np.isnan(found.rmse).all()


def test_a_large_scene_is_thinned_to_the_budget():
    huge = replace(
        Scene(np.zeros((1, 200, 480), np.float32), np.arange(480), np.ones(200, bool), (5000, 4000))
    )
    _, step = within(huge, None, 10)
    assert 5000 * 4000 * 200 * 10 / step**2 <= 40e6
    assert within(huge, (0, 100, 0, 100), 10)[1] == 1
