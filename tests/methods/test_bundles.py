"""Bundles: fractions of groups by a plain solver, and materials that vary from place to place."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import nnls

import hsunmix
from hsunmix.engine.loading import from_array
from hsunmix.methods import Problem, get
from hsunmix.methods.running.footprint import of_run
from hsunmix.methods.running.request import Request
from hsunmix.methods.shared._bundles import Bundles, bundles
from hsunmix.model.choice import Choice
from hsunmix.model.library import Library
from hsunmix.model.progress import finish
from tests.scenes import library_of_classes


def varied(seed: int = 0, pixels: int = 3000, rank: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mixtures (bands, pixels) of materials whose spectra vary in shape; mean spectra and fractions."""
    rng = np.random.default_rng(seed)
    place = np.linspace(0, 1, 50)[:, None]
    w = 0.1 + np.exp(-(((place - np.linspace(0.1, 0.9, rank)) / 0.2) ** 2))
    h = rng.dirichlet(np.full(rank, 0.4), pixels).T
    pure = rng.choice(pixels, 20 * rank, replace=False)
    h[:, pure] = np.tile(np.eye(rank), 20)
    slope = 1 + 0.5 * (place - 0.5)[:, :, None] * rng.uniform(-1, 1, (1, rank, pixels))
    x = (w[:, :, None] * slope * h).sum(axis=1) + 0.002 * rng.standard_normal((50, pixels))
    return x, w, h


@pytest.mark.parametrize("simplex", [True, False])
def test_fractions_of_a_librarys_classes_by_a_plain_solver(simplex: bool) -> None:
    library = library_of_classes(("plant", "straw", "soil"), 6)
    rng = np.random.default_rng(3)
    x = library.spectra @ rng.dirichlet(np.full(18, 0.2), 70).T
    x = (x + 0.02 * rng.standard_normal(x.shape)).astype(np.float32)
    found = hsunmix.unmix(x, "bundles", library=library, sum_to_one=simplex)
    w, of = library.spectra, np.repeat([0, 1, 2], 6)
    tall = np.vstack([w, np.full(18, 1e3)]) if simplex else w
    for t, pixel in enumerate(x.T.astype(np.float64)):
        own = nnls(tall, np.append(pixel, 1e3) if simplex else pixel, maxiter=2000)[0]
        np.testing.assert_allclose(found.abundances[:, t], np.bincount(of, own, 3), atol=2e-3)
        rmse = np.sqrt(((pixel - w @ own) ** 2).mean())
        assert found.rmse.reshape(-1)[t] == pytest.approx(rmse, rel=1e-3)
        for k in range(3):
            most = found["member"][k].reshape(-1)[t]
            assert (most == -1 and own[of == k].max() < 1e-3) or own[most] > own[of == k].max() - 2e-3
    assert tuple(e.name for e in found.as_endmembers()) == ("plant", "straw", "soil")


def test_the_spectra_of_the_scene_are_its_pixels_in_groups() -> None:
    x, _, h = varied()
    made = finish(bundles(Problem(from_array(x), 3), 10, "vca"))
    assert len(made.of) >= 20
    for spectrum in made.spectra.T:
        assert (np.abs(x - spectrum[:, None]).max(axis=0) < 1e-5).any()
    pixel = [int(np.abs(x - s[:, None]).sum(axis=0).argmin()) for s in made.spectra.T]
    material = h[:, pixel].argmax(axis=0)
    assert len(set(zip(made.of.tolist(), material.tolist(), strict=True))) == 3  # each group is one material


def test_a_pixel_that_several_parts_find_is_there_once() -> None:
    """Of equal ones the first stays, that of the whole scene before those of parts."""
    x, _, _ = varied(pixels=300)
    scene = from_array(np.repeat(x[:, :60], 5, axis=1))  # each is in several parts
    made = finish(bundles(Problem(scene, 3), 10))
    assert len(np.unique(made.spectra, axis=1).T) == len(made.of) < 33
    spa = get("spa", "extraction")
    first = finish(spa.run(Problem(scene, 3), spa.params())).columns
    np.testing.assert_array_equal(made.spectra[:, :3], scene.columns(first))
    assert made.of[:3].tolist() == [0, 1, 2]


@pytest.mark.parametrize("seed", [0, 1])
def test_fractions_are_nearer_than_those_of_one_spectrum_each(seed: int) -> None:
    x, _, h = varied(seed)
    several = hsunmix.unmix(x, "bundles", rank=3)
    one = hsunmix.unmix(x, "spa", rank=3, abundance="fcls")
    errors = []
    for found in (several, one):
        order = [int(((found.abundances - row) ** 2).sum(axis=1).argmin()) for row in h]
        assert sorted(order) == [0, 1, 2]
        errors.append(float(np.sqrt(((found.abundances[order] - h) ** 2).mean())))
    assert errors[0] < 0.75 * errors[1]
    assert several.relative_error < 0.5 * one.relative_error


@pytest.mark.parametrize("method", ["mesma", "emc2", "bundles"])
@pytest.mark.parametrize(("bands", "classes", "pixels"), [(8, 10, 5), (8, 3, 1)])
def test_a_library_may_have_more_classes_than_the_scene_has_bands_or_pixels(
    method: str, bands: int, classes: int, pixels: int
) -> None:
    rng = np.random.default_rng(0)
    w = rng.random((bands, classes)) + 0.1
    names = tuple(f"class {k}" for k in range(classes))
    x = w[:, :3] @ rng.dirichlet(np.ones(3), pixels).T
    found = hsunmix.unmix(x, method, library=Library(w.T, names, classes=names), uncertainty=True)
    assert found.abundances.shape == (classes, pixels)
    assert found.relative_error < 0.01


def test_a_class_that_no_pixel_has_is_the_mean_of_its_spectra() -> None:
    spectra = np.arange(12.0).reshape(3, 4)
    found = Bundles(spectra, np.array([0, 0, 1, 1]), tuple("abcd")).means(np.array([1.0, 3.0, 0.0, 0.0]))
    expected = [0.25 * spectra[:, 0] + 0.75 * spectra[:, 1], spectra[:, 2:].mean(axis=1)]
    np.testing.assert_allclose(found.T, expected)


def test_a_footprint_counts_all_classes_of_a_library() -> None:
    cube = hsunmix.Cube.from_array(np.ones((1000, 100, 4), np.float32))

    def memory(classes: int) -> int:
        names = tuple(map(str, range(classes)))
        library = Library(np.ones((classes, 4)), names, classes=names)
        return of_run(cube, Request(Choice("bundles"), None, libraries=(library,))).memory

    assert memory(400) > memory(4) + 396 * 4 * 100_000  # float32 numbers of each class and pixel
