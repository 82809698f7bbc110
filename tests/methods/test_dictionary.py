"""NMF with a dictionary: the atoms that made the scene, bounds against brute force, the start's error."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, permutations
from pathlib import Path

import numpy as np
import pytest
import scipy.io
from scipy.optimize import nnls

import hsunmix
from hsunmix.errors import InputError, ParameterError
from hsunmix.methods.shared._assignment import Bounds, assign
from hsunmix.model.library import Library
from tests.scenes import mixture

EXTRACTIONS = ("spa", "snpa", "h2nmf", "fgnsr")


def error(x: np.ndarray, w: np.ndarray) -> float:
    """Relative error with exact nonnegative abundances, by SciPy."""
    return float(np.sqrt(sum(nnls(w, pixel)[1] ** 2 for pixel in x.T)) / np.linalg.norm(x))


def library(count: int = 40, bands: int = 24, seed: int = 0, classes: int = 4) -> Library:
    """Smooth spectra of different brightness, with classes that take turns."""
    rng = np.random.default_rng(seed)
    place = np.linspace(0, 1, bands)[:, None]
    values = 0.1 + np.exp(-(((place - rng.random(count)) / rng.uniform(0.05, 0.4, count)) ** 2))
    values *= rng.uniform(0.3, 2, count)
    names = tuple(f"m{k}" for k in range(count))
    return Library(values.T, names, classes=tuple(f"kind {k % classes}" for k in range(count)))


def scene_of(spectra: np.ndarray, pixels: int = 400, noise: float = 0.002, seed: int = 1) -> np.ndarray:
    """Mixtures without a pure pixel."""
    rng = np.random.default_rng(seed)
    h = rng.dirichlet(np.full(spectra.shape[1], 0.6), pixels).T
    h = 0.8 * h + 0.2 / len(h)
    return np.maximum(spectra @ h + noise * rng.standard_normal((len(spectra), pixels)), 0)


@pytest.mark.parametrize("rank", [2, 4, 6])
def test_the_materials_of_a_library_are_found(rank: int) -> None:
    for seed in range(3):
        lib = library(seed=seed)
        true = np.random.default_rng(seed).choice(len(lib), rank, replace=False)
        x = scene_of(lib.spectra[:, true], seed=seed, noise=1e-4)
        found = hsunmix.unmix(x, "dictionary", rank=rank, library=lib)
        assert sorted(found.names) == sorted(lib.names[k] for k in true)
        for name, w in zip(found.names, found.endmembers.T, strict=True):
            np.testing.assert_allclose(w, lib.values[lib.names.index(name)], rtol=1e-6)
        assert found.source_pixels is None


def test_a_small_case_against_all_choices() -> None:
    x = scene_of(library(40, seed=9).spectra[:, [3, 11, 20]], 60, noise=0.05)
    lib = library(12, seed=5)
    best = min(error(x, lib.spectra[:, list(three)]) for three in combinations(range(12), 3))
    found = min(
        hsunmix.unmix(x, "dictionary", rank=3, library=lib, init=init).relative_error
        for init in ("spa", "h2nmf", "random")
    )
    assert found == pytest.approx(best, rel=1e-4)


def test_no_exchange_of_one_atom_lowers_the_error() -> None:
    x = mixture(pixels=120, noise=0.05)
    found = hsunmix.unmix(x, "dictionary", rank=4)
    chosen = found.source_pixels
    assert chosen is not None
    assert len(set(chosen.tolist())) == 4
    assert found.relative_error == pytest.approx(error(x, x[:, chosen]), rel=1e-4)
    for k in range(4):
        for atom in range(120):
            trial = chosen.copy()
            trial[k] = atom
            assert error(x, x[:, trial]) > found.relative_error * (1 - 3e-4)


@pytest.mark.parametrize("init", EXTRACTIONS)
@pytest.mark.parametrize("swaps", [True, False])
def test_never_worse_than_its_start(init: str, swaps: bool) -> None:
    for seed in range(3):
        x = mixture(pixels=700, noise=0.08, seed=seed)
        start = hsunmix.unmix(x, init, rank=5).relative_error
        found = hsunmix.unmix(x, "dictionary", rank=5, init=init, swaps=swaps)
        assert found.relative_error <= start * (1 + 1e-9)
        assert found.source_pixels is not None
        assert len(set(found.source_pixels.tolist())) == 5
        assert (np.diff(found.history[:, 1]) <= 0).all()


@pytest.mark.parametrize(("rank", "wanted"), [(6, 4.25), (8, 3.75)])
def test_urban(shared: Path, rank: int, wanted: float) -> None:
    x = scipy.io.loadmat(shared / "data/urban_77/urban_undersampled4.mat")["M"].astype(np.float32)
    for init in EXTRACTIONS if rank == 6 else ("spa", "h2nmf"):
        start = hsunmix.unmix(x, init, rank=rank).relative_error
        found = hsunmix.unmix(x, "dictionary", rank=rank, init=init)
        assert found.source_pixels is not None
        assert len(set(found.source_pixels.tolist())) == rank
        assert found.relative_error <= start
        assert 100 * found.relative_error <= wanted


def test_bounds_are_kept() -> None:
    lib = library()
    x = scene_of(lib.spectra[:, [0, 4, 8, 12]])  # all of one class
    for bounds, low, high in (
        ("kind 0=0-2", (0, 0, 0, 0), (2, 4, 4, 4)),
        ("kind 0=1, kind 1=1-2, kind 3=0", (1, 1, 0, 0), (1, 2, 4, 0)),
        ("KIND 2 = 2-, kind 0=0-1", (0, 0, 2, 0), (1, 4, 4, 4)),
    ):
        for swaps in (True, False):
            found = hsunmix.unmix(x, "dictionary", rank=4, library=lib, bounds=bounds, swaps=swaps)
            kinds = [int(lib.names.index(name)) % 4 for name in found.names]
            count = np.bincount(kinds, minlength=4)
            assert (count >= low).all()
            assert (count <= high).all()


def test_bounds_of_files(tmp_path: Path) -> None:
    lib = library(20)
    parts = [Library(lib.values[:10], lib.names[:10], path=str(tmp_path / "trees.csv"))]
    parts.append(Library(lib.values[10:], lib.names[10:], path=str(tmp_path / "soils.csv")))
    x = scene_of(lib.spectra[:, [0, 3, 15]])
    found = hsunmix.unmix(x, "dictionary", rank=3, library=parts, bounds="trees=1, soils.csv=2")
    assert sum(lib.names.index(name) < 10 for name in found.names) == 1


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        ("tree", "write it as"),
        ("tree=1--2", "write it as"),
        ("tree=1-2", "no class 'tree'.*known: kind 0"),
        ("kind 0=3-2", "the first number must be the smaller"),
        ("kind 0=11", "has 10 spectra, not 11"),
        ("kind 0=1, KIND 0=2", "the same spectra"),
        ("kind 0=3, kind 1=3", "at least 6 endmembers, and 4"),
        ("kind 0=0, kind 1=0, kind 2=0, kind 3=0-2", "at most 2 endmembers, and 4"),
    ],
)
def test_bounds_that_cannot_be_are_refused_by_name(bounds: str, words: str) -> None:
    lib = library()
    with pytest.raises(ParameterError, match=words) as caught:
        hsunmix.unmix(scene_of(lib.spectra[:, :4]), "dictionary", rank=4, library=lib, bounds=bounds)
    assert caught.value.name == "bounds"


def test_what_does_not_go_together_is_refused() -> None:
    x, lib = mixture(), library(3)
    with pytest.raises(ParameterError, match="pixels have no classes"):
        hsunmix.unmix(x, "dictionary", rank=3, bounds="a=1")
    with pytest.raises(InputError, match=r"at most 3 endmembers|only 3 spectra"):
        hsunmix.unmix(x, "dictionary", rank=4, library=lib)
    aside = hsunmix.unmix(x, "dictionary", rank=3, library=lib, atoms="scene")
    assert "left aside" in aside.note
    assert aside.source_pixels is not None


def test_locked_spectra_stay_and_the_others_are_chosen_beside_them() -> None:
    lib = library()
    own = lib.spectra[:, 7] * 1.7
    x = scene_of(np.column_stack([own, lib.spectra[:, [2, 30]]]), noise=1e-4)
    given = np.column_stack([x[:, 0], own, x[:, 1]])
    found = hsunmix.unmix(x, "dictionary", rank=3, library=lib, init=given, locked=(1,))
    np.testing.assert_array_equal(found.endmembers[:, 1], own)
    assert {found.names[0], found.names[2]} == {"m2", "m30"}
    assert found.names[1] == "Endmember 2"


def brute_force(likeness: np.ndarray, bounds: Bounds) -> float:
    r, n = likeness.shape
    choices = (p for p in permutations(range(n), r) if bounds.hold(np.array(p)))
    return max(sum(likeness[k, p[k]] for k in range(r)) for p in choices)


def test_assignment_against_brute_force() -> None:
    rng = np.random.default_rng(0)
    limits = [
        ([0, 0, 0], [9, 9, 9]),
        ([1, 1, 0], [2, 1, 9]),
        ([0, 2, 0], [0, 3, 1]),
        ([3, 0, 0], [3, 0, 0]),
    ]
    for trial in range(20):
        likeness = rng.random((3, 8)) * rng.choice([1e-6, 1, 1e6])
        low, high = (np.array(one) for one in limits[trial % 4])
        bounds = Bounds(np.r_[0, 1, 2, rng.integers(0, 3, 5)], low, high)
        if np.bincount(bounds.of, minlength=3)[0] < low[0] or np.bincount(bounds.of)[1] < low[1]:
            continue
        chosen = assign(likeness, bounds)
        assert bounds.hold(chosen)
        assert len(set(chosen.tolist())) == 3
        total = likeness[np.arange(3), chosen].sum()
        assert total == pytest.approx(brute_force(likeness, bounds), rel=1e-9)
        free = assign(likeness, Bounds.none(8))
        assert likeness[np.arange(3), free].sum() == pytest.approx(brute_force(likeness, Bounds.none(8)))


def test_masks_and_nodata() -> None:
    x = mixture(pixels=117).T.reshape(9, 13, 24)
    x[2, 3] = np.nan
    mask = np.ones((9, 13), bool)
    mask[:, :2] = False
    cube = replace(hsunmix.Cube.from_array(x), selection=mask)
    found = hsunmix.unmix(cube, "dictionary", rank=4)
    assert np.isnan(found.abundances[:, 2, 3]).all()
    assert np.isnan(found.abundances[:, ~mask]).all()
    assert found.source_pixels is not None
    lines, samples = np.divmod(found.source_pixels, 13)
    assert (samples >= 2).all()
    np.testing.assert_allclose(found.endmembers.T, x[lines, samples], rtol=1e-5)
