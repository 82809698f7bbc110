from __future__ import annotations

import numpy as np
import pytest

from hsunmix.bench.planted import planted
from hsunmix.engine.loading import from_array, load
from hsunmix.engine.scene import Scene
from hsunmix.methods.trust.constraints import MAX_NEGATIVE, check
from hsunmix.model.cube import Cube
from hsunmix.model.progress import finish

BANDS = 40


def spectra(rng: np.random.Generator) -> np.ndarray:
    place = np.linspace(0, 1, BANDS)[:, None]
    return 0.2 + np.exp(-(((place - np.array([0.1, 0.4, 0.7])) / 0.2) ** 2))


def scene_of(fractions: np.ndarray, noise: float, seed: int = 0) -> tuple[Scene, np.ndarray]:
    rng = np.random.default_rng(seed)
    w = spectra(rng)
    x = w @ fractions + noise * rng.standard_normal((BANDS, fractions.shape[1]))
    return from_array(x), w


def test_mixtures_of_the_endmembers_need_nothing_else():
    h = np.random.default_rng(0).dirichlet(np.ones(3), 3000).T
    scene, w = scene_of(h, 0.01)
    found = finish(check(scene, w, sum_to_one=True))
    assert found.missing < 0.01
    assert found.overstep.shape == (3000,)
    scene, w = scene_of(h, 0.0)
    found = finish(check(scene, w, sum_to_one=True))
    assert (found.missing, found.sentence) == (
        0,
        "No pixel needs anything that these endmembers don't offer.",
    )
    assert not found.overstep.any()


def test_negative_fractions_are_counted_and_mapped():
    h = np.random.default_rng(0).dirichlet(np.ones(3), 2000).T
    h[:, :240] = np.array([[1.2], [-0.3], [0.1]])
    scene, w = scene_of(h, 0.005)
    found = finish(check(scene, w, sum_to_one=False))
    assert found.negative == pytest.approx(0.12, abs=0.003)
    assert found.missing == found.negative
    np.testing.assert_allclose(found.overstep[:240], 0.3, atol=0.03)
    assert found.sentence.startswith("12 % of the pixels violate the constraints: they need something")


def test_shade_is_no_need_unless_sums_were_constrained():
    h = np.random.default_rng(0).dirichlet(np.ones(3), 2000).T
    h[:, :500] *= 0.5
    scene, w = scene_of(h, 0.005)
    free = finish(check(scene, w, sum_to_one=False))
    assert free.missing < 0.01
    assert free.sums == pytest.approx(0.25, abs=0.005)
    assert "shade" in free.sentence
    held = finish(check(scene, w, sum_to_one=True))
    assert held.missing == pytest.approx(0.25, abs=0.01)
    np.testing.assert_allclose(held.overstep[:500], 0.5, atol=0.05)


def test_noise_alone_is_no_need():
    """Endmembers that are nearly the same make fractions uncertain: that is not the scene's fault."""
    rng = np.random.default_rng(0)
    w = spectra(rng)
    w[:, 1] = 0.98 * w[:, 0] + 0.02 * w[:, 1]
    x = w @ rng.dirichlet(np.ones(3), 3000).T + 0.01 * rng.standard_normal((BANDS, 3000))
    assert ((np.linalg.pinv(w) @ x).min(axis=0) < -MAX_NEGATIVE).mean() > 0.1
    assert finish(check(from_array(x), w, sum_to_one=True)).missing < 0.02


def test_a_missing_material_is_missed_and_masked_pixels_are_left_out():
    truth = planted("pure", 0)
    values = truth.x.T.reshape(100, 100, -1).astype(np.float32)
    values[90:, :7] = 0
    scene = finish(load(Cube.from_array(values)))
    whole = finish(check(scene, truth.endmembers, sum_to_one=False))
    assert whole.missing < 0.01
    found = finish(check(scene, truth.endmembers[:, [0, 1, 2, 4]], sum_to_one=False))
    assert found.missing > 0.2
    assert np.isnan(found.overstep[90:, :7]).all()
    assert found.overstep.shape == (100, 100)


def test_as_many_endmembers_as_bands():
    w = np.eye(3) + 0.1
    scene = from_array((w @ np.random.default_rng(0).dirichlet(np.ones(3), 50).T).astype(np.float64))
    assert finish(check(scene, w, sum_to_one=True)).missing == 0


def test_the_same_endmember_twice():
    h = np.random.default_rng(0).dirichlet(np.ones(3), 500).T
    scene, w = scene_of(h, 0.005)
    assert finish(check(scene, np.column_stack([w, w[:, 0]]), sum_to_one=False)).missing < 0.01
