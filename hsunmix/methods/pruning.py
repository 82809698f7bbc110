"""Which spectra of a library to keep: those that stand for their class best, or tell the classes apart best.

Every spectrum is taken for a model, with shade, of every other one. Its scores:

- EAR, endmember average RMSE: of its models of its own class (Dennison and Roberts, Remote Sensing of
  Environment 87, 2003). MASA, minimum average spectral angle: the angle instead (Dennison, Halligan and
  Roberts, Remote Sensing of Environment 93, 2004). Low is good. Copies of it don't count.
- CoB, count based endmember selection: how many of its own class it models within the limits, and how many
  of others (Roberts et al., IEEE TGRS 41, 2003). Those that model most come first; what they model counts no
  more for the others. CoBI is the share of its own class by the number of others (Clark 2005).

IES, iterative endmember selection, looks at sets, which classify the library by the model with the lowest
error: one spectrum after the other is added, or taken out, while Cohen's kappa rises (Schaaf et al.,
GIScience & Remote Sensing 48, 2011; Roth, Dennison and Roberts, Remote Sensing of Environment 127, 2012).
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import InputError, ParameterError
from hsunmix.model.angles import cosines
from hsunmix.model.library import Library, classes_of
from hsunmix.model.progress import Step
from hsunmix.model.scales import scale_of

__all__ = ["By", "ModelErrors", "Pruned", "Scores", "model_errors", "pruned", "scores"]

By = Literal["ies", "ear", "masa", "cob"]

SAME = 1e-6  # radians: the angle of a copy
BLOCK = 2_000_000  # numbers that are made between two places to cancel
NOTHING = np.inf  # the error of a model beyond the limits

Array = NDArray[np.float64]
Truth = NDArray[np.bool_]
Places = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class ModelErrors:
    """Every spectrum as a model of every other one; rows are models.

    Attributes
    ----------
    rmse : array, (spectra, spectra)
        Root mean square error, with the fraction cut to its limits.
    angle : array, (spectra, spectra)
        Radians.
    within : array of bool, (spectra, spectra)
        Whether fraction and error are within the limits.
    """

    rmse: Array
    angle: Array
    within: Truth


@dataclass(frozen=True, eq=False)
class Scores:
    """What each spectrum of a library is worth; see the module. All are (spectra,).

    Attributes
    ----------
    ear : array
        NaN for the only one of a class.
    masa : array
        Radians; NaN as ``ear``.
    cob_in, cob_out : array of int64
    cobi : array
        Zero where ``cob_out`` is.
    """

    ear: Array
    masa: Array
    cob_in: Places
    cob_out: Places
    cobi: Array


@dataclass(frozen=True, eq=False)
class Pruned:
    """A library that was pruned.

    Attributes
    ----------
    library : Library
        The spectra that are kept, with their classes.
    kept : array of int64
        Which they are.
    scores : Scores
        Of all spectra.
    errors : ModelErrors
    classes : tuple of str
        Of all spectra.
    kappa : float
        How well the spectra that are kept classify the library.
    """

    library: Library
    kept: Places
    scores: Scores
    errors: ModelErrors
    classes: tuple[str, ...]
    kappa: float


def pruned(
    library: Library, by: By = "ies", each: int = 3, limits: tuple[float, float, float] = (-0.05, 1.05, 0.025)
) -> Generator[Step | None, None, Pruned]:
    """Choose which spectra of a library to keep.

    Parameters
    ----------
    library : Library
    by : str
        ``ies`` chooses a set, and how many; ``ear``, ``masa`` and ``cob`` the best ``each`` of every class.
    each : int
    limits : tuple of 3 float
        On models: the lowest and the highest fraction, and the highest error in reflectance from 0 to 1.

    Raises
    ------
    InputError
        The library has fewer than two spectra, or no band in which all have values.
    """
    if by not in get_args(By):
        raise ParameterError("by", f"{by!r} is not allowed: choose from {', '.join(get_args(By))}")
    if each < 1:
        raise ParameterError("each", f"{each} spectra of each class can't be kept: 1 or more")
    if not limits[0] <= limits[1] or not limits[2] >= 0:
        raise ParameterError("limits", "the highest fraction is below the lowest, or the error below zero")
    if len(library) < 2:
        raise InputError(f"{library.label} has {len(library)} spectrum: there is nothing to choose from")
    there = np.isfinite(library.values).all(axis=0)
    if not there.any():
        raise InputError(
            f"{library.label} has no band in which all spectra have values: leave some spectra out"
        )
    names = classes_of([library])
    of = np.unique(names, return_inverse=True)[1]
    unit = scale_of(library.values)
    errors = yield from model_errors(library.values[:, there].T / unit, limits)
    found = scores(errors, of)
    table = Table(errors, of)
    kept = (yield from table.selected()) if by == "ies" else best(found, of, by, each)
    chosen = replace(library.pick(*map(int, kept)), classes=tuple(names[k] for k in kept))
    return Pruned(chosen, kept, found, errors, names, table.kappa_of(kept))


def model_errors(
    spectra: Array, limits: tuple[float, float, float]
) -> Generator[Step | None, None, ModelErrors]:
    """Model every spectrum by every other one and shade; spectra are (bands, n), limits as of ``pruned``."""
    bands, n = spectra.shape
    low, high, most = limits
    g = spectra.T @ spectra
    power = np.diag(g).copy()
    f = g / np.where(power > 0, power, 1)[:, None]
    np.fill_diagonal(f, np.clip(1.0, low, high))  # each is its own model, whatever the limits
    cut = np.clip(f, low, high)
    within = cut == f
    rmse = np.empty((n, n))
    rows = max(1, BLOCK // (bands * n))
    for first in range(0, n, rows):
        some = slice(first, first + rows)
        left = spectra[:, None] - spectra[:, some, None] * cut[None, some]
        rmse[some] = np.sqrt((left**2).mean(axis=0))
        yield Step(first / n, message="Modelling every spectrum by every other one")
    np.fill_diagonal(rmse, 0.0)
    angle = np.arccos(np.clip(cosines(spectra, spectra), -1, 1))
    np.fill_diagonal(angle, 0.0)
    return ModelErrors(rmse, angle, within & (rmse <= most))


def scores(errors: ModelErrors, of: Places) -> Scores:
    """Score all spectra; ``of`` is the class of each, from 0."""
    n = len(of)
    ear, masa = np.full(n, np.nan), np.full(n, np.nan)
    inside, outside = np.zeros(n, np.int64), np.zeros(n, np.int64)
    fits = errors.within.copy()
    np.fill_diagonal(fits, False)
    for k in range(of.max() + 1):
        own, others = np.flatnonzero(of == k), np.flatnonzero(of != k)
        angle = errors.angle[np.ix_(own, own)]
        count = (angle > SAME).sum(axis=1)
        known = count > 0
        ear[own[known]] = errors.rmse[np.ix_(own, own)].sum(axis=1)[known] / count[known]
        masa[own[known]] = angle.sum(axis=1)[known] / count[known]
        for some, number in _rounds(fits[np.ix_(own, own)]):
            inside[own[some]] = number
            outside[own[some]] = fits[np.ix_(own[some], others)].sum(axis=1)
    share = inside / np.bincount(of)[of]
    return Scores(ear, masa, inside, outside, np.divide(share, outside, np.zeros(n), where=outside > 0))


def _rounds(fits: Truth) -> Generator[tuple[NDArray[np.intp], int], None, None]:
    """Yield, round by round, the spectra of a class that model most of what is left, and how many that is."""
    left, fits = np.ones(len(fits), bool), fits.copy()
    while left.any():
        count = fits.sum(axis=1)
        most = int(count.max())
        some = np.flatnonzero(count == most) if most else np.flatnonzero(left)
        yield some, most
        gone = np.union1d(some, np.flatnonzero(fits[some].any(axis=0)))
        fits[gone], fits[:, gone], left[gone] = False, False, False


def best(found: Scores, of: Places, by: str, each: int) -> Places:
    """Return the best spectra of each class by a score, in the library's order; equal ones by EAR."""
    first = {"ear": found.ear, "masa": found.masa, "cob": -found.cob_in.astype(np.float64)}[by]
    kept: list[int] = []
    for k in range(of.max() + 1):
        own = np.flatnonzero(of == k)
        kept += own[np.lexsort((np.nan_to_num(found.ear[own]), np.nan_to_num(first[own])))][:each].tolist()
    return np.array(sorted(kept), np.int64)


