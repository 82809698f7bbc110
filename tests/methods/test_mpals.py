"""PARAFAC with a dictionary: the atoms that made the stack, each once, whatever else is in the library."""

from __future__ import annotations

import numpy as np
import pytest

import hsunmix
from hsunmix.errors import InputError
from hsunmix.model.library import Library
from tests.methods.test_parafac import folded

CUBES, BANDS = 5, 30


def atoms(count: int, seed: int = 0) -> np.ndarray:
    """Smooth spectra, (bands, count)."""
    rng = np.random.default_rng(seed)
    place = np.linspace(0, 1, BANDS)[:, None]
    return 0.1 + np.exp(-(((place - rng.random(count)) / rng.uniform(0.05, 0.4, count)) ** 2))


def library(d: np.ndarray) -> Library:
    return Library(np.tile(d, (CUBES, 1)).T, tuple(f"atom {k}" for k in range(d.shape[1])))


def stack(spectra: np.ndarray, noise: float, seed: int = 0) -> hsunmix.Cube:
    return hsunmix.Cube.stack(dates(spectra, noise, seed))


def dates(spectra: np.ndarray, noise: float, seed: int = 0, pixels: int = 120) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    r = spectra.shape[1]
    amounts, maps = rng.uniform(0.2, 1, (CUBES, r)), rng.dirichlet(np.ones(r), pixels).T
    t = np.einsum("bk,nk,kp->nbp", spectra, amounts, maps)
    return list(np.abs(t + noise * rng.standard_normal(t.shape)))


@pytest.mark.parametrize("seed", range(4))
def test_it_finds_the_atoms_and_names_them(seed: int) -> None:
    d = atoms(40, seed)
    chosen = np.random.default_rng(seed).choice(40, 4, replace=False)
    result = hsunmix.unmix(stack(d[:, chosen], 0.01, seed), "mpals", rank=4, library=library(d))
    assert {member.name for member in result.as_endmembers()} == {f"atom {k}" for k in chosen}
    spectra, _ = folded(result, CUBES)
    for k, member in enumerate(result.as_endmembers()):
        atom = d[:, int(member.name.split()[1])]
        np.testing.assert_allclose(spectra[:, k], atom / np.linalg.norm(atom), atol=1e-6)
    assert (np.diff(result.history[:, 1]) <= 0).all()


def test_no_atom_comes_twice_though_one_explains_all() -> None:
    d = atoms(6)
    result = hsunmix.unmix(stack(d[:, :1], 0.005), "mpals", rank=3, library=library(d))
    assert len({member.name for member in result.as_endmembers()}) == 3


def test_the_choice_is_as_good_as_the_best_of_all() -> None:
    """All pairs of eight atoms, each with parafac from there and the spectra locked by a tiny library."""
    d = atoms(8, 3)
    t = stack(d[:, [2, 5]], 0.05, 3)
    whole = hsunmix.unmix(t, "mpals", rank=2, library=library(d)).relative_error
    pairs = [(i, j) for i in range(8) for j in range(i)]
    options = {"raising": 2, "max_iterations": 60}
    few = (hsunmix.unmix(t, "mpals", rank=2, library=library(d[:, pair]), **options) for pair in pairs)
    best = min(result.relative_error for result in few)
    assert whole <= best * 1.0001


def test_without_a_library_atoms_are_pixels() -> None:
    d = atoms(3)
    t = dates(d, 0.0, pixels=200)
    for one, amounts in zip(t, np.random.default_rng(0).uniform(0.2, 1, (CUBES, 3)), strict=True):
        one[:, :3] = d * amounts  # pure pixels
    result = hsunmix.unmix(hsunmix.Cube.stack(t), "mpals", rank=3)
    assert result.relative_error < 1e-3
    unit = d / np.linalg.norm(d, axis=0)
    assert ((unit.T @ folded(result, CUBES)[0]).max(axis=1) > 0.99999).all()


def test_locked_spectra_need_be_no_atoms() -> None:
    d = atoms(20)
    t = stack(d[:, :3], 0.01)
    mine = np.tile(atoms(1, 9), (CUBES, 1))
    result = hsunmix.unmix(t, "mpals", rank=3, init=mine, locked=[0], library=library(d))
    np.testing.assert_allclose(result.endmembers[:, 0], mine[:, 0])
    assert all(member.name.startswith("atom") for member in result.as_endmembers()[1:])


def test_too_few_atoms_are_refused() -> None:
    d = atoms(2)
    with pytest.raises(InputError, match="only 2 spectra"):
        hsunmix.unmix(stack(d, 0.01), "mpals", rank=3, library=library(d))
