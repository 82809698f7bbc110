"""How sure a result says that it is, against known answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import hsunmix
from hsunmix.errors import InputError
from hsunmix.methods import methods
from tests.beyond_memory import MEMORY, little_memory, values, write_envi
from tests.scenes import angles, lake, mixture

SOLVERS = [m.id for m in methods().values() if m.kind == "abundance" and not m.traits.needs_library]


def matched(found: np.ndarray, true: np.ndarray) -> np.ndarray:
    """The columns of ``found`` in the order of the true ones."""
    unit = [one / np.linalg.norm(one, axis=0) for one in (true, found)]
    return (unit[0].T @ unit[1]).argmax(axis=1)


def planted(seed: int, noise: float = 0.02) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pixels (40, 1350), their endmembers and fractions; eight pixels of each are nearly pure."""
    rng = np.random.default_rng(seed)
    place = np.linspace(0, 1, 40)[:, None]
    w = 0.1 + np.exp(-(((place - np.linspace(0.1, 0.9, 4)) / 0.2) ** 2))
    h = rng.dirichlet(np.full(4, 0.7), 1350).T
    for k in range(4):
        h[:, 8 * k : 8 * k + 8] = 0.02 / 3
        h[k, 8 * k : 8 * k + 8] = 0.98
    return w @ h + noise * rng.standard_normal((40, 1350)), w, h


def test_missing_values_are_no_materials() -> None:
    """A gap says nothing of what endmembers might be, and of its pixel a little less is known."""
    x, w, _ = planted(0)
    rng = np.random.default_rng(1)
    gaps = rng.random(1350) < 0.1
    missing = np.zeros(x.shape, bool)
    missing[5, gaps] = missing[12, gaps] = True
    asked = {"rank": 4, "init": w, "abundance": "nnls", "uncertainty": True, "max_iterations": 20}
    whole = hsunmix.unmix(x, "weighted", weights=np.ones(x.shape), **asked)
    found = hsunmix.unmix(np.where(missing, np.nan, x), "weighted", weights=~missing, **asked)
    assert found.uncertainty.rests_on == whole.uncertainty.rests_on == "moves"
    np.testing.assert_allclose(found.uncertainty.degrees, whole.uncertainty.degrees, rtol=0.3)
    for some in (gaps, ~gaps):
        ratio = np.median(found["abundance_sd"][:, some] / whole["abundance_sd"][:, some], axis=1)
        assert ((ratio > 0.9) & (ratio < 1.3)).all()


def test_few_values_tell_less() -> None:
    x, w, _ = planted(2)
    missing = np.zeros(x.shape, bool)
    missing[::2, ::3] = True
    asked = {"init": w, "locked": range(4), "abundance": "ucls", "uncertainty": True}
    found = hsunmix.unmix(np.where(missing, np.nan, x), "weighted", weights=~missing, **asked)
    sd = found["abundance_sd"]
    half, all_ = (np.median(sd[:, some::3], axis=1) for some in (0, 1))
    np.testing.assert_allclose(half / all_, np.sqrt(2), rtol=0.1)


@pytest.mark.parametrize("seed", range(3))
def test_intervals_hold_most_of_the_true_abundances(seed: int) -> None:
    x, w, h = planted(seed)
    result = hsunmix.unmix(x, rank=4, uncertainty=True)
    order = matched(result.endmembers, w)
    low, high = (one[order] for one in result.intervals(0.9))
    covered = (low <= h) & (h <= high)
    assert 0.85 <= covered.mean() <= 0.97
    assert covered.mean(axis=1).min() > 0.75
    sure = result.uncertainty
    assert (sure.rests_on, sure.doubt, sure.doubtful_pixels) == ("moves", "", 0)
    off = angles(result.endmembers, w)
    assert (off < 4 * sure.degrees[order]).all()
    # Half as sure: intervals are as much narrower as the normal distribution says.
    narrow = np.subtract(*reversed(result.intervals(0.5)))
    wide = 2 * 1.645 * result["abundance_sd"]
    inside = result.abundances > 0.3
    np.testing.assert_allclose(narrow[inside] / wide[inside], 0.674 / 1.645, rtol=1e-2)


def test_endmembers_that_cannot_be_right_are_not_to_be_trusted() -> None:
    x, w, _ = planted(3)
    mixed = np.column_stack([0.6 * w[:, 0] + 0.4 * w[:, 1], w[:, 1:]])
    result = hsunmix.unmix(x, rank=4, init=mixed[:, :3], locked=(0, 1, 2), uncertainty=True)
    assert "not to be trusted" in result.note.lower()
    assert result.uncertainty.doubt


