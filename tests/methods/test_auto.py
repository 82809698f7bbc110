"""The default method: robust where plain successive projection isn't."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import scipy.io

import hsunmix
from hsunmix.bench.planted import planted
from tests.scenes import angles, mixture


def test_outliers_do_not_become_endmembers() -> None:
    rng = np.random.default_rng(0)
    x = mixture(pixels=4000, noise=0.005)
    true = mixture(noise=0.0)[:, :4]
    for pixel in rng.choice(np.arange(4, 4000), 12, replace=False):
        x[:, pixel] = 2.5 * rng.random(24)
    robust = angles(hsunmix.unmix(x, "auto", rank=4).endmembers, true)
    plain = angles(hsunmix.unmix(x, "spa", rank=4).endmembers, true)
    assert robust.max() < 12
    assert plain.max() > 2 * robust.max()


def test_what_was_not_found_is_said_first() -> None:
    """The window has room for one line of the note."""
    x = mixture(noise=0.0)[:, :4] @ np.random.default_rng(0).dirichlet(np.ones(4), 500).T
    result = hsunmix.unmix(x, "auto", rank=6)
    assert result.rank == 4
    assert result.note.startswith("The scene has only 4 independent spectra, not 6. ")


def test_samson(shared: Path) -> None:
    x = scipy.io.loadmat(shared / "data/samson/samson_1.mat")["V"]
    true = scipy.io.loadmat(shared / "data/samson/Samson_with_truth.mat")["GT"].T
    found = angles(hsunmix.unmix(x, rank=3).endmembers, true)
    plain = angles(hsunmix.unmix(x, "spa", rank=3).endmembers, true)
    assert found.mean() < plain.mean()


def test_few_dark_pure_pixels_are_found() -> None:
    """One material is dark and has twenty pure pixels; all other mixtures are as likely as any."""
    rng = np.random.default_rng(3)
    place = np.linspace(0, 1, 120)[:, None]
    w = 0.1 + 0.6 * np.exp(-(((place - np.linspace(0.1, 0.9, 4)) / 0.15) ** 2))
    w[:, 1] *= 0.15
    h = rng.dirichlet(np.ones(4), 6000).T
    h[:, :80] = np.repeat(np.eye(4), 20, axis=1)
    x = np.maximum(w @ h + 0.008 * rng.standard_normal((120, 6000)), 0)
    result = hsunmix.unmix(x, rank=4)
    assert angles(result.endmembers, w).max() < 2.5
    assert result.abundance == "fcls"
    assert "outwards" not in result.note


def test_shade_without_pure_pixels() -> None:
    rng = np.random.default_rng(5)
    place = np.linspace(0, 1, 80)[:, None]
    w = 0.1 + 0.6 * np.exp(-(((place - np.linspace(0.1, 0.9, 4)) / 0.15) ** 2))
    h = rng.dirichlet(np.ones(4), 12_000).T
    h = h[:, h.max(axis=0) < 0.8][:, :6000]
    x = w @ h * rng.uniform(0.5, 1, 6000) + 0.003 * rng.standard_normal((80, 6000))
    plain = angles(hsunmix.unmix(x, "nfindr", rank=4).endmembers, w).mean()
    result = hsunmix.unmix(x, rank=4)
    assert angles(result.endmembers, w).mean() < 0.4 * plain
    assert "brightness" in result.note
    assert "outwards" in result.note


def test_a_scene_below_zero_is_said_to_be_unexplained() -> None:
    """Nothing of it has a brightness to divide by; a shaded scene, so that this is tried."""
    rng = np.random.default_rng(0)
    shaded = rng.dirichlet(np.ones(3), 400).T * rng.uniform(0.3, 1, 400)
    x = -(rng.random((30, 3)) @ shaded) - 0.01 * rng.standard_normal((30, 400))
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        result = hsunmix.unmix(x, rank=3)
    assert "explain nothing" in result.note
    assert np.isfinite(result.endmembers).all()


def test_where_nothing_is_pure_a_bad_beginning_does_not_decide() -> None:
    """The simplex that begins with the best vertices ends elsewhere on this scene (11°)."""
    scene = planted("diluted", 0, side=60)
    found = hsunmix.unmix(scene.x, rank=5)
    assert angles(found.endmembers, scene.endmembers).max() < 1.5
