"""A model per pixel: as the procedure written plainly, as the published program, and what limits do."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, product
from typing import Any

import numpy as np
import pytest

import hsunmix
from hsunmix.errors import InputError, ParameterError
from hsunmix.methods.shared import _models
from hsunmix.model.library import Library
from tests.kernels.oracles.models import Choice, Limits, best_models
from tests.scenes import library_of_classes

CLASSES = ("plant", "straw", "soil")


def scene(pixels: int, each: int = 5, seed: int = 0) -> tuple[np.ndarray, Library]:
    """Mixtures of one spectrum of each of three classes under light that varies, and the library."""
    library = library_of_classes(CLASSES, each, seed=seed)
    rng = np.random.default_rng(seed)
    pick = rng.integers(0, each, (pixels, 3)) + np.arange(3) * each
    f = rng.dirichlet([0.5, 0.5, 0.5], pixels) * rng.uniform(0.3, 1, (pixels, 1))
    x = np.einsum("pk,pkb->bp", f, library.values[pick])
    return (x + 0.005 * rng.standard_normal(x.shape)).astype(np.float32), library


def plainly(x: np.ndarray, library: Library, limits: Limits, most: int = 3) -> list[Choice]:
    places = [np.flatnonzero(np.array(library.classes) == c) for c in CLASSES]
    models = [[m for c in combinations(places, size) for m in product(*c)] for size in range(1, most + 1)]
    return best_models(x.astype(np.float64), library.values, models, limits)


@pytest.mark.parametrize(
    ("limits", "given"),
    [
        (Limits(), {}),
        (Limits((0.1, 0.6), (0.2, 0.6), 0.01), {
            "min_fraction": 0.1, "max_fraction": 0.6, "min_shade": 0.2, "max_shade": 0.6, "max_rmse": 0.01}),
        (Limits(residual=0.01, run=3, fusion=0.002), {
            "max_residual": 0.01, "residual_bands": 3, "fusion": 0.002}),
    ],
    ids=["usual", "narrow", "runs"],
)  # fmt: skip
def test_as_the_procedure_says(limits: Limits, given: dict[str, Any]) -> None:
    x, library = scene(300)
    found = hsunmix.unmix(x, "mesma", library=library, **given)
    choices = plainly(x, library, limits)
    number = {name: k for k, name in enumerate(CLASSES)}
    expected, fractions = np.full((3, 300), -1), np.zeros((3, 300))
    for t, one in enumerate(choices):
        own = [number[library.classes[k]] for k in one.members]
        expected[own, t], fractions[own, t] = one.members, one.fractions
    np.testing.assert_array_equal(found["model"], expected)
    np.testing.assert_allclose(found.abundances, fractions, atol=1e-6)
    fits = expected.max(axis=0) >= 0
    assert 0 < fits.mean() <= 1
    np.testing.assert_array_equal(found["materials"], (expected >= 0).sum(axis=0) - 1)
    np.testing.assert_allclose(found["shade"][fits], (1 - fractions.sum(axis=0))[fits], atol=1e-6)
    assert np.isnan(found["shade"][~fits]).all()
    np.testing.assert_allclose(found.rmse[fits], [c.rmse for c in choices if c.members], rtol=1e-5)
    assert ("none is within the limits" in found.note) == (not fits.all())


def test_as_the_published_program() -> None:
    """2,000 pixels, 3 classes of 20 spectra; where both fit equally well either is right."""
    core = pytest.importorskip("mesma.core.mesma", reason="the package mesma is not installed")
    x, library = scene(2000, each=20)
    found = hsunmix.unmix(x, "mesma", library=library)
    ways = core.MesmaModels()
    ways.setup(np.array([CLASSES.index(c) for c in library.classes], str))
    ways.select_level(True, 4)
    for k in range(3):
        ways.select_class(True, k, 4)
    models, fractions, rmse, _ = core.MesmaCore().execute(
        x[:, None],
        library.spectra,
        ways.return_look_up_table(),
        ways.em_per_class,
        log=lambda *_a, **_k: None,
    )
    same = (models[:, 0] == found["model"]).all(axis=0)
    np.testing.assert_allclose(found.rmse[~same], rmse[0][~same], rtol=1e-4)
    assert same.mean() > 0.999
    np.testing.assert_allclose(found.abundances[:, same], fractions[:3, 0][:, same], atol=1e-4)


def test_limits_on_errors_are_of_reflectance_in_any_units() -> None:
    x, library = scene(200)
    limits = {"max_residual": 0.008, "residual_bands": 3}
    one = hsunmix.unmix(x, "mesma", library=library, **limits)
    assert (one["model"] != hsunmix.unmix(x, "mesma", library=library)["model"]).any()
    for unit in (100.0, 1e4):
        brighter = replace(library, values=library.values * unit)
        other = hsunmix.unmix(x * np.float32(unit), "mesma", library=brighter, **limits)
        assert (other["model"] == one["model"]).mean() > 0.99
        np.testing.assert_allclose(other.rmse, unit * one.rmse, rtol=1e-3)


def test_wide_limits_leave_no_pixel_without_a_model_in_any_units() -> None:
    rng = np.random.default_rng(4)
    x = rng.random((15, 60)).astype(np.float32)
    wide = {"max_rmse": 1e6, "max_shade": 1e6, "min_shade": -1e6, "max_fraction": 1e6, "min_fraction": -1e6}
    one = hsunmix.unmix(x, "mesma", rank=3, **wide)
    assert (one["materials"] >= 0).all()
    for unit in (2.0**17, 2.0**19):  # errors of 20,000 and more
        other = hsunmix.unmix(x * np.float32(unit), "mesma", rank=3, **wide)
        np.testing.assert_array_equal(other["model"], one["model"])


def test_endmembers_are_the_classes() -> None:
    x, library = scene(150)
    found = hsunmix.unmix(x, "mesma", library=library)
    assert tuple(e.name for e in found.as_endmembers()) == CLASSES
    assert found.maps["model"].names == CLASSES
    assert found.maps["model"].classes == library.names
    weights = np.array([found.abundances[0][found["model"][0] == k].sum() for k in range(5)])
    mean = library.spectra[:, :5] @ (weights / weights.sum())
    np.testing.assert_allclose(found.endmembers[:, 0], mean, rtol=1e-5)
    with pytest.raises(ParameterError, match="3 classes"):
        hsunmix.unmix(x, "mesma", rank=4, library=library)


def test_files_are_classes_where_spectra_have_none() -> None:
    x, library = scene(100)
    several = [
        replace(library.pick(*range(5 * k, 5 * k + 5)), classes=(), path=f"/somewhere/{name}.csv")
        for k, name in enumerate(CLASSES)
    ]
    found = hsunmix.unmix(x, "mesma", library=several)
    assert tuple(e.name for e in found.as_endmembers()) == CLASSES
    one = hsunmix.unmix(x, "mesma", library=library)
    np.testing.assert_array_equal(found["model"], one["model"])


def test_without_a_library_its_spectra_are_pixels() -> None:
    x, _ = scene(2000)
    found = hsunmix.unmix(x, "mesma", rank=3, seed=1, parts=6)
    kinds = found.maps["model"].classes
    assert 3 < len(kinds) <= 21
    pixels = [int(name.split()[1]) - 1 for name in kinds]
    fits = found["materials"] >= 0
    assert fits.mean() > 0.5
    one = int(np.flatnonzero(found["materials"] == 0)[0])
    k = int(found["model"][:, one].max())
    left = x[:, one] - found.abundances[:, one].sum() * x[:, pixels[k]]
    assert found.rmse[one] == pytest.approx(np.sqrt((left**2).mean()), rel=1e-3)


def test_too_many_models_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_models, "MAX_NUMBERS", 900)
    x, library = scene(50)
    with pytest.raises(InputError, match="215 models"):
        hsunmix.unmix(x, "mesma", library=library)
    assert "90 models" in hsunmix.unmix(x, "mesma", library=library, max_materials=2).note
