"""Which atom of a dictionary stands for which endmember: no atom twice, so many of each class."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import InputError, ParameterError
from hsunmix.model.library import Library

__all__ = ["Bounds", "assign"]

Array = NDArray[np.float64]
Places = NDArray[np.int64]

NO_LIMIT = 2**31
PART = re.compile(r"\s*(.+?)\s*=\s*(\d{1,6})\s*(?:(-)\s*(\d{1,6})?)?\s*")


@dataclass(frozen=True, eq=False)
class Bounds:
    """How many atoms of each class may be chosen.

    Attributes
    ----------
    of : array of int64, (atoms,)
        The class of each atom; the last one is that of atoms without bounds.
    low, high : array of int64, (classes,)
    """

    of: Places
    low: Places = field(default_factory=lambda: np.zeros(1, np.int64))
    high: Places = field(default_factory=lambda: np.full(1, NO_LIMIT))

    @classmethod
    def none(cls, atoms: int) -> Bounds:
        """No bounds."""
        return cls(np.zeros(atoms, np.int64))

    @classmethod
    def read(cls, text: str, library: Library) -> Bounds:
        """Read ``tree=1-2, soil=0-1``: a class of the library, or one of its files, and how many of it.

        ``tree=2`` is exactly two, ``tree=1-`` one or more.

        Raises
        ------
        ParameterError
            It is written otherwise, there is no such class, or the class has too few spectra.
        """
        if not text.strip():
            return cls.none(len(library))
        parts = [_part(one) for one in text.split(",")]
        of = np.full(len(library), len(parts))
        for k, (name, low, high) in enumerate(parts):
            members = _members(library, name)
            if low > high:
                raise ParameterError("bounds", f"{name}={low}-{high}: the first number must be the smaller")
            if (taken := of[members] < len(parts)).any():
                other = parts[of[members[taken][0]]][0]
                raise ParameterError("bounds", f"{other!r} and {name!r} hold the same spectra: name one")
            if low > len(members):
                raise ParameterError("bounds", f"{name!r} has {len(members)} spectra, not {low}")
            of[members] = k
        return cls(of, np.array([*(p[1] for p in parts), 0]), np.array([*(p[2] for p in parts), NO_LIMIT]))

    def check(self, count: int) -> None:
        """Refuse bounds within which so many atoms can't be chosen.

        Raises
        ------
        ParameterError
        """
        there = np.bincount(self.of, minlength=len(self.low))
        most = int(np.minimum(there, self.high).sum())
        if not self.low.sum() <= count <= most:
            what = f"at least {self.low.sum()}" if count < self.low.sum() else f"at most {most}"
            raise ParameterError("bounds", f"they ask for {what} endmembers, and {count} are to be chosen")

    def hold(self, chosen: NDArray[np.integer]) -> bool:
        """Whether a choice is within the bounds."""
        count = np.bincount(self.of[chosen], minlength=len(self.low))
        return bool(((self.low <= count) & (count <= self.high)).all())


def _part(text: str) -> tuple[str, int, int]:
    found = PART.fullmatch(text)
    if not found:
        raise ParameterError("bounds", f"{text.strip()!r} is not allowed: write it as tree=1-2, soil=0-1")
    name, low, dash, high = found.groups()
    return name, int(low), int(high) if high else NO_LIMIT if dash else int(low)


def _members(library: Library, name: str) -> Places:
    """Return the places of a class, or of a file's spectra."""
    wanted = name.casefold()
    classes = [k for k, one in enumerate(library.classes) if one.casefold() == wanted]
    labels = library.origins or (library.label,) * len(library)
    files = [k for k, one in enumerate(labels) if wanted in (one.casefold(), Path(one).stem.casefold())]
    if not (classes or files):
        known = dict.fromkeys([*filter(None, library.classes), *labels])
        raise ParameterError(
            "bounds", f"the library has no class {name!r} (known: {', '.join(list(known)[:20])})"
        )
    return np.array(classes or files)


def assign(likeness: Array, bounds: Bounds, taken: Sequence[int] = ()) -> Places:
    """Choose an atom for every endmember so that the sum of likeness is largest.

    Parameters
    ----------
    likeness : array, (r, atoms)
    bounds : Bounds
    taken : sequence of int
        Atoms that can't be chosen.

    Returns
    -------
    array of int64, (r,)
        No atom twice.

    Raises
    ------
    InputError
        There are too few atoms.
    """
    from scipy.optimize import linear_sum_assignment

    r = len(likeness)
    open_to = np.setdiff1d(np.arange(likeness.shape[1]), taken)
    if len(open_to) < r:
        raise InputError(f"{r} endmembers asked for, but only {len(open_to)} spectra to choose from")
    # The others of an endmember take at most r − 1 of those it likes best, so the best r of a class will do.
    groups = [open_to[bounds.of[open_to] == kind] for kind in range(len(bounds.low))]
    some = np.unique(np.concatenate([_best(likeness, group, r) for group in groups]))
    if len(bounds.low) == 1:
        return np.asarray(some[linear_sum_assignment(-likeness[:, some])[1]])
    return np.asarray(some[_within(likeness[:, some], bounds.of[some], bounds)])


def _best(likeness: Array, group: Places, r: int) -> Places:
    if len(group) <= r:
        return group
    return np.unique(group[np.argpartition(-likeness[:, group], r - 1, axis=1)[:, :r]])


def _within(likeness: Array, of: Places, bounds: Bounds) -> NDArray[np.intp]:
    """Solve the assignment with bounds: a flow, so the linear program's vertices are whole numbers."""
    from scipy.optimize import Bounds as Box
    from scipy.optimize import LinearConstraint, milp
    from scipy.sparse import kron, vstack

    r, n = likeness.shape
    one_each = kron(np.eye(r), np.ones(n))
    once = kron(np.ones(r), np.eye(n))
    classes = kron(np.ones(r), of == np.arange(len(bounds.low))[:, None])
    low = np.r_[np.ones(r), np.zeros(n), bounds.low]
    high = np.r_[np.ones(r + n), np.minimum(bounds.high, r)]
    rows = LinearConstraint(vstack([one_each, once, classes]), low, high)
    worth = likeness / (np.abs(likeness).max() or 1.0)
    found = milp(-worth.ravel(), integrality=np.ones(r * n), bounds=Box(0, 1), constraints=rows)
    if found.x is None:
        raise InputError("no choice of spectra is within the bounds that were given")
    return np.asarray(found.x.reshape(r, n).argmax(axis=1))
