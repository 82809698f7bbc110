"""What every registered method promises; a new file in a method folder is tested without a line here."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest

import hsunmix
from hsunmix.engine.loading import from_array
from hsunmix.engine.threads import set_threads
from hsunmix.errors import HsunmixError, InputError, ParameterError
from hsunmix.methods import KINDS, Method, methods
from hsunmix.methods.running import pipeline
from hsunmix.model.choice import Choice
from hsunmix.model.progress import finish
from hsunmix.parameters import describe, make
from tests.scenes import mixture

ALL = list(methods().values())
SOLVERS = [m for m in ALL if m.kind in ("factorization", "extraction")]
ABUNDANCE = [m for m in ALL if m.kind == "abundance"]
RANK = [m for m in ALL if m.kind == "rank"]


def ids(method: Method) -> str:
    return method.id


def run(method: Method, x: np.ndarray, rank: int = 4, **kwargs: Any) -> hsunmix.Unmixing:
    """Run any solver or abundance method on a matrix."""
    if method.kind == "abundance":
        w = x[:, :: max(1, x.shape[1] // rank)][:, :rank].astype(np.float64)
        return finish(pipeline.solve(from_array(x), np.nan_to_num(w), Choice(method.id)))
    return hsunmix.unmix(x, method.id, rank=rank, **kwargs)


def test_the_registry_is_whole() -> None:
    assert next(iter(methods())) == ("factorization", "auto")
    assert {m.kind for m in ALL} == set(KINDS)
    for method in ALL:
        assert method.title
        assert method.reference
        assert len(method.summary) > 20
        for parameter in describe(method.params):
            assert parameter.help, f"{method.id}.{parameter.name} has no line of help"


@pytest.mark.parametrize("method", ALL, ids=ids)
def test_who_screens_can_be_told_not_to(method: Method) -> None:
    assert method.traits.screens == any(p.name == "screen" and p.kind == "bool" for p in method.parameters)


@pytest.mark.parametrize("method", ALL, ids=ids)
def test_the_description_says_what_it_solves_how_and_what_it_promises(method: Method) -> None:
    for words in (
        ("Problem:",),
        ("Update:", "Method:"),
        ("Cost:",),
        ("Guarantee:", "Limits:", "Its limits:"),
    ):
        assert any(word in method.details for word in words), words


@pytest.mark.parametrize("method", ALL, ids=ids)
def test_parameters_are_refused_by_name(method: Method) -> None:
    with pytest.raises(ParameterError, match="nonsense"):
        make(method.params, {"nonsense": 1})
    for parameter in method.parameters:
        with pytest.raises(ParameterError) as caught:
            make(method.params, {parameter.name: {"not": "a value"}})
        assert caught.value.name == parameter.name
        if parameter.minimum is not None:
            with pytest.raises(ParameterError, match=parameter.name):
                make(method.params, {parameter.name: parameter.minimum - 1})
    assert isinstance(make(method.params, {}), msgspec.Struct)


@pytest.mark.parametrize("method", SOLVERS + ABUNDANCE, ids=ids)
def test_shapes_signs_and_sums(method: Method) -> None:
    x = mixture()
    before = x.copy()
    result = run(method, x)
    np.testing.assert_array_equal(x, before)
    assert result.endmembers.shape == (24, 4)
    assert result.abundances.shape == (4, 900)
    assert result.rmse.shape == (900,)
    assert result.abundances.dtype == np.float32
    assert np.isfinite(result.endmembers).all()
    assert np.isfinite(result.abundances).all()
    assert result.endmembers.min() >= 0
    if not method.traits.may_be_negative:
        assert result.abundances.min() >= 0
    if method.traits.sum_to_one:
        np.testing.assert_allclose(result.abundances.sum(axis=0), 1, atol=1e-6)
    rest = x - result.endmembers @ result.abundances
    assert result.own_spectra == method.traits.of_classes
    if result.own_spectra:
        rest = np.broadcast_to(result.rmse, x.shape)
    assert result.relative_error == pytest.approx(np.linalg.norm(rest) / np.linalg.norm(x), rel=1e-4)
    np.testing.assert_allclose(result.rmse, np.sqrt((rest**2).mean(axis=0)), rtol=1e-3, atol=1e-7)


@pytest.mark.parametrize("method", SOLVERS, ids=ids)
def test_results_say_what_they_are(method: Method) -> None:
    result = run(method, mixture(), seed=3)
    assert result.method == method.id
    assert result.seed == 3
    assert set(result.parameters) == {p.name for p in method.parameters}
    assert result.history.shape == (len(result.history), 2)
    if result.source_pixels is not None:
        assert len(set(result.source_pixels.tolist())) == 4
        if not result.smoothed:
            picked = mixture()[:, result.source_pixels]
            np.testing.assert_allclose(result.endmembers, picked, rtol=1e-6)


@pytest.mark.parametrize("method", SOLVERS, ids=ids)
def test_same_seed_same_bits_any_threads(method: Method) -> None:
    x = mixture(pixels=3000, bands=200)
    results = []
    for threads in (1, 1, 2):
        with set_threads(threads):
            results.append(run(method, x, seed=5))
    for other in results[1:]:
        np.testing.assert_array_equal(results[0].endmembers, other.endmembers)
        np.testing.assert_array_equal(results[0].abundances, other.abundances)


@pytest.mark.parametrize("method", SOLVERS, ids=ids)
def test_noise_free_separable_scenes_are_explained(method: Method) -> None:
    result = run(method, mixture(noise=0.0))
    # Smoothing pulls the vertices inwards; random pixels are no vertices; clusters know no mixtures; at
    # most three materials in a pixel are no four.
    mixed = dict.fromkeys(("random", "orthogonal", "h2nmf", "tri"), 0.5)
    limit = {"auto": 0.08, "lrsca": 0.2, "mesma": 0.2, **mixed}.get(method.id, 0.02)
    assert result.relative_error < limit


@pytest.mark.parametrize("method", [m for m in SOLVERS if m.kind == "factorization"], ids=ids)
def test_the_error_never_rises(method: Method) -> None:
    for seed in range(3):
        history = run(method, mixture(noise=0.05, seed=seed)).history
        assert (np.diff(history[:, 1]) <= 0).all() or not method.traits.monotone_loss
        assert (np.diff(history[:, 0]) >= 0).all()


@pytest.mark.parametrize("method", ALL, ids=ids)
def test_closable_after_one_step(method: Method) -> None:
    scene = from_array(mixture(pixels=5000))
    w = scene.full_spectra(scene.columns(np.arange(4)))
    work: Any
    if method.kind == "abundance":
        work = pipeline.solve(scene, w, Choice(method.id))
    elif method.kind == "rank":
        work = pipeline.estimate_rank(scene, Choice(method.id))
    else:
        work = pipeline.unmix(scene, pipeline.Request(Choice(method.id), 4))
    next(work)
    work.close()
    with pytest.raises(StopIteration):
        next(work)


@pytest.mark.parametrize("method", RANK, ids=ids)
def test_rank_estimates(method: Method) -> None:
    estimate = finish(
        pipeline.estimate_rank(from_array(mixture(pixels=4000, noise=0.001)), Choice(method.id))
    )
    assert 3 <= estimate.rank <= 6
    assert np.isfinite(estimate.curve).all()
    assert str(estimate.rank) in estimate.sentence
    assert estimate.label


def degenerate() -> dict[str, np.ndarray]:
    x = mixture(pixels=60)
    holes = x.copy()
    holes[:, 5] = np.nan
    holes[3, 9] = np.inf
    dead = x.copy()
    dead[7:9] = 0
    return {
        "one pixel": x[:, :1],
        "one band": x[:1],
        "constant": np.ones((6, 40)),
        "zero bands": dead,
        "zero pixels": np.hstack([x, np.zeros((24, 5))]),
        "duplicates": np.repeat(x[:, :2], 30, axis=1),
        "NaN pixels": holes,
        "uint16": (x * 20000).astype(np.uint16),
        "1e30": x * 1e30,
        "1e-30": x * 1e-30,
        "negative": x - 0.2,
        "all negative": -x,
        "all zero": np.zeros((5, 9)),
        "all NaN": np.full((5, 9), np.nan),
    }


@pytest.mark.parametrize("rank", [1, 4])
@pytest.mark.parametrize("case", degenerate())
@pytest.mark.parametrize("method", SOLVERS + ABUNDANCE, ids=ids)
def test_degenerate_scenes(method: Method, case: str, rank: int) -> None:
    """A finite result or a clear error, never NaN, never a hang."""
    x = degenerate()[case]
    try:
        result = run(method, x, rank=min(rank, 4))
    except HsunmixError as error:
        assert str(error)
        return
    assert np.isfinite(result.relative_error)
    used = result.used_bands
    assert np.isfinite(result.endmembers[used]).all()
    here = np.isfinite(x[used]).all(axis=0) & (x[used] != 0).any(axis=0)
    assert np.isfinite(result.abundances[:, here]).all()
    assert np.isnan(result.abundances[:, ~here]).all()


@pytest.mark.parametrize("method", SOLVERS, ids=ids)
@pytest.mark.parametrize("rank", [0, -1, 25, 10**9, True, 2.5])
def test_impossible_ranks_are_refused(method: Method, rank: Any) -> None:
    with pytest.raises(InputError, match="rank"):
        hsunmix.unmix(mixture(), method.id, rank=rank)


@pytest.mark.parametrize("method", SOLVERS, ids=ids)
def test_more_endmembers_than_the_scene_has(method: Method) -> None:
    """Fewer with a note, or a clear error; never the same pixel twice."""
    x = mixture(noise=0.0)
    try:
        result = hsunmix.unmix(x, method.id, rank=8)
    except InputError as error:
        assert "4" in str(error)
        return
    if result.source_pixels is not None:
        assert len(set(result.source_pixels.tolist())) == result.rank
    assert result.rank == 8 or "only" in result.note