class Table:
    """How sets of spectra classify the library: each spectrum by the model with the lowest error.

    Parameters
    ----------
    errors : ModelErrors
    of : array of int64, (spectra,)
    """

    def __init__(self, errors: ModelErrors, of: Places) -> None:
        self.of, self.classes = of, int(of.max()) + 1
        self.rmse = np.where(errors.within, errors.rmse, NOTHING)
        self.sizes = np.bincount(of, minlength=self.classes + 1).astype(np.float64)  # the last: none fits
        self.own = np.eye(self.classes + 1)[of]

    def classified(self, chosen: Places) -> tuple[Places, Array]:
        """Return the class of each spectrum by a set of models, and the error of its model."""
        rmse = self.rmse[chosen]
        best = rmse.argmin(axis=0)
        lowest = rmse[best, np.arange(len(self.of))]
        return np.where(np.isfinite(lowest), self.of[chosen][best], self.classes), lowest

    def kappa(self, right: Array, sizes: Array) -> Array:
        """Cohen's kappa, of how many spectra are right, (…,), and put into each class, (…, classes + 1)."""
        n = len(self.of)
        chance = sizes @ self.sizes / n**2
        return np.asarray((right / n - chance) / np.where(chance < 1, 1 - chance, 1))

    def kappa_of(self, chosen: Places) -> float:
        """Cohen's kappa of a set."""
        found, _ = self.classified(chosen)
        sizes = np.bincount(found, minlength=self.classes + 1).astype(np.float64)
        return float(self.kappa(np.asarray((found == self.of).sum()), sizes))

    def selected(self) -> Generator[Step | None, None, Places]:
        """Add to a set and take out of it while kappa rises."""
        alone = np.array([self.kappa_of(np.array([k])) for k in range(len(self.of))])
        chosen, kappa, moved = np.array([int(alone.argmax())]), float(alone.max()), True
        while moved:
            moved = False
            gains = self._with_one_more(chosen)
            if gains.max() > kappa:
                chosen = np.sort(np.append(chosen, gains.argmax()))
                kappa, moved = float(gains.max()), True
            yield Step(message=f"{len(chosen)} spectra, kappa {kappa:.3f}")
            left = np.full(len(chosen), -NOTHING)
            for k in range(len(chosen) if len(chosen) > 1 else 0):
                left[k] = self.kappa_of(np.delete(chosen, k))
                yield None
            if left.max() > kappa:
                chosen, kappa, moved = np.delete(chosen, left.argmax()), float(left.max()), True
        return chosen

    def _with_one_more(self, chosen: Places) -> Array:
        """Kappa of the set with each other spectrum; below all where it is in the set."""
        found, lowest = self.classified(chosen)
        takes = (self.rmse < lowest).astype(np.float64)  # what each would classify instead
        now = np.eye(self.classes + 1)[found]
        moved = takes @ now
        sizes = now.sum(axis=0) - moved
        sizes[np.arange(len(self.of)), self.of] += moved.sum(axis=1)
        right = (found == self.of).astype(np.float64)
        right_after = right.sum() - takes @ right + (takes @ self.own)[np.arange(len(self.of)), self.of]
        gains = self.kappa(right_after, sizes)
        gains[chosen] = -NOTHING
        return gains
