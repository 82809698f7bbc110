"""A method followed by another is what it says, and units never matter: all pairs, all starts."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle, product
from typing import Any

import numpy as np
import pytest

import hsunmix
from hsunmix.methods import Method, methods

ALL = list(methods().values())
FACTORIZATIONS = [m for m in ALL if m.kind == "factorization"]
EXTRACTIONS = [m for m in ALL if m.kind == "extraction"]
ABUNDANCE = [m.id for m in ALL if m.kind == "abundance"]
POWERS = (2.0**-13, 2.0**13)  # change no digit, so results have none to change either
OTHERS = (1e-4, 0.37, 255.0, 1e4)  # round the data to other float32 numbers
SHORT = {"max_iterations": 5, "tolerance": 0.0}
SLOW = {
    "lp": {"candidates": 12},
    "ppi": {"skewers": 300},
    "random": {"sets": 10},
    "fgnsr": {"candidates": 12},
}


def ids(method: Method) -> str:
    return method.id


def scene(seed: int = 0, pixels: int = 90) -> np.ndarray:
    """Three materials, one of them dark, under light that varies: fractions don't sum to one."""
    rng = np.random.default_rng(seed)
    place = np.linspace(0, 1, 14)[:, None]
    w = 0.1 + np.exp(-(((place - [0.1, 0.5, 0.9]) / 0.2) ** 2))
    w[:, 1] *= 0.3
    h = rng.dirichlet(np.full(3, 0.4), pixels).T * rng.uniform(0.6, 1.1, pixels)
    return np.maximum(w @ h + 0.002 * rng.standard_normal((14, pixels)), 0)


def parameters(method: Method, init: str = "") -> dict[str, Any]:
    """Few iterations: what two runs do differently shows in the first ones."""
    known = {p.name for p in method.parameters}
    given = {name: value for name, value in SHORT.items() if name in known} | SLOW.get(method.id, {})
    return given | ({"init": init} if init else {})


def starts(method: Method) -> tuple[str, ...]:
    """Those that are no extraction, and one that is; hals, the cheapest, tries them all."""
    found = [p.choices for p in method.parameters if p.name == "init"]
    own = ("spa", "nndsvd", "random", "kmeans")
    return tuple(i for i in found[0] if method.id == "hals" or i in own) if found else ("",)


def relative_error(x: np.ndarray, w: np.ndarray, h: np.ndarray) -> float:
    return float(np.linalg.norm(x - w @ h) / np.linalg.norm(x))


@pytest.mark.parametrize("method", FACTORIZATIONS, ids=ids)
def test_abundances_are_those_of_the_same_spectra_solved_by_themselves(method: Method) -> None:
    x = 3000 * scene()
    for abundance, init in zip(2 * ABUNDANCE, cycle(starts(method)), strict=False):
        found = hsunmix.unmix(x, method.id, rank=3, abundance=abundance, **parameters(method, init))
        alone = hsunmix.abundances(x, found.endmembers, abundance)
        assert found.abundance == abundance
        np.testing.assert_array_equal(found.abundances, alone, err_msg=f"{abundance} {init}")
        assert found.relative_error == pytest.approx(relative_error(x, found.endmembers, alone), rel=1e-3)


@pytest.mark.parametrize("method", FACTORIZATIONS, ids=ids)
def test_means_are_fractions_or_a_sentence_says_that_they_are_not(method: Method) -> None:
    x = scene()
    for (init, rank), abundance in zip(product(starts(method), (3, 5)), cycle(("", "nnls")), strict=False):
        found = hsunmix.unmix(x, method.id, rank=rank, abundance=abundance, **parameters(method, init))
        fractions = found.mean_abundances.max() <= 1.001
        assert fractions or "above 100 %" in found.note, (init, rank, abundance)
        assert found.mean_abundances.sum() < 2, (init, rank, abundance)


def same(one: hsunmix.Unmixing, other: hsunmix.Unmixing, c: float, tolerance: float) -> bool:
    """Whether other is one in other units; errors are compared too, as only they mean something near zero."""
    return (
        np.allclose(other.endmembers / c, one.endmembers, rtol=0, atol=tolerance * one.endmembers.max())
        and np.allclose(other.abundances, one.abundances, rtol=0, atol=2 * tolerance)
        and other.relative_error == pytest.approx(one.relative_error, rel=tolerance, abs=1e-6)
    )


def requests(method: Method) -> Iterator[dict[str, Any]]:
    for init in starts(method):
        yield {"rank": 5 if init in ("nndsvd", "random") else 3, **parameters(method, init)}
    for abundance in ABUNDANCE:
        yield {"rank": 3, "abundance": abundance, **parameters(method)}
    for parameter in method.parameters:
        for value in parameter.choices if parameter.name != "init" else ():
            if value != parameter.default:
                yield {"rank": 3, **parameters(method), parameter.name: value}


@pytest.mark.parametrize("method", FACTORIZATIONS + EXTRACTIONS, ids=ids)
def test_units_do_not_matter(method: Method) -> None:
    """X · c gives W · c and the same H."""
    x = scene()
    for request, c in zip(requests(method), cycle(POWERS), strict=False):
        one, other = hsunmix.unmix(x, method.id, **request), hsunmix.unmix(x * c, method.id, **request)
        assert same(one, other, c, 1e-4), (request, c)


@pytest.mark.parametrize("c", OTHERS)
@pytest.mark.parametrize("method", FACTORIZATIONS + EXTRACTIONS, ids=ids)
def test_units_that_change_digits_hardly_matter(method: Method, c: float) -> None:
    x = scene()
    one, other = (hsunmix.unmix(x * unit, method.id, rank=3, **parameters(method)) for unit in (1, c))
    assert same(one, other, c, 0.02)


@pytest.mark.parametrize("abundance", ABUNDANCE)
def test_units_do_not_matter_to_abundances(abundance: str) -> None:
    x = scene()
    w = x[:, [3, 40, 77]]
    for c in OTHERS:
        np.testing.assert_allclose(
            hsunmix.abundances(x * c, w * c, abundance), hsunmix.abundances(x, w, abundance), atol=2e-5
        )
