"""Planted scenes are what their names say."""

from __future__ import annotations

import numpy as np
import pytest

from hsunmix.bench.planted import KINDS, MIN_ANGLE, Library, Mixing, planted


@pytest.mark.parametrize("kind", KINDS)
def test_truth_explains_the_scene(kind: str) -> None:
    scene, how = planted(kind, 0), KINDS[kind]
    assert scene.endmembers.shape[1] == how.rank
    assert scene.x.shape == (len(scene.endmembers), how.side**2)
    assert scene.x.min() >= 0
    np.testing.assert_allclose(scene.abundances.sum(axis=0), 1)
    assert scene.abundances.min() >= 0
    good, known = ~scene.bad, ~scene.odd
    clean = scene.endmembers @ scene.abundances
    ratio = scene.x[good][:, known].sum(axis=0) / clean[good][:, known].sum(axis=0)
    light = np.median(ratio)
    if kind == "bilinear":
        assert 1.05 < light < 2  # light that met two materials is added
    else:
        assert light == pytest.approx(0.75 if scene.shade else 1.0, abs=0.02)


@pytest.mark.parametrize("kind", KINDS)
def test_materials_are_apart(kind: str) -> None:
    w = planted(kind, 3).endmembers
    unit = w / np.linalg.norm(w, axis=0)
    degrees = np.degrees(np.arccos(np.clip(unit.T @ unit, -1, 1))) + 180 * np.eye(w.shape[1])
    # The chosen spectra have no twenty that are as far apart; eight bands tell fewer apart.
    assert degrees.min() >= (3.0 if kind in ("twenty", "few-bands") else MIN_ANGLE - 1e-9)


def test_what_disturbs_a_scene_is_there() -> None:
    bad = planted("bad-bands", 0)
    assert (bad.x[bad.bad].std(axis=1) == 0).sum() == 4
    noise = (bad.x - bad.endmembers @ bad.abundances).std(axis=1)
    assert np.median(noise[bad.bad]) > 5 * np.median(noise[~bad.bad])
    clouds = planted("clouds", 0)
    assert 0.03 < (clouds.x == clouds.x.max()).all(axis=0).mean() < 0.06
    assert clouds.odd[(clouds.x == clouds.x.max()).all(axis=0)].all()
    rare = planted("rare", 0)
    assert rare.rare == 4
    assert (rare.abundances[4] > 0).sum() == 10
    assert planted("diluted", 0).abundances.max() <= 0.6 + 1e-9


def test_kinds_differ_as_they_say() -> None:
    assert planted("mixed", 1).abundances.max() <= 0.8 + 1e-9
    assert (planted("pure", 1).abundances.max(axis=1) > 0.97).all()
    noisy = planted("noisy", 1)
    clean = noisy.endmembers @ noisy.abundances
    assert 10 * np.log10((clean**2).mean() / ((noisy.x - clean) ** 2).mean()) == pytest.approx(20, abs=0.7)


def test_seeds_repeat_and_differ() -> None:
    np.testing.assert_array_equal(planted("pure", 4).x, planted("pure", 4).x)
    assert not np.array_equal(planted("pure", 4).endmembers, planted("pure", 5).endmembers)


@pytest.mark.parametrize(("library", "mixing"), [("whole", "patches"), ("chosen", "uniform")])
def test_other_readings(library: Library, mixing: Mixing) -> None:
    first, scene = planted("outliers", 1), planted("outliers", 1, library, mixing)
    assert not np.array_equal(first.x, scene.x)
    np.testing.assert_allclose(scene.abundances.sum(axis=0), 1)
    assert (scene.abundances.max(axis=1) > 0.97).all()
    assert planted("mixed", 1, library, mixing).abundances.max() <= 0.8 + 1e-9


def test_outliers_are_marked() -> None:
    scene = planted("outliers", 0)
    assert scene.odd.sum() == 50
    unit = scene.endmembers @ np.linalg.pinv(scene.endmembers)
    left = np.linalg.norm(scene.x - unit @ scene.x, axis=0) / np.linalg.norm(scene.x, axis=0)
    assert left[scene.odd].min() > left[~scene.odd].max()
    assert not planted("pure", 0).odd.any()
