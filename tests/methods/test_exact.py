"""What nnls, fcls and sunsal promise for scenes: any number of spectra, shade, sums of one, quick steps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import scipy.io
from numpy.typing import NDArray
from scipy.optimize import nnls

import hsunmix
from hsunmix.engine.loading import from_array, load
from hsunmix.errors import InputError
from hsunmix.kernels import exact
from hsunmix.methods import get
from hsunmix.methods.running.preview import preview, preview_region
from hsunmix.model.progress import finish
from tests.kernels.degenerate import abundances_of

Array = NDArray[np.float64]
BANDS = 40


def materials() -> Array:
    """Three smooth spectra."""
    place = np.linspace(0, 1, BANDS)[:, None]
    return np.asarray(0.1 + 0.6 * np.exp(-(((place - np.array([0.1, 0.5, 0.9])) / 0.15) ** 2)))


@pytest.mark.parametrize("method", ["fcls", "sunsal"])
@pytest.mark.parametrize(
    "dependent",
    [
        np.column_stack([materials(), np.zeros(BANDS)]),
        np.column_stack([materials(), 0.4 * materials()[:, 0]]),
        np.column_stack([materials(), materials() @ [0.5, 0.5, 0.5]]),  # on the ray of a mixture, not in it
        np.random.default_rng(2).random((4, 5)),
        np.array([[0.9, 0.1, 0.1, 0.05], [0.1, 0.9, 0.1, 0.05], [0.1, 0.1, 0.9, 0.05]]),
        np.array([[0.3, 0.8]]),
        np.array([[0.0, 0.8]]),
    ],
    ids=["shade", "dark copy", "dark mixture", "4 bands", "RGB", "one band", "one band with shade"],
)
def test_fractions_that_are_unique_are_found(dependent: Array, method: str) -> None:
    """Spectra that depend on each other but not affinely: with the sum there is one solution."""
    truth = np.random.default_rng(0).dirichlet(np.ones(dependent.shape[1]), 300).T
    parameters = {"sum_to_one": True} if method == "sunsal" else {}
    found = hsunmix.abundances(dependent @ truth, dependent, method, **parameters)
    np.testing.assert_allclose(found, truth, atol=2e-5)


@pytest.mark.parametrize("r", [1, 3, 20, 70])
def test_fractions_of_nothing_sum_to_one(r: int) -> None:
    x = np.random.default_rng(0).random((5, 30), dtype=np.float32)
    found = abundances_of(np.zeros((5, r)), x, "fcls")
    np.testing.assert_allclose(found.sum(axis=0), 1, atol=1e-6)
    assert found.min() >= 0
    assert not abundances_of(np.zeros((5, r)), x, "nnls").any()


@pytest.mark.parametrize("r", [65, 100, 224, 300])
@pytest.mark.parametrize("method", ["nnls", "fcls", "sunsal"])
def test_libraries_of_any_size(r: int, method: str) -> None:
    """Against Lawson and Hanson's method; 1,000 pixels of 300 spectra took 0.4 s."""
    rng = np.random.default_rng(r)
    w = np.cumsum(rng.standard_normal((120, r)), axis=0) / 40 + 0.6
    truth = np.zeros((r, 600))
    for t in range(600):
        truth[rng.choice(r, 4, replace=False), t] = rng.dirichlet(np.ones(4))
    x = (w @ truth + 0.01 * rng.standard_normal((120, 600))).astype(np.float32)
    parameters = {"penalty": 0.0} if method == "sunsal" else {}
    h = np.asarray(hsunmix.abundances(x, w, method, **parameters), np.float64)
    assert h.shape == (r, 600)
    heavy = np.full(r, 1e3)
    for t in range(0, 600, 60):
        v = x[:, t].astype(np.float64)
        if method == "fcls":
            best = nnls(np.vstack([w, heavy]), np.r_[v, heavy[0]], maxiter=9000)[0]
            best /= best.sum()
        else:
            best = nnls(w, v, maxiter=9000)[0]
        assert np.linalg.norm(v - w @ h[:, t]) <= np.linalg.norm(v - w @ best) + 1e-6 * np.linalg.norm(v)


