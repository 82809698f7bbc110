"""Other endmembers in a document: the abundances are carried over until they are solved again.

An edit shows at once, so between the edit and the end of the solve a document holds abundances
that are a guess: those of the endmembers that stay, sums where two were merged, zero for a new one.
Such a result says that it is ``provisional``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import count

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import InputError
from hsunmix.model.cube import Cube
from hsunmix.model.maps import usual_maps
from hsunmix.model.spectra import Endmember
from hsunmix.model.unmixing import Unmixing
from hsunmix.session.document import Document

__all__ = ["check_values", "free_name", "places", "reordered", "same_spectra", "unsolved", "with_members"]


def with_members(
    document: Document,
    members: Sequence[Endmember],
    rows: Sequence[tuple[int, ...]],
    abundance: str,
    shown: int | None = None,
) -> Document:
    """Return the document with other endmembers and a provisional result.

    Parameters
    ----------
    document : Document
        With a cube.
    members : sequence of Endmember
        At least one.
    rows : sequence of tuple of int
        For each of them the old endmembers whose abundances it takes over.
    abundance : str
        The abundance method that will solve for them.
    shown : int, optional
        The endmember that the view shows then.

    Raises
    ------
    InputError
        One of them has no value in a band that is used, so that nothing can solve for them.
    """
    if document.cube is not None:
        check_values(members, document.cube)
    index = document.view.endmember if shown is None else shown
    view = replace(document.view, endmember=min(max(index, 0), len(members) - 1))
    old = document.unmixing
    if old is None:
        return replace(document, endmembers=tuple(members), view=view)
    first = old.abundances[:1]
    taken = np.empty((len(members), *first.shape[1:]), dtype=np.float32)
    for k, sources in enumerate(rows):
        if len(sources) == 1:
            taken[k] = old.abundances[sources[0]]
        else:
            taken[k] = np.where(np.isfinite(first[0]), np.float32(0), np.float32(np.nan))
            for source in sources:
                taken[k] += old.abundances[source]
    new = Unmixing(
        endmembers=_used(members, old.used_bands),
        maps=usual_maps(taken, old.rmse) | {"rmse": old.maps["rmse"]},
        relative_error=old.relative_error,
        history=np.zeros((0, 2)),
        source_pixels=places(members, taken.shape[1:]),
        converged=None,
        used_bands=old.used_bands,
        method=abundance,
        abundance=abundance,
        provisional=True,
        data=old.data,
    )
    return replace(document, endmembers=tuple(members), unmixing=new, view=view)


def reordered(document: Document, order: Sequence[int]) -> Document:
    """Return the document with its endmembers in another order; nothing has to be solved.

    Parameters
    ----------
    document : Document
    order : sequence of int
        For each new place the old one.
    """
    members = tuple(document.endmembers[k] for k in order)
    view = replace(document.view, endmember=list(order).index(document.view.endmember))
    old, index = document.unmixing, list(order)
    if old is not None:
        old = replace(
            old,
            endmembers=old.endmembers[:, index],
            maps={name: one.reordered(index) for name, one in old.maps.items()},
            source_pixels=None if old.source_pixels is None else old.source_pixels[index],
            names=tuple(old.names[k] for k in order) if old.names else (),
            uncertainty=old.uncertainty and old.uncertainty.reordered(order),
        )
    return replace(document, endmembers=members, unmixing=old, view=view)


def check_values(members: Sequence[Endmember], cube: Cube) -> None:
    """Check that endmembers have values in all bands that are used.

    Raises
    ------
    InputError
        Some have not; says which, and what to do.
    """
    good = cube.good_bands
    lacking = [e.name for e in members if not np.isfinite(e.spectrum[good]).all()]
    if lacking:
        who = (
            f"{lacking[0]} has" if len(lacking) == 1 else f"{len(lacking)} endmembers ({lacking[0]}, …) have"
        )
        raise InputError(
            f"{who} no values in some of the bands that are used now, so nothing can be solved for: "
            "unmix again, or leave these bands out"
        )


def free_name(name: str, members: Iterable[Endmember]) -> str:
    """Return a name that none of these endmembers has: with a number behind it, where need be."""
    taken = {member.name for member in members}
    return next(n for k in count(1) if (n := name if k == 1 else f"{name} {k}") not in taken)


def unsolved(document: Document) -> bool:
    """Whether a document has endmembers whose abundances are still to be solved."""
    if document.cube is None or not document.endmembers:
        return False
    return document.unmixing is None or document.unmixing.provisional


def same_spectra(one: Document, other: Document) -> bool:
    """Whether two documents have the same scene and the very same spectra, in order."""
    return (
        one.cube is other.cube
        and len(one.endmembers) == len(other.endmembers)
        and all(a.spectrum is b.spectrum for a, b in zip(one.endmembers, other.endmembers, strict=True))
    )


def places(members: Sequence[Endmember], shape: tuple[int, ...]) -> NDArray[np.int64] | None:
    """Return line · samples + sample of each endmember that comes from a pixel of a scene, −1 for the others.

    An endmember that is common to several scenes may come from another, larger one.
    """
    lines, samples = shape[0] if len(shape) > 1 else 1, shape[-1]

    def place(line: int | None, sample: int | None) -> int:
        if line is None or sample is None or line >= lines or sample >= samples:
            return -1
        return line * samples + sample

    found = [place(e.source.line, e.source.sample) for e in members]
    return np.array(found, dtype=np.int64) if any(k >= 0 for k in found) else None


def _used(members: Sequence[Endmember], used: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Spectra as columns, (bands, r), NaN in bands that are not used."""
    return np.where(used[:, None], np.stack([e.spectrum for e in members], axis=1), np.nan)
