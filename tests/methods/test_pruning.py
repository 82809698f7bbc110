"""Which spectra of a library to keep: by brute force, and as the published programs."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

import hsunmix
from hsunmix.errors import InputError
from hsunmix.methods.pruning import Table, pruned
from hsunmix.model.library import Library
from hsunmix.model.progress import finish
from tests.scenes import library_of_classes

LIMITS = (-0.05, 1.05, 0.025)


def library(each: int = 7, seed: int = 0) -> Library:
    """Classes that overlap, and a spectrum that is there twice."""
    one = library_of_classes(("plant", "straw", "soil"), each, seed=seed)
    values = one.values.copy()
    values[each] = 0.3 * values[0] + 0.7 * values[each + 1]
    values[1] = values[0]
    return replace(one, values=values)


def plainly(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Errors of each spectrum, rows, as model of each other one, and whether it is within the limits."""
    n = len(values)
    rmse, within = np.zeros((n, n)), np.ones((n, n), bool)
    for i, j in product(range(n), repeat=2):
        if i != j:
            f = values[i] @ values[j] / (values[i] @ values[i])
            cut = min(max(f, LIMITS[0]), LIMITS[1])
            rmse[i, j] = np.sqrt(((values[j] - cut * values[i]) ** 2).mean())
            within[i, j] = cut == f and rmse[i, j] <= LIMITS[2]
    return rmse, within


def kappa(chosen: list[int], of: np.ndarray, rmse: np.ndarray, within: np.ndarray) -> float:
    """Cohen's kappa from the confusion matrix of a set."""
    n, classes = len(of), of.max() + 1
    confusion = np.zeros((classes + 1, classes + 1))
    for j in range(n):
        able = [i for i in chosen if within[i, j]]
        found = of[min(able, key=lambda i: rmse[i, j])] if able else classes
        confusion[of[j], found] += 1
    chance = (confusion.sum(axis=0) * confusion.sum(axis=1)).sum() / n**2
    return float((np.trace(confusion) / n - chance) / (1 - chance))


def test_scores_by_brute_force() -> None:
    given = library()
    found = hsunmix.prune(given)
    rmse, within = plainly(given.values)
    np.testing.assert_allclose(found.errors.rmse, rmse, atol=1e-12)
    np.testing.assert_array_equal(found.errors.within, within)
    unit = given.values / np.linalg.norm(given.values, axis=1)[:, None]
    angle = np.arccos(np.clip(unit @ unit.T, -1, 1))
    for i, name in enumerate(given.classes):
        others = [j for j in range(21) if given.classes[j] == name and angle[i, j] > 1e-6 and i != j]
        assert found.scores.ear[i] == pytest.approx(rmse[i, others].mean())
        assert found.scores.masa[i] == pytest.approx(angle[i, others].mean())
    assert found.scores.cob_in.max() > 1
    k = int(found.scores.cob_in[:7].argmax())  # the first round takes nothing away
    assert found.scores.cob_in[k] == within[k, :7].sum() - 1
    assert found.scores.cob_out[k] == within[k, 7:].sum()


@pytest.mark.parametrize("limits", [(0.01, 1.05, 0.025), (-0.05, 0.9, 0.025)])
def test_each_spectrum_is_its_own_model_whatever_the_limits(limits: tuple[float, float, float]) -> None:
    rng = np.random.default_rng(0)
    base = 0.1 + 0.5 * rng.random((4, 50))
    values = np.repeat(base, 6, axis=0) * (1 + 0.03 * rng.standard_normal((24, 50)))
    names = tuple(f"{name} {k}" for name in "abcd" for k in range(6))
    several = Library(values, names, classes=tuple(name[0] for name in names))
    assert finish(pruned(several, limits=limits)).errors.within.diagonal().all()
    alone = several.pick(0, 6, 12, 18)
    found = finish(pruned(alone, limits=limits))
    np.testing.assert_array_equal(found.kept, range(4))
    assert found.kappa == 1


