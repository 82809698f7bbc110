"""Several numbers of endmembers: errors, agreement, and what they propose."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from hsunmix.engine.loading import from_array, load
from hsunmix.engine.scene import Scene
from hsunmix.errors import InputError
from hsunmix.methods.running import pipeline
from hsunmix.methods.running.pipeline import Request
from hsunmix.methods.running.sweep import Sweep, SweepStep, possible, sweep
from hsunmix.methods.trust.stability import pairs
from hsunmix.model.choice import Choice
from hsunmix.model.progress import finish
from tests.conftest import make_cube


@pytest.fixture(scope="module")
def scene() -> Scene:
    return finish(load(make_cube(40, 30, materials=4, noise=0.01, seed=3)))


def made_up(worst: list[float], errors: list[float]) -> Sweep:
    ranks = tuple(range(2, 2 + len(worst)))
    return Sweep("auto", ranks, np.array(errors)[:, None], np.array(worst) / 2, np.array(worst))


def test_every_number_is_run_with_every_seed_on_half_of_the_pixels(scene: Scene, monkeypatch):
    seen = []

    def unmix(part: Scene, request: Request):
        seen.append((request.rank, request.seed, part.n_pixels, tuple(part.pixels)))
        return (yield from original(part, request))

    original = pipeline.unmix
    monkeypatch.setattr(pipeline, "unmix", unmix)
    found = finish(sweep(scene, Request(Choice("spa"), seed=7), [4, 2, 3], seeds=3))
    assert [(r, s) for r, s, *_ in seen] == [(r, s) for s in (7, 8, 9) for r in (2, 3, 4)]
    assert {n for _, _, n, _ in seen} == {600}
    assert len({pixels for *_, pixels in seen}) == 3  # each seed has its own half
    assert found.ranks == (2, 3, 4)
    assert (found.method, found.seeds) == ("spa", 3)
    assert np.isfinite(found.errors).all()
    assert (np.diff(found.error) < 0).all()


def test_angles_are_those_between_the_runs(scene: Scene, monkeypatch):
    results = []

    def unmix(part: Scene, request: Request):
        result = yield from original(part, request)
        results.append(result.endmembers)
        return result

    original = pipeline.unmix
    monkeypatch.setattr(pipeline, "unmix", unmix)
    found = finish(sweep(scene, Request(Choice("spa")), [5], seeds=3))
    degrees = [[d for *_, d in pairs(a, b)] for a, b in combinations(results, 2)]
    assert found.angles[0] == pytest.approx(np.mean(degrees))
    assert found.worst[0] == pytest.approx(np.median(np.max(degrees, axis=1)))


def test_it_tells_what_it_knows_and_never_writes_to_it(scene: Scene):
    steps = []
    finish(sweep(scene, Request(Choice("spa")), [2, 3], seeds=2), steps.append)
    told = [s for s in steps if isinstance(s, SweepStep)]
    fractions = [s.fraction for s in told]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    counts = [int(np.isfinite(s.sweep.errors).sum()) for s in told]
    assert sorted(set(counts)) == [0, 1, 2, 3, 4]
    assert counts == sorted(counts)  # what was told first is still as it was then
    assert np.isnan(told[0].sweep.worst).all()


def test_the_same_seed_gives_the_same_bits(scene: Scene):
    one, two = (finish(sweep(scene, Request(Choice("vca"), seed=1), [3], seeds=2)) for _ in range(2))
    assert one.errors.tobytes() == two.errors.tobytes()
    assert one.angles.tobytes() == two.angles.tobytes()


def test_it_can_be_cancelled(scene: Scene, monkeypatch):
    entered, closed = [], []

    def unmix(part: Scene, request: Request):
        entered.append(request.rank)
        try:
            while True:
                yield None
        except GeneratorExit:
            closed.append(request.rank)
            raise

    monkeypatch.setattr(pipeline, "unmix", unmix)
    work = sweep(scene, Request(Choice("spa")), [2, 3], seeds=2)
    while not entered:  # half of the pixels are taken before
        next(work)
    work.close()
    assert closed == [2]


def test_the_number_of_materials_is_proposed(scene: Scene):
    found = finish(sweep(scene, Request(Choice("auto")), range(2, 7), seeds=2))
    assert found.proposed == 4
    assert "4" in found.sentence


@pytest.mark.parametrize(
    ("worst", "errors", "stable", "proposed"),
    [
        ([0.5, 0.6, 20.0, 30.0], [4, 2, 1.99, 1.98], 3, 3),
        ([0.5, 0.6, 0.7, 20.0], [4, 2, 1.99, 1.98], 4, 3),  # the fourth is found again, and explains nothing
        ([0.5, 0.6, 0.7, 0.8], [4, 3, 2, 1], 5, 5),
        ([9.0, 0.6, 30.0, 0.8], [4, 3, 2, 1], 5, 5),  # which materials a few endmembers merge is chance
        ([9.0, 9.0, 9.0, 9.0], [4, 3, 2, 1], None, None),
        ([0.5, np.nan, np.nan, np.nan], [4, 3, np.nan, np.nan], 2, 2),
    ],
)
def test_what_is_stable_and_what_is_proposed(worst, errors, stable, proposed):
    found = made_up(worst, errors)
    assert (found.stable, found.proposed) == (stable, proposed)
    assert found.sentence.endswith(".")


def test_sentences():
    assert made_up([0.5, 30.0], [2, 1]).sentence == (
        "With 2 endmembers every one is found again in each run, with 3 not (30° apart)."
    )
    assert "3 endmembers every one is found again in each run, so there may be more; 2 explain as much." in (
        made_up([0.5, 0.5], [1.01, 1]).sentence
    )
    assert "none of these numbers" in made_up([30.0, 40], [2, 1]).sentence
    assert "ended" in made_up([0.1, np.nan], [2, 1]).sentence


def test_it_says_where_more_endmembers_explain_less():
    said = made_up([0.5, 0.6, 0.7, 20.0], [4, 4.5, 2, 2.1]).sentence
    assert "The error is higher with 3 than 2, and with 5 than 4: the sets are not nested" in said
    assert "nested" not in made_up([0.5, 0.6, 0.7, 20.0], [4, 3, 2, 1]).sentence
    assert "nested" in made_up([30.0, 40.0], [1, 2]).sentence


def test_what_makes_no_sense_is_refused(scene: Scene):
    tiny = from_array(np.random.default_rng(0).random((5, 6), dtype=np.float32))
    assert possible(6, 5, range(1, 10)) == (1, 2, 3)
    assert finish(sweep(tiny, Request(Choice("spa")), [2, 9], seeds=2)).ranks == (2,)
    with pytest.raises(InputError, match="none of the numbers"):
        finish(sweep(tiny, Request(Choice("spa")), [8, 9], seeds=2))
    with pytest.raises(InputError, match="at least two"):
        finish(sweep(scene, Request(Choice("spa")), [2], seeds=1))
    with pytest.raises(InputError, match="no factorization or extraction"):
        finish(sweep(scene, Request(Choice("nnls")), [2], seeds=2))


def test_locked_endmembers_and_start_spectra_play_no_part(scene: Scene):
    asked = Request(Choice("hals", {"max_iterations": 3}), endmembers=np.ones((20, 4)), locked=(0,))
    found = finish(sweep(scene, asked, [2, 3], seeds=2))
    assert np.isfinite(found.errors).all()
    assert replace(asked, rank=9).rank == 9


@pytest.mark.slow
def test_three_to_eight_materials_at_30_decibels(capsys: pytest.CaptureFixture[str]):
    from hsunmix.bench.planted import _abundances, _materials

    right = []
    for true in range(3, 9):  # some minutes
        for seed in range(2):
            rng = np.random.default_rng([seed, true])
            clean = _materials(true, rng) @ _abundances(true, rng, largest=1.0)
            noise = np.sqrt((clean**2).mean() / 1000)
            x = np.maximum(clean + noise * rng.standard_normal(clean.shape), 0).astype(np.float32)
            tried = range(max(2, true - 2), true + 4)
            found = finish(sweep(from_array(x), Request(Choice("auto")), tried, seeds=3))
            right.append(found.proposed == true)
            with capsys.disabled():
                print(f"{true} materials, scene {seed}: stable {found.stable}, proposed {found.proposed}")
    with capsys.disabled():
        print(f"right on {sum(right)} of {len(right)} scenes")
    assert sum(right) >= 0.9 * len(right)
