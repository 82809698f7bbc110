"""Locked endmembers take the places of those found that are most like them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import InputError
from hsunmix.methods import Factorization, Method, Problem
from hsunmix.methods.shared._maps import without_abundances
from hsunmix.model.angles import cosines

__all__ = ["in_their_columns", "replace_most_similar", "with_locked"]

Array = NDArray[np.float64]


def replace_most_similar(found: Array, locked: Array) -> tuple[Array, tuple[int, ...]]:
    """Replace, for every locked spectrum, the one found at the smallest spectral angle.

    Parameters
    ----------
    found : array, (bands, r)
    locked : array, (bands, k)
        Both NaN in bands that are not used.

    Returns
    -------
    spectra : array, (bands, r)
    columns : tuple of int
        Where each locked one is now.

    Raises
    ------
    InputError
        There are more locked ones than places.
    """
    r, k = found.shape[1], locked.shape[1]
    if k > r:
        raise InputError(f"{k} endmembers are locked, but only {r} asked for: raise the number or unlock")
    likeness = cosines(np.nan_to_num(found), np.nan_to_num(locked))
    spectra, columns = found.copy(), [-1] * k
    for _ in range(k):
        row, column = np.unravel_index(int(np.argmax(likeness)), likeness.shape)
        spectra[:, row] = locked[:, column]
        columns[int(column)] = int(row)
        likeness[row, :] = -2
        likeness[:, column] = -2
    return spectra, tuple(columns)


def with_locked(result: Factorization, problem: Problem, method: Method) -> Factorization:
    """Return a result in which locked spectra are as they were given, bit for bit, in their columns.

    Methods that keep them may have scaled them to and fro. Where a method knows nothing of them, they take
    the places of those most like them, and the result has no abundances any more (``abundance`` says
    by which method they are to be found), nor maps that belong to these, or to endmembers as they were.
    """
    if not problem.locked or problem.start is None:
        return result
    if method.traits.keeps_locked:
        w = result.endmembers.copy()
        kept = [k for k in problem.locked if k < w.shape[1]]
        w[:, kept] = problem.start[:, kept]
        return replace(result, endmembers=w)
    w, columns, said = in_their_columns(result.endmembers, result.columns, problem)
    maps, went = without_abundances(result.maps, result.endmembers.shape[1])
    if result.abundances is not None:
        said = f"{said} Abundances of all are by {(result.abundance or 'nnls').upper()}."
    return replace(
        result,
        endmembers=w,
        columns=columns,
        abundances=None,
        rest=None,
        abundance=result.abundance or "nnls",
        abundance_note="",
        note=" ".join(filter(None, [said, result.note, went])),
        maps=maps,
        names=_names_of(result, w),
    )


def _names_of(result: Factorization, w: Array) -> tuple[str, ...]:
    """Return the names of a library's spectra where they are now."""
    if not result.names:
        return ()
    places = [np.flatnonzero((result.endmembers == column[:, None]).all(axis=0)) for column in w.T]
    return tuple(result.names[int(at[0])] if len(at) else "" for at in places)


def in_their_columns(
    found: Array, pixels: NDArray[np.int64] | None, problem: Problem
) -> tuple[Array, NDArray[np.int64], str]:
    """Put the locked spectra of a start among found ones; return them, their pixels and what was done."""
    assert problem.start is not None
    locked = list(problem.locked)
    spectra, places = replace_most_similar(found, problem.start[:, locked])
    if locked[-1] >= found.shape[1]:
        raise InputError(
            f"endmember {locked[-1]} is locked, but only {found.shape[1]} could be found, from 0 on"
        )
    order = np.full(found.shape[1], -1, dtype=np.intp)
    order[locked] = places
    order[order < 0] = np.setdiff1d(np.arange(found.shape[1]), places)
    pixels = np.full(found.shape[1], -1, np.int64) if pixels is None else pixels.copy()
    pixels[list(places)] = -1
    one = len(locked) == 1
    took = "endmember took the place of the one" if one else "endmembers took the places of those"
    return (
        spectra[:, order],
        pixels[order],
        f"{len(locked)} locked {took} most like {'it' if one else 'them'}.",
    )
