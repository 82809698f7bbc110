"""What several subjects ask of a document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from hsunmix.model.cube import Cube
from hsunmix.session.document import Document
from hsunmix.session.runs import carried

__all__ = [
    "abundance_of",
    "band_shown",
    "keep_looking",
    "made_with_other_bands",
    "same_bands",
]


def same_bands(one: Cube | None, other: Cube | None) -> bool:
    """Whether two cubes are the same scene with the same bands in use, at the same wavelengths.

    Their masks may differ.
    """
    if one is other:
        return True
    if one is None or other is None or one.pixels is not other.pixels:
        return False
    same_axis = one.wavelengths is other.wavelengths or np.array_equal(
        [] if one.wavelengths is None else one.wavelengths,
        [] if other.wavelengths is None else other.wavelengths,
    )
    return same_axis and np.array_equal(one.good_bands, other.good_bands)


def made_with_other_bands(document: Document) -> bool:
    """Whether a document's result was made with other bands than are used now."""
    result, cube = document.unmixing, document.cube
    if result is None or cube is None or result.provisional:
        return False
    return not np.array_equal(result.used_bands, cube.good_bands)


def abundance_of(document: Document) -> str:
    """Return the abundance method by which a document's endmembers are solved for."""
    result = document.unmixing
    shown = result.abundance if result is not None else ""
    if result is not None and result.provisional and shown:
        return shown
    return document.settings.abundance or shown or "nnls"


def band_shown(document: Document) -> int:
    """Return the band that a document shows: its own choice, else the cube's green."""
    cube = document.cube
    if cube is None:
        return 0
    band = document.view.band
    return band if band is not None and band < cube.bands else cube.rgb_bands[1]


def keep_looking(now: Document, then: Document) -> Document:
    """Return the document that is gone to, but looked at as the analyst looks now."""
    view = replace(
        now.view,
        endmember=max(0, _again(_spectra(now), now.view.endmember, _spectra(then))),
        region=_again(now.regions, now.view.region, then.regions),
        layer=max(0, _again(now.layers, now.view.layer, then.layers)),
    )
    new = carried(now, then)
    if view != then.view or now.settings != then.settings:
        new = replace(new, view=view, settings=now.settings)
    return new


def _again(now: Sequence[object], index: int, then: Sequence[object]) -> int:
    """Return where in another list what is selected in this one is; else the same place, if there is one."""
    chosen = now[index] if 0 <= index < len(now) else None
    same = [k for k, other in enumerate(then) if other is chosen]
    return same[0] if same else min(index, len(then) - 1)


def _spectra(document: Document) -> list[object]:
    return [member.spectrum for member in document.endmembers]
