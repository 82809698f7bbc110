"""Superpixels by their definition, then each pixel drawn to them: by plain solvers, masks, less error."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.optimize import nnls

import hsunmix
from hsunmix.bench.planted import planted
from hsunmix.engine.loading import load
from hsunmix.engine.room import MEMORY
from hsunmix.methods.abundance._superpixels import ROUNDS, superpixels
from hsunmix.methods.running import pipeline
from hsunmix.model.choice import Choice
from hsunmix.model.progress import finish
from hsunmix.model.unmixing import Unmixing

LINES, SAMPLES, BANDS, RANK = 11, 17, 14, 3


def made(noise: float = 0.05, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two halves (lines, samples, bands), the spectra, and which pixels take part."""
    rng = np.random.default_rng(seed)
    w = rng.random((BANDS, RANK)) + 0.1
    h = np.zeros((LINES, SAMPLES, RANK))
    h[:, :8], h[:, 8:] = [0.7, 0.3, 0], [0.1, 0.2, 0.7]
    x = h @ w.T + noise * rng.standard_normal((LINES, SAMPLES, BANDS))
    return x.astype(np.float32), w, rng.random((LINES, SAMPLES)) > 0.2


def plain(image: np.ndarray, used: np.ndarray, size: int, compactness: float, variance: float) -> np.ndarray:
    """Superpixels, one pixel after the other."""
    k, lines, samples = image.shape
    rows, columns = round(lines / size), round(samples / size)
    cell = {
        (i, j): (i * rows // lines, j * columns // samples) for i, j in zip(*np.nonzero(used), strict=True)
    }
    label = dict(cell)
    for _ in range(ROUNDS):
        centres = {}
        for one in set(label.values()):
            places = np.array([p for p, of in label.items() if of == one])
            centres[one] = np.hstack([image[:, places[:, 0], places[:, 1]].mean(axis=1), places.mean(axis=0)])
        for (i, j), (row, column) in cell.items():
            around = [(row + a, column + b) for a in (-1, 0, 1) for b in (-1, 0, 1)]
            here = np.hstack([image[:, i, j], [i, j]])
            apart = {
                one: ((here - centres[one])[:k] ** 2).sum() / (k * variance)
                + compactness / size**2 * ((here - centres[one])[k:] ** 2).sum()
                for one in around
                if one in centres
            }
            label[i, j] = min(apart, key=lambda one: apart[one])
    found = np.full((lines, samples), -1)
    for (i, j), (row, column) in label.items():
        found[i, j] = row * columns + column
    return found


@pytest.mark.parametrize(("size", "compactness"), [(3, 1.0), (4, 0.1), (5, 20.0)])
def test_superpixels_by_their_definition(size: int, compactness: float) -> None:
    x, _, used = made()
    image = np.ascontiguousarray(np.where(used[..., None], x, 0).transpose(2, 0, 1)[:4])
    label, means = finish(superpixels(image, used, size, compactness, 0.05**2, MEMORY))
    np.testing.assert_array_equal(label, plain(image, used, size, compactness, 0.05**2))
    for one in np.unique(label[used]):
        here = label == one
        wanted = image[:, here].mean(axis=1)[:, None]
        np.testing.assert_allclose(means[:, here], np.broadcast_to(wanted, (4, here.sum())), atol=1e-5)


def test_superpixels_end_at_edges() -> None:
    x, _, _ = made(0.01)
    image, everywhere = np.ascontiguousarray(x.transpose(2, 0, 1)), np.ones((LINES, SAMPLES), bool)
    label, _ = finish(superpixels(image, everywhere, 5, 1.0, 0.01**2, MEMORY))
    assert not set(label[:, :8].ravel()) & set(label[:, 8:].ravel())
    assert len(np.unique(label)) >= 4


def test_superpixels_of_several_scenes_have_numbers_of_their_own() -> None:
    x, w, _ = made()
    given = {"init": w, "locked": range(RANK), "abundance": "mua"}
    found = hsunmix.unmix([hsunmix.Cube.from_array(x), hsunmix.Cube.from_array(x[::-1, :9])], "hals", **given)
    one, other = ({*one["superpixel"].ravel().tolist()} - {-1} for one in found.scenes)
    assert one
    assert other
    assert not one & other


def test_blocks_of_lines_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    x, w, used = made()
    cube = replace(hsunmix.Cube.from_array(x), selection=used)
    whole = hsunmix.abundances(cube, w, "mua")
    monkeypatch.setattr("hsunmix.methods.abundance._superpixels.NUMBERS_AT_ONCE", 1)
    np.testing.assert_allclose(hsunmix.abundances(cube, w, "mua"), whole, atol=1e-6)


def run(x: np.ndarray, w: np.ndarray, used: np.ndarray, **parameters: Any) -> Unmixing:
    scene = finish(load(replace(hsunmix.Cube.from_array(x), selection=used)))
    return finish(pipeline.solve(scene, w, Choice("mua", parameters)))


@pytest.mark.parametrize(("penalty", "simplex"), [(0.0, False), (0.02, False), (0.0, True)])
def test_the_definition_by_plain_solvers(penalty: float, simplex: bool) -> None:
    x, w, used = made()
    found = run(x, w, used, size=4, spread=0.07, penalty=penalty, sum_to_one=simplex)
    label = np.asarray(found.maps["superpixel"].values).reshape(LINES, SAMPLES)
    assert (label[~used] == -1).all()
    pixels = x.astype(np.float64)
    rest = pixels[used].T - w @ np.linalg.lstsq(w, pixels[used].T, rcond=None)[0]
    pull = np.sqrt(np.median((rest**2).sum(axis=0)) / (BANDS - RANK)) / 0.07
    shift = penalty * (w**2).sum(axis=0).mean()

    def solve(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Minimize ½ ‖a h − b‖² + shift Σh, as least squares: aᵀz = −shift 1 moves the target."""
        b = b - a @ np.linalg.solve(a.T @ a, np.full(RANK, shift))
        if simplex:
            a, b = np.vstack([a, np.full(RANK, 1e4)]), np.append(b, 1e4)
        return nnls(a, b)[0]

    for i, j in zip(*np.nonzero(used), strict=True):
        coarse = solve(w, pixels[(label == label[i, j]) & used].mean(axis=0))
        wanted = solve(np.vstack([w, pull * np.eye(RANK)]), np.append(pixels[i, j], pull * coarse))
        np.testing.assert_allclose(found.abundances[:, i, j], wanted, atol=2e-4)


def test_without_noise_it_is_sunsal() -> None:
    x, w, used = made(0.0)
    everywhere = np.ones_like(used)
    plain = hsunmix.abundances(hsunmix.Cube.from_array(x), w, "sunsal", penalty=0.01)
    np.testing.assert_allclose(run(x, w, everywhere, penalty=0.01).abundances, plain, atol=1e-5)


def test_pixels_of_a_matrix_are_solved_by_themselves() -> None:
    x, w, _ = made()
    flat = x.reshape(-1, BANDS).T
    np.testing.assert_array_equal(hsunmix.abundances(flat, w, "mua"), hsunmix.abundances(flat, w, "nnls"))


@pytest.mark.parametrize(("plain", "simplex"), [("nnls", False), ("fcls", True)])
def test_less_error_under_noise(plain: str, simplex: bool) -> None:
    made = planted("noisy", 0)
    cube = hsunmix.Cube.from_array(made.x.T.reshape(100, 100, -1).astype(np.float32))
    errors = []
    for method, more in ((plain, {}), ("mua", {"sum_to_one": simplex})):
        found = hsunmix.abundances(cube, made.endmembers, method, **more).reshape(8, -1)
        errors.append(float(np.sqrt(((found - made.abundances) ** 2).mean())))
    assert errors[1] < 0.93 * errors[0]
