"""MNF against Spectral Python's, and what is left of noise after it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import hsunmix
from hsunmix.errors import InputError
from hsunmix.methods import mnf
from hsunmix.model.cube import Cube
from hsunmix.model.progress import finish
from tests.cli.conftest import Run, write_envi
from tests.cli.conftest import hsunmix as run_hsunmix  # noqa: F401 - the fixture

LINES, SAMPLES, BANDS = 50, 41, 22


def scene(noise: float = 0.02) -> tuple[np.ndarray, np.ndarray]:
    """Return a scene of smooth maps with noise that differs from band to band, and without."""
    from scipy.ndimage import gaussian_filter

    rng = np.random.default_rng(0)
    h = np.stack([gaussian_filter(rng.standard_normal((LINES, SAMPLES)), 6) for _ in range(3)])
    h = np.exp(2 * h / h.std())
    w = 0.2 + np.abs(np.cumsum(rng.standard_normal((BANDS, 3)), axis=0)) / 5
    clean = np.einsum("bk,kls->lsb", w, h / h.sum(axis=0))
    sigma = noise * rng.uniform(0.2, 2, BANDS)
    return (clean + sigma * rng.standard_normal(clean.shape)).astype(np.float32), clean


def test_components_are_spectral_pythons() -> None:
    import spectral

    values, _ = scene()
    theirs = spectral.mnf(
        spectral.calc_stats(values.astype(float)), spectral.noise_from_diffs(values.astype(float), "right")
    )
    cube = Cube.from_array(values)
    found = finish(mnf.fit(cube))
    np.testing.assert_allclose(found.variances, theirs.napc.eigenvalues, rtol=1e-3)
    ours = finish(mnf.components(cube, found, 3)).read(0, LINES)
    reduced = theirs.reduce(values.astype(float), num=3)
    sign = np.sign((ours * reduced).sum(axis=(0, 1)))
    np.testing.assert_allclose(ours * sign, reduced, atol=0.02 * np.abs(reduced).max())
    cleaned = finish(mnf.denoised(cube, found, 3)).read(0, LINES)
    np.testing.assert_allclose(cleaned, theirs.denoise(values.astype(float), num=3), atol=1e-3)


@pytest.mark.parametrize("noise", ["differences", "regression"])
def test_most_of_the_noise_goes(noise: mnf.Noise) -> None:
    values, clean = scene()
    cube = Cube.from_array(values)
    found = finish(mnf.fit(cube, noise))
    assert 2 <= (found.variances > 2).sum() <= 3
    cleaned = finish(mnf.denoised(cube, found, 3)).read(0, LINES)
    assert np.linalg.norm(cleaned - clean) < 0.5 * np.linalg.norm(values - clean)
    whole = finish(mnf.denoised(cube, found, BANDS)).read(0, LINES)
    np.testing.assert_allclose(whole, values, atol=1e-4)


def test_masked_pixels_and_bad_bands_have_no_part() -> None:
    values, _ = scene()
    spoilt = values.copy()
    spoilt[:, :, 5] = 99
    spoilt[10:14, 20:30] = 99
    selection = np.ones((LINES, SAMPLES), bool)
    selection[10:14, 20:30] = False
    cube = Cube.from_array(spoilt).with_bad_bands(np.arange(BANDS) == 5).with_selection(selection)
    found = finish(mnf.fit(cube))
    part = Cube.from_array(np.delete(values, 5, axis=2)).with_selection(selection)
    np.testing.assert_allclose(found.variances, finish(mnf.fit(part)).variances, rtol=1e-9)
    made = finish(mnf.components(cube, found, 2)).read(0, LINES)
    assert np.isnan(made[10:14, 20:30]).all()
    assert np.isfinite(made[selection]).all()


def test_too_few_pixels_are_refused() -> None:
    with pytest.raises(InputError, match="too few"):
        finish(mnf.fit(Cube.from_array(scene()[0][:3, :5])))


def test_on_the_command_line(tmp_path: Path, run_hsunmix: Run) -> None:  # noqa: F811
    values, clean = scene()
    done = run_hsunmix("mnf", write_envi(tmp_path, values), "-o", tmp_path / "out", "--denoised", "--json")
    assert done.exit_code == 0, done.output
    facts = json.loads(done.stdout)
    assert facts["components"] in (2, 3)
    cube = hsunmix.open_cube(tmp_path / "out" / "denoised.hdr")
    good = cube.good_bands
    here = cube.read(0, LINES)[:, :, good]
    assert np.linalg.norm(here - clean[:, :, good]) < 0.5 * np.linalg.norm((values - clean)[:, :, good])
    assert hsunmix.open_cube(tmp_path / "out" / "mnf.hdr").bands == facts["components"]
    few = run_hsunmix("mnf", tmp_path / "scene.hdr", "-o", tmp_path / "more", "-k", 9)
    assert "less signal than noise" in few.stderr
    before = (tmp_path / "more" / "mnf.img").read_bytes()
    again = run_hsunmix("mnf", tmp_path / "more" / "mnf.hdr", "-o", tmp_path / "more")
    assert again.exit_code == 2
    assert "would be written over" in again.stderr
    assert (tmp_path / "more" / "mnf.img").read_bytes() == before
