"""Spectra that a method is given to start from or to keep: honoured, or refused by name."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

import hsunmix
from hsunmix.errors import InputError, ParameterError
from hsunmix.methods import Method, methods

SOLVERS = [m for m in methods().values() if m.kind in ("factorization", "extraction")]
STARTING = [m for m in SOLVERS if m.traits.starts_from_spectra]
OTHERS = [m for m in SOLVERS if not m.traits.starts_from_spectra]
CHEAP = {
    "lp": {"candidates": 12},
    "ppi": {"skewers": 300},
    "random": {"sets": 10},
    "fgnsr": {"candidates": 12},
}


def ids(method: Method) -> str:
    return method.id


def materials(bands: int = 18) -> np.ndarray:
    place = np.linspace(0, 1, bands)[:, None]
    return 0.1 + 0.6 * np.exp(-(((place - [0.1, 0.5, 0.9]) / 0.15) ** 2))


def scene(pixels: int = 90, noise: float = 0.002) -> np.ndarray:
    rng = np.random.default_rng(0)
    h = rng.dirichlet(np.full(3, 0.7), pixels).T
    return np.maximum(materials() @ h + noise * rng.standard_normal((18, pixels)), 0)


def bad_starts() -> dict[str, np.ndarray]:
    w, rng = materials(), np.random.default_rng(1)
    half = w.copy()
    half[:9] = 0
    return {
        "zeros": np.zeros((18, 3)),
        "negative": -w,
        "one of zeros": np.column_stack([w[:, :2], np.zeros(18)]),
        "a constant": np.ones((18, 3)),
        "the same twice": w[:, [0, 0, 1]],
        "the same but for brightness": w[:, [0, 0, 1]] * [1, 7, 1],
        "far too bright": w * 1e12,
        "far too dark": w * 1e-12,
        "bright, right and dark": w * [1e6, 1, 1e-6],
        "zero in half of the bands": half,
        "of either sign": rng.standard_normal((18, 3)),
    }


@cache
def usual_error(method: str) -> float:
    return hsunmix.unmix(scene(), method, rank=3, max_iterations=120).relative_error


@pytest.mark.filterwarnings("ignore:The given spectra have")
@pytest.mark.parametrize("case", bad_starts())
@pytest.mark.parametrize("method", STARTING, ids=ids)
def test_converged_is_only_said_where_it_is(method: Method, case: str) -> None:
    found = hsunmix.unmix(scene(), method.id, rank=3, init=bad_starts()[case], max_iterations=120)
    enough = max(0.05, 1.2 * usual_error(method.id))
    assert found.relative_error < enough or (not found.converged and found.relative_error < 2 * enough)


@pytest.mark.parametrize("method", STARTING, ids=ids)
@pytest.mark.parametrize("shape", [(5, 12), (8, 9), (4, 40)])
def test_small_scenes_from_nothing(method: Method, shape: tuple[int, int]) -> None:
    x = np.random.default_rng(shape[0]).random(shape)
    for init in (np.zeros((shape[0], 2)), -np.ones((shape[0], 2))):
        found = hsunmix.unmix(x, method.id, rank=2, init=init)
        assert found.relative_error < 0.6
        assert "started anew" in found.note


@pytest.mark.parametrize("method", STARTING, ids=ids)
def test_nothing_explained_is_not_converged(method: Method) -> None:
    try:
        found = hsunmix.unmix(-scene(), method.id, rank=2, max_iterations=20)
    except InputError:
        return
    assert found.relative_error < 0.999 or (not found.converged and "explain nothing" in found.note)


@pytest.mark.parametrize("method", SOLVERS, ids=ids)
def test_starts_that_cannot_be_are_refused_by_name(method: Method) -> None:
    x, w = scene(), materials()
    holes = w.copy()
    holes[3, 1] = np.nan
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"init": np.ones((18, 7))}, "init holds 7 spectra, but 3"),
        ({"init": w[:, :2]}, "init holds 2 spectra, but 3"),
        ({"init": w[:, 0]}, "init holds 1 spectrum, but 3"),
        ({"init": w[:9], "locked": (0, 1, 2)}, "bands"),
        ({"init": holes, "locked": (0, 1, 2)}, "no value"),
        ({"init": w.astype(complex)}, "complex numbers"),
        ({"init": w, "locked": (3,)}, "no endmember 3"),
        ({"init": w, "locked": (-1,)}, "locked: -1"),
        ({"init": w, "locked": (0.5,)}, "locked"),
        ({"init": w, "locked": 1}, "locked"),
        ({"init": w, "locked": "0"}, "locked"),
        ({"locked": (0,)}, "need spectra"),
    ]
    for given, words in wrong:
        with pytest.raises(InputError, match=words):
            hsunmix.unmix(x, method.id, rank=3, **given)
    for seed in (-1, 1.5, True, "3"):
        with pytest.raises(ParameterError, match="seed"):
            hsunmix.unmix(x, method.id, rank=3, seed=seed)


@pytest.mark.parametrize("method", OTHERS, ids=ids)
def test_a_method_that_starts_from_no_spectra_says_so(method: Method) -> None:
    with pytest.raises(InputError, match=f"{method.id} starts from no spectra"):
        hsunmix.unmix(scene(), method.id, rank=3, init=materials())


@pytest.mark.parametrize("locked", [(0,), (2,), (0, 2), (2, 1), (0, 1, 2)])
@pytest.mark.parametrize("method", SOLVERS, ids=ids)
def test_locked_spectra_stay_bit_for_bit(method: Method, locked: tuple[int, ...]) -> None:
    """Also where the noise of a library takes them below zero, and no method would find them."""
    x = 1000 * scene()
    given = 1000 * materials()
    given[:, 0] = np.linspace(200, 900, 18)
    given[:4, 2] = -20.0
    asked = CHEAP.get(method.id, {}) | ({"max_iterations": 8} if method.traits.starts_from_spectra else {})
    found = hsunmix.unmix(x, method.id, rank=3, init=given, locked=locked, **asked)
    kept = list(locked)
    assert found.endmembers[:, kept].tobytes() == given[:, kept].tobytes()
    assert found.rank == 3
    if len(locked) < 3 and method in OTHERS:
        assert "took the place" in found.note
        assert "only the locked ones count" in found.note
        alone = hsunmix.unmix(x, method.id, rank=3, **asked).endmembers
        others = [k for k in range(3) if k not in kept]
        assert all(np.abs(alone - found.endmembers[:, [k]]).max(axis=0).min() == 0 for k in others)
    if "was scaled so that" in found.note:
        assert "Each endmember that is not locked was scaled" in found.note
        assert len(locked) < 3
    if found.source_pixels is not None:
        assert (found.source_pixels[kept] == -1).all()
    if method in OTHERS and method.kind == "factorization":  # its maps are of other endmembers
        assert not found.further_maps
    rest = x - found.endmembers @ found.abundances
    assert found.relative_error == pytest.approx(np.linalg.norm(rest) / np.linalg.norm(x), rel=1e-3)


@pytest.mark.parametrize("init", ["spa", "vca", "h2nmf"])
def test_a_start_that_finds_too_few_says_how_many(init: str) -> None:
    x = np.outer(np.arange(1, 13.0), np.random.default_rng(0).random(60))
    with pytest.raises(InputError) as caught:
        hsunmix.unmix(x, "hals", rank=3, init=init)
    said = f"3 endmembers asked for, but {init} finds only 1 independent spectrum to start from"
    assert str(caught.value) == said


@pytest.mark.parametrize("method", SOLVERS, ids=ids)
def test_what_is_locked_is_kept_or_refused_where_the_scene_has_fewer_materials(method: Method) -> None:
    x = materials()[:, :2] @ np.random.default_rng(0).dirichlet(np.ones(2), 80).T
    given = np.abs(np.random.default_rng(1).standard_normal((18, 4)))
    asked = CHEAP.get(method.id, {}) | ({"max_iterations": 8} if method.traits.starts_from_spectra else {})
    try:
        found = hsunmix.unmix(x, method.id, rank=4, init=given, locked=(3,), **asked)
    except InputError as error:
        assert "endmember 3 is locked, but only" in str(error)
        return
    np.testing.assert_array_equal(found.endmembers[:, 3], given[:, 3])


def test_a_locked_spectrum_of_zeros_is_shade() -> None:
    given = materials()
    given[:, 1] = 0
    found = hsunmix.unmix(scene(), "hals", rank=3, init=given, locked=(1,))
    assert not found.endmembers[:, 1].any()
    assert "anew" not in found.note
    assert np.isfinite(found.abundances).all()


def test_one_spectrum_may_be_a_vector() -> None:
    x = scene()
    np.testing.assert_array_equal(hsunmix.abundances(x, x[:, 0]), hsunmix.abundances(x, x[:, :1]))
    assert hsunmix.unmix(x, "hals", rank=1, init=x[:, 0]).rank == 1


def test_masked_spectra_have_gaps() -> None:
    w = np.ma.masked_less(materials(), 0.11)
    with pytest.raises(InputError, match="no value"):
        hsunmix.unmix(scene(), "hals", rank=3, init=w)
    with pytest.raises(InputError, match="no value"):
        hsunmix.abundances(scene(), w)


def test_numbers_of_numpy_are_numbers() -> None:
    found = hsunmix.unmix(
        scene(),
        "hals",
        rank=np.int64(2),
        seed=np.uint8(3),
        max_iterations=np.int64(5),
        tolerance=np.float32(0),
    )
    assert (found.seed, found.parameters["max_iterations"]) == (3, 5)


@pytest.mark.parametrize("method", SOLVERS, ids=ids)
def test_fewer_spectra_all_locked_leave_the_others_to_be_found(method: Method):
    x, w = scene(), materials()
    known = w[:, [2, 0]] * [1.3, 0.7]
    result = hsunmix.unmix(x, method.id, rank=3, init=known, locked=(0, 1), **CHEAP.get(method.id, {}))
    np.testing.assert_array_equal(result.endmembers[:, :2], known)
    third = result.endmembers[:, 2]
    cosine = third @ w[:, 1] / (np.linalg.norm(third) * np.linalg.norm(w[:, 1]))
    assert cosine > 0.85, (method.id, cosine)  # clusters are means of mixed pixels
    with pytest.raises(InputError, match="or all spectra locked"):
        hsunmix.unmix(x, method.id, rank=3, init=known, locked=(0,), **CHEAP.get(method.id, {}))
