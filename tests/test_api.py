"""The public names, and what they promise."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import hsunmix
from hsunmix.model.choice import Choice
from hsunmix.model.cube import Cube
from tests.conftest import make_cube


def test_public_names_exist() -> None:
    assert len(set(hsunmix.__all__) - {"__version__"}) <= 10
    for name in hsunmix.__all__:
        assert getattr(hsunmix, name) is not None


def test_methods_is_a_function_and_a_package() -> None:
    import hsunmix.methods.running.pipeline

    assert "hals" in hsunmix.methods()
    assert hsunmix.methods.get("hals").kind == "factorization"


def test_a_cube_and_its_matrix_give_the_same(small_cube: Cube) -> None:
    lines, samples, bands = small_cube.shape
    x = small_cube.read(0, lines).reshape(-1, bands).T
    of_cube = hsunmix.unmix(small_cube, "spa", rank=3)
    of_matrix = hsunmix.unmix(x, "spa", rank=3)
    assert of_cube.abundances.shape == (3, lines, samples)
    np.testing.assert_array_equal(of_cube.abundances.reshape(3, -1), of_matrix.abundances)
    np.testing.assert_array_equal(of_cube.endmembers, of_matrix.endmembers)
    # The pure pixels of the fixture: a transposed image would put them elsewhere.
    assert {divmod(p, samples) for p in of_cube.source_pixels} == {(2, 1), (3, 3), (4, 5)}


def test_abundances_of_given_spectra(small_cube: Cube) -> None:
    w = hsunmix.unmix(small_cube, "spa", rank=3).endmembers
    h = hsunmix.abundances(small_cube, w, "fcls")
    assert h.shape == (3, 13, 9)
    np.testing.assert_allclose(h.sum(axis=0), 1, atol=1e-6)


def test_abundance_method_replaces_the_factorizations_own(small_cube: Cube) -> None:
    result = hsunmix.unmix(small_cube, "hals", rank=3, abundance="fcls")
    assert result.abundance == "fcls"
    np.testing.assert_allclose(result.abundances.sum(axis=0), 1, atol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"method": "nmf"}, "nmf"),
        ({"method": "nnls"}, "nnls"),
        ({"abundance": "spa"}, "spa"),
        ({"method": "hals", "tolerance": -1}, "tolerance"),
        ({"method": "hals", "init": "nowhere"}, "init"),
    ],
)
def test_bad_requests_are_named(small_cube: Cube, arguments: dict[str, object], word: str) -> None:
    with pytest.raises(hsunmix.HsunmixError, match=word):
        hsunmix.unmix(small_cube, rank=3, **arguments)  # type: ignore[arg-type]


def test_wrong_number_of_bands_is_named(small_cube: Cube) -> None:
    with pytest.raises(hsunmix.HsunmixError, match="bands"):
        hsunmix.abundances(small_cube, np.ones((7, 2)))


@pytest.mark.parametrize("scale", [1e4, 1e-4, 100.0])
def test_spectra_in_other_units_than_the_scene_are_told_of(scale: float) -> None:
    x = make_cube(12, 9, noise=0.002).read(0, 12).reshape(-1, 20).T.astype(np.float64)
    w = x[:, :3]
    with pytest.warns(UserWarning, match=f"multiplied by {scale:,g} they are in its units"):
        found = hsunmix.abundances(scale * x, w)
    assert np.isfinite(found).all()
    with pytest.warns(UserWarning, match="The given spectra have values of 0 to "):
        result = hsunmix.unmix(scale * x, "hals", rank=3, init=w, locked=(0,), max_iterations=3)
    assert result.note.startswith("The given spectra have values")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        hsunmix.abundances(scale * x, scale * w)
        hsunmix.unmix(scale * x, "hals", rank=3, init=scale * w, max_iterations=3)


def test_parameters_of_the_abundance_method(small_cube: Cube) -> None:
    found = hsunmix.unmix(
        small_cube, "hals", rank=3, abundance="sunsal", abundance_parameters={"penalty": 0.3}
    )
    alone = hsunmix.abundances(small_cube, found.endmembers, "sunsal", penalty=0.3)
    np.testing.assert_array_equal(found.abundances, alone)
    assert found.asked is not None
    assert found.asked.abundance == Choice("sunsal", {"penalty": 0.3})
    weak = hsunmix.unmix(small_cube, "hals", rank=3, abundance="sunsal")
    assert found.abundances.sum() < 0.9 * weak.abundances.sum()
    for given, words in (
        ({"abundance": "sunsal", "abundance_parameters": {"penalty": 2}}, "penalty"),
        ({"abundance": "fcls", "abundance_parameters": {"penalty": 0.1}}, "penalty"),
        ({"abundance_parameters": {"penalty": 0.1}}, "none was asked for"),
    ):
        with pytest.raises(hsunmix.HsunmixError, match=words):
            hsunmix.unmix(small_cube, "hals", rank=3, **given)  # type: ignore[arg-type]