@pytest.mark.parametrize("method", ["snpa", "xray"])
def test_more_endmembers_are_found_than_a_set_has_bits(method: str) -> None:
    """In pixels that hold 70 pure ones and mixtures of two, which each of the pure ones explains."""
    rng = np.random.default_rng(0)
    pure = rng.random((90, 70)) ** 3
    first, second = rng.integers(70, size=(2, 230))
    share = rng.random(230)
    x = np.column_stack([pure, pure[:, first] * share + pure[:, second] * (1 - share)])
    found = hsunmix.unmix(x, method, rank=70)
    assert sorted(found.source_pixels) == list(range(70))
    assert found.relative_error < 1e-5


def test_large_sets_of_pixels_are_compared() -> None:
    x = np.random.default_rng(0).random((90, 200))
    drawn = [hsunmix.unmix(x, "random", rank=70, sets=n, seed=2, abundance="nnls") for n in (1, 12)]
    assert drawn[1].endmembers.shape == (90, 70)
    assert drawn[1].relative_error < drawn[0].relative_error


@pytest.mark.parametrize("r", [1, 12, 60, 100, 300])
@pytest.mark.parametrize("bands", [3, 200])
def test_few_pixels_are_solved_between_two_looks_at_cancel(
    bands: int, r: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that must be solved from nothing takes up to 0.05 µs · r², and a step must not take 0.2 s."""
    solver, seen = exact.exact(r), []

    class Spy:
        overloads = solver.overloads or [()]

        def __call__(self, tiles: NDArray[np.float32], counts: NDArray[np.int64], *rest: object) -> int:
            seen.append(int(counts.sum()))
            return int(solver(tiles, counts, *rest))

    monkeypatch.setattr(exact, "exact", lambda _: Spy())
    rng = np.random.default_rng(0)
    scene, method = from_array(rng.random((bands, 3000))), get("nnls")
    finish(method.run(scene, rng.random((bands, r)), method.params()))
    assert sum(seen) == 3000
    assert max(seen) * 0.05e-6 * r**2 < 0.1


def test_samson_with_shade(shared: Path) -> None:
    """Brightness that three fractions can't express: with a zero spectrum they fit as well as nnls does."""
    x = scipy.io.loadmat(shared / "data/samson/samson_1.mat")["V"]
    w = scipy.io.loadmat(shared / "data/samson/Samson_with_truth.mat")["GT"].T
    shade = np.column_stack([w, np.zeros(len(w))])
    h = hsunmix.abundances(x, shade, "fcls")
    np.testing.assert_allclose(h.sum(axis=0), 1, atol=1e-6)
    assert np.linalg.norm(x - shade @ h) <= 0.035 * np.linalg.norm(x)
    np.testing.assert_array_equal(h, hsunmix.abundances(x, shade, "sunsal", sum_to_one=True))


@pytest.mark.parametrize("step", [1, 3])
def test_what_is_seen_first_is_as_exact(step: int) -> None:
    """The preview of the window solves by the same methods: shade and a large library."""
    rng = np.random.default_rng(1)
    for w in (np.column_stack([materials(), np.zeros(BANDS)]), rng.random((BANDS, 70))):
        truth = rng.dirichlet(np.full(w.shape[1], 0.5), 12 * 30).T
        image = (w @ truth).T.reshape(12, 30, BANDS).astype(np.float32)
        whole = finish(load(hsunmix.Cube.from_array(image)))
        seen = finish(preview_region(whole, (0, 12, 0, 30), step))
        part = finish(preview(seen, w, "fcls"))
        all_pixels = hsunmix.abundances(hsunmix.Cube.from_array(image), w, "fcls")
        middle = (
            np.minimum(np.arange(0, 12, step) + step // 2, 11)[:, None],
            np.minimum(np.arange(0, 30, step) + step // 2, 29),
        )
        np.testing.assert_allclose(part.abundances[:, ::step, ::step], all_pixels[:, *middle], atol=1e-6)


def test_units_that_no_number_can_bridge_are_refused() -> None:
    x = np.random.default_rng(0).random((6, 9))
    with pytest.raises(InputError, match=r"9 pixels.*same unit"):
        hsunmix.abundances(x, np.full((6, 2), 1e-200), "nnls")
