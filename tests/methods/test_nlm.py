"""Non-local means before the abundances: the definition pixel by pixel, masks, borders, less error."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import hsunmix
from hsunmix.bench.planted import planted

LINES, SAMPLES, BANDS, RANK = 9, 13, 30, 3


def made(noise: float = 0.05, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A scene of two halves (lines, samples, bands), and its spectra."""
    rng = np.random.default_rng(seed)
    w = rng.random((BANDS, RANK)) + 0.2
    h = np.zeros((LINES, SAMPLES, RANK))
    h[:, :6], h[:, 6:] = [0.7, 0.3, 0], [0.1, 0.2, 0.7]
    x = h @ w.T + noise * rng.standard_normal((LINES, SAMPLES, BANDS))
    return x.astype(np.float32), w


def means(x: np.ndarray, w: np.ndarray, used: np.ndarray, reach: int, softness: float) -> np.ndarray:
    """The definition, one pixel after the other."""
    q = np.linalg.qr(w)[0]
    z = x.astype(np.float64) @ q
    rest = (x[used].astype(np.float64) ** 2).sum(axis=1) - (z[used] ** 2).sum(axis=1)
    variance = np.median(rest) / (BANDS - RANK)
    out = np.zeros_like(x, dtype=np.float64)
    for i, j in zip(*np.nonzero(used), strict=True):
        total = 0.0
        for a in range(max(0, i - reach), min(LINES, i + reach + 1)):
            for b in range(max(0, j - reach), min(SAMPLES, j + reach + 1)):
                apart = ((z[i, j] - z[a, b]) ** 2).sum() / (2 * RANK * variance)
                weight = np.exp(-max(apart - 1, 0) / softness) if (a, b) != (i, j) else 1.0
                if used[a, b]:
                    out[i, j] += weight * x[a, b]
                    total += weight
        out[i, j] /= total
    return out


@pytest.mark.parametrize(("reach", "softness"), [(1, 2.0), (3, 0.5), (20, 5.0)])
@pytest.mark.parametrize("sum_to_one", [True, False])
def test_the_definition_with_masks_and_borders(reach: int, softness: float, sum_to_one: bool) -> None:
    x, w = made()
    used = np.random.default_rng(1).random((LINES, SAMPLES)) > 0.2
    cube = replace(hsunmix.Cube.from_array(x), selection=used)
    found = hsunmix.abundances(cube, w, "nlm", reach=reach, softness=softness, sum_to_one=sum_to_one)
    known = means(x, w, used, reach, softness)[used].T
    wanted = hsunmix.abundances(known, w, "fcls" if sum_to_one else "nnls")
    np.testing.assert_allclose(found[:, used], wanted, atol=2e-5)
    assert np.isnan(found[:, ~used]).all()


def test_without_noise_it_is_nnls() -> None:
    x, w = made(noise=0.0)
    cube = hsunmix.Cube.from_array(x)
    np.testing.assert_allclose(hsunmix.abundances(cube, w, "nlm"), hsunmix.abundances(cube, w), atol=1e-5)


def test_pixels_of_a_matrix_are_solved_by_themselves() -> None:
    x, w = made()
    flat = x.reshape(-1, BANDS).T
    np.testing.assert_array_equal(hsunmix.abundances(flat, w, "nlm"), hsunmix.abundances(flat, w, "nnls"))
    found = hsunmix.unmix(flat, "spa", rank=RANK, abundance="nlm")
    assert "have no neighbours" in found.note


@pytest.mark.parametrize(("plain", "sum_to_one", "most"), [("nnls", False, 0.8), ("fcls", True, 0.9)])
def test_less_error_under_noise(plain: str, sum_to_one: bool, most: float) -> None:
    made = planted("noisy", 0)
    cube = hsunmix.Cube.from_array(made.x.T.reshape(100, 100, -1).astype(np.float32))
    errors = []
    for method, more in ((plain, {}), ("nlm", {"sum_to_one": sum_to_one})):
        found = hsunmix.abundances(cube, made.endmembers, method, **more).reshape(8, -1)
        errors.append(float(np.sqrt(((found - made.abundances) ** 2).mean())))
    assert errors[1] < most * errors[0]


def test_blocks_of_lines_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    x, w = made()
    cube = hsunmix.Cube.from_array(x)
    whole = hsunmix.abundances(cube, w, "nlm")
    monkeypatch.setattr("hsunmix.methods.abundance.nlm.NUMBERS_AT_ONCE", 1)
    np.testing.assert_array_equal(hsunmix.abundances(cube, w, "nlm"), whole)