def test_more_noise_makes_less_sure() -> None:
    some, more = (hsunmix.unmix(planted(4, noise)[0], rank=4, uncertainty=True) for noise in (0.005, 0.02))
    assert np.median(more["abundance_sd"]) == pytest.approx(4 * np.median(some["abundance_sd"]), rel=0.4)
    assert (more.uncertainty.degrees > some.uncertainty.degrees).all()


def test_a_pixel_of_something_else_is_counted() -> None:
    x, _, _ = planted(5)
    x[:, 700] += 2 * (np.arange(40) % 2)
    result = hsunmix.unmix(x, rank=4, uncertainty=True)
    assert result.uncertainty.doubtful_pixels == 1
    assert "1 pixel than of the others" in result.note


def test_where_no_number_leaves_noise_other_sets_are_compared() -> None:
    x = np.moveaxis(lake(), 2, 0).reshape(60, -1)
    rng = np.random.default_rng(0)
    bumps = np.exp(-((np.linspace(0, 9, 60)[:, None] - np.arange(10)) ** 2))
    x = np.abs(x + 0.03 * x * (bumps @ rng.standard_normal((10, x.shape[1]))))  # materials vary
    result = hsunmix.unmix(x, rank=3, uncertainty=True)
    sure = result.uncertainty
    assert sure.rests_on == "sets"
    assert sure.sets >= 2
    assert np.isfinite(result["abundance_sd"]).all()
    noise_only = hsunmix.abundances(x, result.endmembers, result.abundance, uncertainty=True)[1]
    assert (result["abundance_sd"] >= noise_only * (1 - 1e-5)).all()
    assert result["abundance_sd"].mean() > noise_only.mean()


@pytest.mark.parametrize("solver", SOLVERS)
def test_every_way_to_find_abundances_says_how_sure_they_are(solver: str) -> None:
    x, _, _ = planted(6)
    result = hsunmix.unmix(x, "spa", rank=4, abundance=solver, uncertainty=True)
    sd = result["abundance_sd"]
    assert sd.shape == result.abundances.shape
    assert np.isfinite(sd).all()
    assert (sd >= 0).all()
    assert sd.mean() > 0


def test_locked_endmembers_are_no_others() -> None:
    x, w, _ = planted(7)
    result = hsunmix.unmix(x, rank=4, init=w[:, :2], locked=(0, 1), uncertainty=True)
    assert (result.uncertainty.degrees[:2] == 0).all()
    assert (result.uncertainty.degrees[2:] > 0).all()
    every = hsunmix.unmix(x, rank=4, init=w, locked=(0, 1, 2, 3), uncertainty=True)
    assert every.uncertainty.rests_on == "noise"
    assert every.uncertainty.of(0) == ""
    _, sd = hsunmix.abundances(x, w, every.abundance, uncertainty=True)
    np.testing.assert_array_equal(every["abundance_sd"], sd)


def test_masks_gaps_and_bands_left_out() -> None:
    x, _, _ = planted(8)
    x[:, 5] = np.nan
    x[10] = np.nan
    result = hsunmix.unmix(np.ma.masked_invalid(x), rank=4, uncertainty=True)
    nowhere = np.isnan(result.abundances)
    assert nowhere.any()
    np.testing.assert_array_equal(np.isnan(result["abundance_sd"]), nowhere)
    np.testing.assert_array_equal(np.isnan(result.uncertainty.spectra_sd), np.isnan(result.endmembers))


def test_the_same_again() -> None:
    x = planted(9)[0]
    first, again = (hsunmix.unmix(x, rank=4, uncertainty=True)["abundance_sd"] for _ in range(2))
    np.testing.assert_array_equal(first, again)


def test_beyond_memory_the_same(tmp_path: Path) -> None:
    path = write_envi(tmp_path / "scene", values())
    near = hsunmix.unmix(hsunmix.open_cube(path), rank=4, uncertainty=True)
    with little_memory():
        far = hsunmix.unmix(hsunmix.open_cube(path), rank=4, memory=MEMORY, uncertainty=True)
    np.testing.assert_allclose(far["abundance_sd"], near["abundance_sd"], rtol=0.02, atol=1e-4)
    assert far.uncertainty.rests_on == near.uncertainty.rests_on


def test_a_result_that_was_not_asked_says_so() -> None:
    result = hsunmix.unmix(mixture(), rank=4)
    assert result.uncertainty is None
    with pytest.raises(InputError, match="uncertainty=True"):
        result.intervals()
