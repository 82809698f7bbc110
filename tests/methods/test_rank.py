"""elbow, hfc, nwhfc, residual, fgnsr: planted numbers, and direct transcriptions of what they count."""

from __future__ import annotations

from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest

import hsunmix
from hsunmix.bench.planted import mixed_scene
from hsunmix.engine.loading import from_array
from hsunmix.methods.rank.auto import whitened
from hsunmix.methods.rank.elbow import elbow
from hsunmix.methods.rank.residual import _last_that_pays
from hsunmix.methods.running import pipeline
from hsunmix.methods.shared import _speckled
from hsunmix.model.choice import Choice
from hsunmix.model.progress import finish
from tests.methods.reference import load

METHODS = ("auto", "elbow", "hfc", "nwhfc", "residual", "fgnsr", "hysime", "heldout")


def planted(rank: int, decibels: float | None, seed: int, noise: np.ndarray | float = 1.0) -> np.ndarray:
    """A scene with three pure pixels of every material."""
    rng = np.random.default_rng(seed)
    place = np.linspace(0, 1, 60)[:, None]
    w = 0.1 + sum(
        rng.random(rank) * np.exp(-(((place - rng.random(rank)) / rng.uniform(0.05, 0.3, rank)) ** 2))
        for _ in range(4)
    )
    h = np.hstack([np.repeat(np.eye(rank), 3, axis=1), rng.dirichlet(np.ones(rank), 3000 - 3 * rank).T])
    x = w @ h
    if decibels is not None:
        x = x + noise * np.sqrt((x**2).mean() / 10 ** (decibels / 10)) * rng.standard_normal(x.shape)
    return np.maximum(x, 0)


@pytest.mark.parametrize("decibels", [None, 50, 40])
def test_planted_numbers_of_clean_scenes(decibels: float | None) -> None:
    for rank in (3, 4, 6, 8):
        x = planted(rank, decibels, rank)
        assert hsunmix.estimate_rank(x, "fgnsr") == rank
        assert hsunmix.estimate_rank(x, "elbow") == rank
        assert hsunmix.estimate_rank(x) == rank
        if decibels:
            assert hsunmix.estimate_rank(x, "hysime") == rank


@pytest.mark.parametrize("method", METHODS)
def test_noise_costs_little(method: str) -> None:
    for rank in (3, 5, 7):
        assert abs(hsunmix.estimate_rank(planted(rank, 30, 10 + rank), method) - rank) <= 2


@pytest.mark.parametrize("rank", range(3, 9))
def test_the_proposed_number_is_right_at_30_db(rank: int) -> None:
    """Also with shade and outliers, where others are far off; python -m tests.benchmarks.rank has more."""
    rng = np.random.default_rng(rank)
    scene = mixed_scene(rank, 30, rng, "whole" if rank % 2 else "chosen", odd=rank % 3 == 0)
    found = finish(pipeline.estimate_rank(from_array(scene.x)))
    assert found.text == str(found.rank) == str(rank)


def test_noise_that_differs_from_band_to_band_is_no_signal() -> None:
    uneven = np.where(np.arange(60) % 7 == 0, 6.0, 0.3)[:, None]
    assert hsunmix.estimate_rank(planted(4, 30, 1, uneven)) == 4


def test_whitened_noise_ends_where_it_should() -> None:
    rng = np.random.default_rng(0)
    for n, p in ((4000, 50), (900, 150)):
        above = 0
        for _ in range(10):
            x = rng.standard_normal((p, n)) * np.linspace(0.5, 5, p)[:, None]
            values, high = finish(whitened(x @ x.T / n, n))
            above += int((values > high).sum())
        assert above <= 2


