"""Alternating nonnegative least squares: the authors' errors, and exact solutions for the bands."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import nnls

import hsunmix
from hsunmix.methods.factorization._exact import exact_spectra
from tests.methods.reference import load


def test_spectra_are_the_exact_solutions() -> None:
    rng = np.random.default_rng(0)
    h, x = rng.random((5, 400)), rng.standard_normal((30, 400)) + 0.3
    found = exact_spectra(h @ x.T, h @ h.T)
    expected = np.array([nnls(h.T, row)[0] for row in x]).T
    np.testing.assert_allclose(found, expected, atol=1e-9)


@pytest.mark.parametrize("scene", ["samson", "jasper", "urban_undersampled4"])
def test_the_authors_error(shared: Path, scene: str) -> None:
    reference = json.loads((shared / "reference" / f"{scene}.json").read_text())
    entry = next(e for e in reference["results"] if e["method"] == "ANLS (ASET) 50 it")
    result = hsunmix.unmix(load(shared, scene), "anls", rank=entry["rank"], max_iterations=50, tolerance=0)
    assert 100 * result.relative_error == pytest.approx(entry["relative_error_percent"], rel=1e-4)


@pytest.mark.parametrize("method", ["nenmf", "pgrad"])
@pytest.mark.parametrize("scene", ["jasper", "urban_undersampled4"])
def test_inexact_methods_come_near(shared: Path, scene: str, method: str) -> None:
    reference = json.loads((shared / "reference" / f"{scene}.json").read_text())
    entry = next(e for e in reference["results"] if e["method"] == "ANLS (ASET) 50 it")
    result = hsunmix.unmix(load(shared, scene), method, rank=entry["rank"], max_iterations=100, tolerance=0)
    assert 100 * result.relative_error <= 1.005 * entry["relative_error_percent"]
