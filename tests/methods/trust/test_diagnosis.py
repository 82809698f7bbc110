"""A fraction's mean above 100 % is never returned without a word."""

from __future__ import annotations

import numpy as np
import pytest

import hsunmix
from hsunmix.methods import find, get, methods
from hsunmix.methods.trust.diagnosis import dark, diagnose
from tests.scenes import lake


def test_a_dark_endmember_is_named_with_its_cures() -> None:
    spectra = np.column_stack([np.full(9, 0.4), np.linspace(0.1, 0.5, 9), np.full(9, 0.01)])
    spectra[4] = np.nan
    assert dark(spectra).tolist() == [False, False, True]
    found = diagnose(spectra, np.array([0.3, 0.4, 1.19]))
    assert found is not None
    assert (found.cause, found.endmembers) == ("dark", (2,))
    assert "endmember 3 (119 %)" in found.sentence
    for cure in found.cures:
        assert f"-a {cure}" in found.sentence
        assert find(cure, "abundance") is not None
    assert diagnose(spectra, np.array([0.3, 0.4, 1.0])) is None


def test_several_dark_ones_beside_one_that_is_bright() -> None:
    spectra = np.column_stack([np.full(9, 0.4), np.full(9, 0.02), np.full(9, 0.01), np.zeros(9)])
    assert dark(spectra).tolist() == [False, True, True, False]
    found = diagnose(spectra, np.array([1.2, 2.0, 0.1, 0.0]))
    assert found is not None
    assert found.endmembers == (1, 0)
    assert "endmembers 2 (200 %), 1 (120 %)" in found.sentence


@pytest.mark.parametrize("method", [m.id for m in methods().values() if m.kind != "rank"])
def test_no_result_has_a_mean_above_a_whole_without_a_word(method: str) -> None:
    x = lake(lines=20).reshape(-1, 60).T
    chosen = get(method)
    if chosen.kind == "abundance":
        results = [hsunmix.unmix(x, "spa", rank=3, abundance=method)]
    else:
        short = {"max_iterations": 20} if any(p.name == "max_iterations" for p in chosen.parameters) else {}
        results = [hsunmix.unmix(x, method, rank=rank, **short) for rank in (3, 5)]
    for result in results:
        assert (result.mean_abundances.max() > 1.0001) == ("above 100 %" in result.note)


def test_auto_names_the_lake_and_both_cures_work() -> None:
    x = lake().reshape(-1, 60).T
    result = hsunmix.unmix(x, rank=3)
    assert result.mean_abundances.max() > 1
    assert result.note.startswith("The mean abundance of endmember")
    assert "as dark as" in result.note
    for cure in ("fcls", "shade"):
        cured = hsunmix.unmix(x, rank=3, abundance=cure)
        np.testing.assert_array_equal(cured.endmembers, result.endmembers)
        assert cured.mean_abundances.max() < 1
        assert "above 100 %" not in cured.note
        assert f"Abundances by {cure.upper()}, as asked." in cured.note
        assert "NNLS" not in cured.note


def test_auto_makes_sums_one_where_that_costs_little_and_free_ones_mean_little() -> None:
    """Little shade, and a lake: sums of one fit a few per cent worse."""
    rng = np.random.default_rng(2)
    place = np.linspace(0, 1, 50)[:, None]
    w = 0.1 + 0.6 * np.exp(-(((place - [0.1, 0.5, 0.9]) / 0.15) ** 2))
    w[:, 1] *= 0.03
    h = rng.dirichlet(np.full(3, 0.5), 3000).T * rng.normal(1, 0.05, 3000)
    x = w @ h + 0.02 * rng.standard_normal((50, 3000))
    result = hsunmix.unmix(x, rank=3)
    free = hsunmix.unmix(x, rank=3, abundance="nnls")
    assert 1.02 < result.relative_error / free.relative_error < 1.15
    assert result.abundance == "fcls"
    assert "a spectrum is dark" in result.note


def test_what_is_far_more_than_a_whole_together_is_told_too() -> None:
    spectra = np.random.default_rng(0).random((8, 3))
    assert diagnose(spectra, np.array([0.9, 0.9, 0.15])) is None
    found = diagnose(spectra, np.array([0.956, 0.753, 0.522]))
    assert found is not None
    assert (found.cause, found.endmembers, found.cures) == ("", (), ("fcls", "shade"))
    assert "The mean abundances sum to 223.1 %, so they are no fractions." in found.sentence
    assert diagnose(spectra, np.array([np.nan, 0.9, 1.0])) is None