@pytest.mark.parametrize(("scene", "usual"), [("samson", 3), ("jasper", 4)])
def test_real_scenes_get_a_range_with_the_usual_number(shared: Path, scene: str, usual: int) -> None:
    found = finish(pipeline.estimate_rank(from_array(load(shared, scene))))
    assert found.rank == usual
    assert found.low is not None
    assert found.high is not None
    assert found.low <= usual < found.high <= 2 * usual
    several = finish(pipeline.estimate_rank(from_array(load(shared, scene)), Choice("hysime")))
    assert several.text == f"{several.low}–{several.rank}"


def test_hfc_is_what_the_paper_says() -> None:
    x = planted(5, 30, 3).astype(np.float32).astype(float)
    n = x.shape[1]
    r = np.sort(np.linalg.eigvalsh(x @ x.T / n))[::-1]
    k = np.sort(np.linalg.eigvalsh(np.cov(x, bias=True)))[::-1]
    for alarm in (1e-1, 1e-3, 1e-5):
        tau = -NormalDist(0, 1).inv_cdf(alarm) * np.sqrt(2 * (r**2 + k**2) / n)
        count = int((r - k > tau).sum())
        assert hsunmix.estimate_rank(x, "hfc", false_alarm=alarm) == count


def test_whitening_helps_where_bands_differ() -> None:
    uneven = np.where(np.arange(60) % 7 == 0, 6.0, 0.3)[:, None]
    x = planted(4, 30, 1, uneven)
    assert abs(hsunmix.estimate_rank(x, "nwhfc") - 4) <= 1


def test_elbow_of_a_curve() -> None:
    assert elbow(np.log10([100, 50, 20, 0.1, 0.09, 0.08, 0.07])) == 3
    assert elbow(np.zeros(1)) == 1
    assert elbow(np.array([0.0, -7.0])) == 1


def test_last_that_pays() -> None:
    assert _last_that_pays(np.array([0.5, 0.3, 0.29, 0.1, 0.099]), 0.15) == 4
    assert _last_that_pays(np.array([0.5]), 0.15) == 1
    assert _last_that_pays(np.array([1e-7, 1e-8]), 0.15) == 1


@pytest.mark.parametrize("method", METHODS)
def test_degenerate_scenes_give_a_number_or_a_clear_error(method: str) -> None:
    rng = np.random.default_rng(0)
    for x in (
        rng.random((5, 1)),
        rng.random((1, 9)),
        np.ones((6, 40)),
        -rng.random((4, 30)),
        np.repeat(rng.random((6, 2)), 30, axis=1),
        rng.random((8, 50)) * 1e30,
    ):
        try:
            rank = hsunmix.estimate_rank(x, method)
        except hsunmix.HsunmixError:
            continue
        assert 1 <= rank <= len(x)


def test_one_endmember_is_said_in_words() -> None:
    x = np.random.default_rng(0).random((1, 600))  # one band
    found = finish(pipeline.estimate_rank(from_array(x)))
    assert found.rank == 1
    assert found.sentence.startswith("1 endmember: ")
    assert "range" not in found.sentence


@pytest.mark.parametrize("shape", [(1, 1), (2, 1), (1, 2), (2, 2)])
def test_of_few_values_one_is_held_out(shape: tuple[int, int]) -> None:
    x = np.random.default_rng(1).random(shape)
    found = finish(pipeline.estimate_rank(from_array(x), Choice("heldout")))
    assert found.rank == 1
    assert np.isfinite(found.curve).all()


def test_held_out_entries_are_predicted_in_small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of rows and of what they see change nothing, and there are places to cancel between them."""
    x = np.random.default_rng(2).random((9, 40))

    def steps_and_errors() -> tuple[int, np.ndarray]:
        work, steps = _speckled.held_out_errors(x, 1, 3), 0
        while True:
            try:
                next(work)
                steps += 1
            except StopIteration as done:
                return steps, done.value

    steps, errors = steps_and_errors()
    monkeypatch.setattr(_speckled, "NUMBERS", 50)
    monkeypatch.setattr(_speckled, "WORK", 100)
    more, same = steps_and_errors()
    assert more > 10 * steps
    np.testing.assert_allclose(same, errors, rtol=1e-9)
