"""Monte Carlo of a library: as the procedure written plainly with the same draws, on a scene of EMIT too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.optimize import nnls

import hsunmix
from hsunmix.methods.factorization.emc2 import draw
from hsunmix.model.library import Library, classes_of
from tests.scenes import library_of_classes


def plainly(x: np.ndarray, w: np.ndarray, of: np.ndarray, sets: np.ndarray) -> tuple[np.ndarray, ...]:
    """Mean and deviation of the fractions, (classes, pixels), and the root mean square residual."""
    r = of.max() + 1
    shares, squares = np.zeros((len(sets), r, x.shape[1])), np.zeros((len(sets), x.shape[1]))
    for k, chosen in enumerate(sets):
        a = w[:, chosen] / np.sqrt((w[:, chosen] ** 2).mean(axis=0))
        for t, pixel in enumerate(x.T):
            found, rest = nnls(a, pixel, maxiter=1000)
            shares[k, :, t] = np.bincount(of[chosen], found / found.sum(), r)
            squares[k, t] = rest**2
    return shares.mean(axis=0), shares.std(axis=0, ddof=1), np.sqrt(squares.mean(axis=0) / len(x))


def compare(found: hsunmix.Unmixing, expected: tuple[np.ndarray, ...], used: np.ndarray) -> None:
    mean, sd, rmse = (one.reshape(*one.shape[:-1], *found.rmse.shape) for one in expected)
    np.testing.assert_allclose(found.abundances, mean, atol=1e-5)
    np.testing.assert_allclose(found["abundance_sd"], sd, atol=1e-5)
    np.testing.assert_allclose(found.rmse, rmse, rtol=1e-4)
    np.testing.assert_allclose(found.abundances.sum(axis=0), 1, atol=1e-5)
    assert np.isfinite(found.endmembers[used]).all()


def test_as_the_procedure_says() -> None:
    library = library_of_classes(("plant", "straw", "soil"), 6)
    rng = np.random.default_rng(3)
    x = (library.spectra @ rng.dirichlet(np.full(18, 0.2), 70).T * rng.uniform(0.4, 1, 70)).astype(np.float32)
    found = hsunmix.unmix(x, "emc2", library=library, draws=7, spectra=8, seed=5)
    of = np.repeat([0, 1, 2], 6)
    compare(found, plainly(x, library.spectra, of, draw(of, 8, 7, 5)), found.used_bands)
    assert tuple(e.name for e in found.as_endmembers()) == ("plant", "straw", "soil")
    assert found["abundance_sd"].max() > 0.01


def test_on_a_scene_of_emit(shared: Path) -> None:
    cube = hsunmix.open_cube(shared / "data/emit/emit20250324t221005_jpl_unmix_ex.hdr")
    library = hsunmix.open_library(shared / "data/emit/basic_endmember_library.csv")
    found = hsunmix.unmix(cube, "emc2", library=library, draws=20, spectra=4)
    here = library.on(cube).usable(cube)
    used, classes = found.used_bands, classes_of([here])
    of = np.array([list(dict.fromkeys(classes)).index(c) for c in classes])
    x = cube.read(0, cube.lines).reshape(-1, cube.bands).T[used].astype(np.float64)
    compare(found, plainly(x, here.spectra[used], of, draw(of, 4, 20, 0)), used)


def test_draws_are_even_over_classes_as_far_as_they_reach() -> None:
    of = np.array([0] * 10 + [1] * 2 + [2] * 4)
    for chosen in draw(of, 9, 50, 1):
        assert len(set(chosen.tolist())) == 9
        assert sorted(np.bincount(of[chosen]).tolist()) in ([2, 3, 4],)
        assert np.bincount(of[chosen])[1] == 2
    counts = np.bincount(draw(of, 3, 4000, 2).ravel(), minlength=16)
    np.testing.assert_allclose(counts[:10], 400, atol=80)
    assert draw(of, 99, 2, 0).shape == (2, 16)


def test_each_class_has_one_and_any_may_have_one_more() -> None:
    """Classes are equal: none is left out or behind for its number."""
    many = np.arange(40)
    assert draw(many, 30, 3, 0).shape == (3, 40)
    assert (np.sort(draw(many, 30, 3, 0), axis=1) == many).all()
    of = np.repeat(np.arange(5), 4)
    counts = np.stack([np.bincount(of[chosen]) for chosen in draw(of, 7, 500, 3)])
    assert (counts.min(axis=1) == 1).all()
    assert (counts.sum(axis=1) == 7).all()
    np.testing.assert_allclose(counts.mean(axis=0), 7 / 5, atol=0.1)


def test_a_class_of_a_high_number_is_found() -> None:
    w = np.random.default_rng(0).random((60, 40)) + 0.1
    names = tuple(f"c{k:02}" for k in range(40))
    found = hsunmix.unmix(w[:, [35]] * np.full(50, 0.8), "emc2", library=Library(w.T, names, classes=names))
    np.testing.assert_allclose(found.abundances[35], 1, atol=1e-3)


def test_a_draw_of_all_spectra_says_that_it_knows_no_spread() -> None:
    library: Library = library_of_classes(("a", "b"), 3)
    x = library.spectra[:, [0, 4]] @ np.random.default_rng(0).random((2, 40))
    found = hsunmix.unmix(x, "emc2", library=library)
    assert "nothing is known of the spread" in found.note
    np.testing.assert_allclose(found["abundance_sd"], 0, atol=1e-6)