@pytest.mark.parametrize("seed", range(4))
def test_ies_by_brute_force(seed: int) -> None:
    """No spectrum more, and none less, makes kappa higher; and kappa is that of the confusion matrix."""
    given = library(seed=seed)
    found = hsunmix.prune(given)
    of = np.unique(given.classes, return_inverse=True)[1]
    rmse, within = plainly(given.values)
    chosen = found.kept.tolist()
    best = kappa(chosen, of, rmse, within)
    assert found.kappa == pytest.approx(best)
    assert found.library.names == tuple(given.names[k] for k in chosen)
    assert found.library.classes == tuple(given.classes[k] for k in chosen)
    for k in range(len(of)):
        other = [i for i in chosen if i != k] if k in chosen else sorted([*chosen, k])
        assert not other or kappa(other, of, rmse, within) <= best + 1e-12
    table = Table(found.errors, of)
    gains = table._with_one_more(found.kept[:2])
    for k in set(range(len(of))) - set(chosen[:2]):
        assert gains[k] == pytest.approx(kappa([*chosen[:2], k], of, rmse, within))


def test_as_the_published_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    ear_masa_cob = pytest.importorskip("spectral_libraries.core.ear_masa_cob", reason="not installed")
    ies = pytest.importorskip("spectral_libraries.core.ies", reason="not installed")
    for old, new in {"bool": np.bool_, "in1d": np.isin}.items():  # names of an earlier NumPy
        monkeypatch.setattr(np, old, new, raising=False)
    for seed in range(5):
        given = library_of_classes(("plant", "soil", "straw"), 15, seed=seed)
        found = hsunmix.prune(given)
        of = np.unique(given.classes, return_inverse=True)[1]
        values = given.spectra.astype(np.float32)
        ear, masa, inside, outside, ratio = ear_masa_cob.EarMasaCob.execute(values, np.array(given.classes))
        np.testing.assert_allclose(found.scores.ear, ear, rtol=1e-4)
        np.testing.assert_allclose(found.scores.masa, masa, rtol=1e-4)
        np.testing.assert_array_equal(found.scores.cob_in, inside)
        np.testing.assert_array_equal(found.scores.cob_out, outside)
        np.testing.assert_allclose(found.scores.cobi, ratio)
        np.testing.assert_array_equal(found.kept, ies.Ies().execute(values, of, set_progress=lambda _k: None))


@pytest.mark.parametrize("by", ["ear", "masa", "cob"])
def test_the_best_of_each_class(by: str) -> None:
    given = library()
    found = hsunmix.prune(given, by, each=2)  # type: ignore[arg-type]
    assert [given.classes[k] for k in found.kept] == ["plant"] * 2 + ["straw"] * 2 + ["soil"] * 2
    score = {"ear": found.scores.ear, "masa": found.scores.masa, "cob": -found.scores.cob_in}[by]
    for first in (0, 7, 14):
        own = [k for k in found.kept if first <= k < first + 7]
        assert score[own].max() <= np.delete(score[first : first + 7], np.array(own) - first).min()


def test_units_make_no_difference_and_gaps_are_left_out() -> None:
    given = library()
    one = hsunmix.prune(given)
    other = hsunmix.prune(replace(given, values=given.values * 1e4))
    np.testing.assert_array_equal(one.kept, other.kept)
    np.testing.assert_allclose(one.scores.ear, other.scores.ear)
    values = np.column_stack([given.values, np.full((21, 2), np.nan)])
    np.testing.assert_array_equal(hsunmix.prune(replace(given, values=values)).kept, one.kept)


def test_what_makes_no_sense_is_refused() -> None:
    given = library()
    with pytest.raises(InputError, match="nothing to choose from"):
        hsunmix.prune(given.pick(0))
    with pytest.raises(InputError, match="no band"):
        hsunmix.prune(replace(given, values=np.full((21, 40), np.nan)))
    with pytest.raises(InputError, match="by"):
        hsunmix.prune(given, "size")  # type: ignore[arg-type]
    alone = replace(given, classes=tuple(f"c{k}" for k in range(21)))
    assert np.isnan(hsunmix.prune(alone).scores.ear).all()
