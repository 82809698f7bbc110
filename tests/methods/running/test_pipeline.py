"""From a scene to an unmixing: units, scale, and what the steps carry."""

from __future__ import annotations

import numpy as np
import pytest

from hsunmix.engine.loading import load
from hsunmix.errors import ParameterError
from hsunmix.methods.running import pipeline
from hsunmix.model.choice import Choice
from hsunmix.model.cube import Cube
from hsunmix.model.progress import finish
from tests.conftest import make_cube


def scene_with_bad_bands(scale: float = 1.0) -> tuple[Cube, np.ndarray]:
    cube = make_cube(lines=40, samples=23, noise=0.01)
    bad = np.zeros(cube.bands, bool)
    bad[[3, 11]] = True
    values = np.abs(cube.read(0, cube.lines)) * np.float32(scale)
    return Cube(type(cube.pixels)(values), wavelengths=cube.wavelengths, bad_bands=bad), bad


def test_steps_have_all_bands_and_the_cubes_units() -> None:
    cube, bad = scene_with_bad_bands(scale=3e8)  # scaled inside
    scene = finish(load(cube))
    assert scene.scale != 1
    seen: list[np.ndarray] = []
    request = pipeline.Request(Choice("hals", {"max_iterations": 20, "tolerance": 0.0}), 3)
    result = finish(
        pipeline.unmix(scene, request),
        lambda step: seen.append(step.endmembers) if step.endmembers is not None else None,
    )
    assert seen
    for spectra in seen:
        assert spectra.shape == (cube.bands, 3)
        np.testing.assert_array_equal(np.isnan(spectra).any(axis=1), bad)
        assert 1e7 < np.nanmax(spectra) < 1e10
    np.testing.assert_array_equal(np.isnan(result.endmembers).any(axis=1), bad)
    assert result.rmse.shape == (40, 23)
    assert np.nanmax(result.rmse) > 1e5


def test_closing_closes_the_method() -> None:
    cube, _ = scene_with_bad_bands()
    work = pipeline.unmix(finish(load(cube)), pipeline.Request(Choice("hals"), 3))
    for _ in range(5):
        next(work)
    work.close()
    assert list(work) == []


def test_solve_gives_abundances_of_the_spectra_given() -> None:
    cube, _ = scene_with_bad_bands()
    scene = finish(load(cube))
    found = finish(pipeline.unmix(scene, pipeline.Request(Choice("spa"), 3)))
    again = finish(pipeline.solve(scene, found.endmembers, Choice("nnls")))
    np.testing.assert_allclose(again.abundances, found.abundances, atol=1e-6)
    assert abs(again.relative_error - found.relative_error) < 1e-9


def test_how_many_are_possible_is_said_in_words() -> None:
    values = np.random.default_rng(0).random((4, 5, 1), dtype=np.float32)
    scene = finish(load(Cube.from_array(values)))
    with pytest.raises(ParameterError, match="20 usable pixels and 1 usable band, so only 1 is"):
        finish(pipeline.unmix(scene, pipeline.Request(Choice("spa"), 2)))


@pytest.mark.parametrize("method", ["spa", "ppi", "snpa", "hals"])
def test_what_becomes_of_negative_values_is_said(method: str) -> None:
    """Spectra are nonnegative: those of pixels aren't their pixels where these are below zero."""
    rng = np.random.default_rng(0)
    values = (rng.random((6, 7, 9)) - 0.3).astype(np.float32)
    result = finish(
        pipeline.unmix(finish(load(Cube.from_array(values))), pipeline.Request(Choice(method), 3))
    )
    assert "negative and were used as they are" in result.note
    assert ("in the spectra of endmembers they are zero" in result.note) == (method != "hals")
    if method == "spa":
        pixels = values.reshape(-1, 9)[result.source_pixels]
        np.testing.assert_array_equal(result.endmembers.T, np.maximum(pixels, 0))
