"""What the residual asks for: the material that was left out, never a glitch, and nothing of noise."""

from __future__ import annotations

import numpy as np
import pytest

from hsunmix.bench.planted import planted
from hsunmix.engine.loading import load
from hsunmix.engine.scene import Scene
from hsunmix.methods.running import pipeline
from hsunmix.methods.trust.suggestion import Suggestion, suggest
from hsunmix.model.choice import Choice
from hsunmix.model.cube import Cube
from hsunmix.model.progress import finish


def scene_of(x: np.ndarray) -> Scene:
    return finish(load(Cube.from_array(x.T.reshape(100, 100, -1).astype(np.float32))))


def angle(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.degrees(np.arccos(np.clip(a @ b / np.linalg.norm(a) / np.linalg.norm(b), -1, 1))))


def suggested(scene: Scene, endmembers: np.ndarray, abundance: str = "nnls") -> Suggestion | None:
    return finish(suggest(scene, finish(pipeline.solve(scene, endmembers, Choice(abundance)))))


@pytest.mark.parametrize("kind", ["pure", "outliers"])
@pytest.mark.parametrize("seed", [0, 1])
def test_the_material_left_out_is_found(kind: str, seed: int):
    truth = planted(kind, seed)
    scene = scene_of(truth.x)
    for left_out in range(5):
        kept = [k for k in range(5) if k != left_out]
        found = suggested(scene, truth.endmembers[:, kept])
        assert found is not None
        assert angle(found.spectrum, truth.endmembers[:, left_out]) <= 3
        share = truth.abundances[left_out].reshape(100, 100)
        assert share[found.line, found.sample] > 0.8
        assert len(found.pixels) > 20
        assert found.pixels[0] == found.line * 100 + found.sample


@pytest.mark.parametrize("kind", ["pure", "outliers", "noisy"])
def test_noise_and_outliers_ask_for_nothing(kind: str):
    truth = planted(kind, 0)
    assert suggested(scene_of(truth.x), truth.endmembers) is None


@pytest.mark.parametrize("seed", [0, 1])
def test_what_all_pixels_have_in_common_is_no_material(seed: int):
    """A calibration that is a little off: one shape of residual, and nowhere much more than elsewhere."""
    truth = planted("pure", seed)
    ripple = 0.05 * np.sin(np.arange(len(truth.x)) / 6)[:, None]
    scene = scene_of(truth.x * (1 + ripple) + ripple)
    assert suggested(scene, truth.endmembers) is None


def test_a_stripe_of_the_sensor_is_no_material():
    """A band that is wrong in a whole column of the scene: many pixels, one shape, no spectrum."""
    truth = planted("pure", 0)
    x = truth.x.copy()
    x[30, 17::100] += 3.0
    assert suggested(scene_of(x), truth.endmembers) is None


def test_masked_pixels_and_bad_bands_stay_out():
    truth = planted("pure", 2)
    values = truth.x.T.reshape(100, 100, -1).astype(np.float32)
    values[:, :, 5] = np.nan  # a dead band
    used = np.ones((100, 100), dtype=bool)
    used[:50] = False
    scene = finish(load(Cube.from_array(values).with_selection(used)))
    spectra = truth.endmembers.copy()
    spectra[5] = np.nan
    found = suggested(scene, spectra[:, 1:])
    assert found is not None
    assert found.line >= 50
    assert np.flatnonzero(np.isnan(found.spectrum)).tolist() == [5]
    good = np.isfinite(found.spectrum)
    assert angle(found.spectrum[good], truth.endmembers[good, 0]) <= 3


def test_a_scene_of_a_few_pixels():
    rng = np.random.default_rng(0)
    values = rng.random((3, 2, 10)).astype(np.float32)
    scene = finish(load(Cube.from_array(values)))
    assert suggested(scene, values[0, 0][:, None].astype(np.float64)) is None
