"""Likeness of spectra, against the formulas written out band by band."""

from __future__ import annotations

import numpy as np
import pytest

from hsunmix.errors import InputError
from hsunmix.model.matching import METRICS, rank, scores
from hsunmix.model.spectra import Spectra

BANDS = 17


def angle(s, t):
    return np.arccos((s @ t) / np.linalg.norm(s) / np.linalg.norm(t))


def divergence(s, t):
    p, q = s / s.sum(), t / t.sum()
    return (p * np.log(p / q)).sum() + (q * np.log(q / p)).sum()


def correlation(s, t):
    return np.corrcoef(s, t)[0, 1]


BY_HAND = {"sam": angle, "sid": divergence, "correlation": correlation}


def gappy(rng, n):
    values = rng.uniform(0.05, 0.9, (n, BANDS))
    for k, row in enumerate(values):
        row[rng.permutation(BANDS)[: k % 5]] = np.nan
    return values


@pytest.mark.parametrize("metric", METRICS)
def test_every_pair_by_hand(metric):
    rng = np.random.default_rng(1)
    spectra, library = gappy(rng, 4).T, gappy(rng, 9)
    good = np.ones(BANDS, dtype=bool)
    good[[2, 11]] = False
    score, coverage = scores(spectra, library, metric, good)
    assert score.shape == coverage.shape == (4, 9)
    for i in range(4):
        for j in range(9):
            both = good & np.isfinite(spectra[:, i]) & np.isfinite(library[j])
            expected = BY_HAND[metric](spectra[both, i], library[j, both])
            assert score[i, j] == pytest.approx(expected, rel=1e-9)
            assert coverage[i, j] == pytest.approx(both.sum() / (good & np.isfinite(spectra[:, i])).sum())


def make_library(values, names=None):
    return Spectra(np.asarray(values), names or tuple(f"s{k}" for k in range(len(values))))


@pytest.mark.parametrize("metric", METRICS)
def test_the_same_spectrum_is_first_whatever_its_brightness(metric):
    values = np.random.default_rng(2).uniform(0.1, 0.9, (8, BANDS))
    found = rank(0.3 * values[[5, 2]].T, make_library(values), metric)
    assert [row[0].index for row in found] == [5, 2]
    assert found[0][0].name == "s5"
    assert found[0][0].score == pytest.approx(1.0 if metric == "correlation" else 0.0, abs=1e-7)
    assert [len(row) for row in found] == [8, 8]
    assert [len(row) for row in rank(values[[5]].T, make_library(values), metric, top=3)] == [3]
    numbers = [m.score for m in found[0]]
    assert numbers == sorted(numbers, reverse=metric == "correlation")


def test_an_offset_matters_to_the_angle_but_not_to_the_correlation():
    values = np.random.default_rng(3).uniform(0.1, 0.9, (1, BANDS))
    library = make_library(values + 0.4)
    assert rank(values.T, library, "correlation")[0][0].score == pytest.approx(1.0)
    assert rank(values.T, library, "sam")[0][0].score > 0.1


def test_what_covers_less_than_half_of_the_bands_is_left_out():
    values = np.random.default_rng(4).uniform(0.1, 0.9, (3, BANDS))
    values[1, :9] = np.nan  # 8 of 17 left
    values[2, :8] = np.nan  # 9 of 17 left
    found = rank(values[[0]].T, make_library(values))[0]
    assert sorted(m.index for m in found) == [0, 2]
    nothing = np.full((BANDS, 1), np.nan)
    assert rank(nothing, make_library(values)) == [[]]


def test_negative_values_are_left_out_of_the_divergence_alone():
    values = np.random.default_rng(5).uniform(0.1, 0.9, (2, BANDS))
    values[1, 4] = -0.01
    spectrum = values[[0]].T
    assert scores(spectrum, values, "sid")[1][0, 1] == pytest.approx(16 / 17)
    assert scores(spectrum, values, "sam")[1][0, 1] == 1


def test_black_and_constant_spectra_do_no_harm():
    values = np.zeros((2, BANDS))
    values[1] = 0.5
    spectrum = np.random.default_rng(6).uniform(0.1, 0.9, (BANDS, 1))
    assert [m.index for m in rank(spectrum, make_library(values), "sam")[0]] == [1]
    assert rank(spectrum, make_library(values), "correlation") == [[]]


def test_refused():
    values = np.ones((2, BANDS))
    with pytest.raises(InputError, match="known: sam, sid, correlation"):
        rank(values.T, make_library(values), "euclid")
    with pytest.raises(InputError, match="5 bands can't be compared with a library of 17"):
        rank(values.T[:5], make_library(values))
