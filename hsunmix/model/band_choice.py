"""Which bands to use, in words: ``400-1300, 1450-2400``, ``no-water``, ``#10-120``."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import InputError
from hsunmix.model.cube import Cube

__all__ = ["PRESETS", "chosen_bands", "preset_help"]

Ranges = tuple[tuple[float, float], ...]

# Nanometres. The ranges of water vapour are those where the air lets next to nothing through;
# "weak-water" are the shallower ones, "edges" the ends of most instruments, where noise is strong.
PRESETS: dict[str, Ranges] = {
    "water": ((1340.0, 1450.0), (1790.0, 1960.0)),
    "weak-water": ((895.0, 1005.0), (1095.0, 1165.0)),
    "edges": ((0.0, 420.0), (2450.0, np.inf)),
    "vnir": ((400.0, 1000.0),),
    "swir": ((1000.0, 2500.0),),
}
_NUMBER = r"[0-9]+(?:\.[0-9]*)?"
_RANGE = re.compile(rf"(#?)\s*({_NUMBER})(?:\s*(?:-|–|:)\s*({_NUMBER}))?\s*(?:nm)?", re.ASCII)
_NOT = "no-"
_EXAMPLE = "write for example 400-1300, no-water or #10-120"


def preset_help() -> str:
    """Return the presets on one line, for a manual."""
    return "; ".join(
        f"{name} {', '.join(f'{low:g}–{high:g}' for low, high in ranges)} nm"
        for name, ranges in PRESETS.items()
    )


def chosen_bands(cube: Cube, text: str) -> NDArray[np.bool_]:
    """Read which bands are meant.

    Parameters
    ----------
    cube : Cube
    text : str
        With commas between: ranges of wavelengths in nanometres (of band numbers where the cube has
        no wavelengths), band numbers counted from 1 behind ``#``, names of ``PRESETS``; each of them
        with ``no-`` before it is left out instead. ``all`` takes bands in that the file calls bad.
        Ends are included.

    Returns
    -------
    array of bool, (bands,)

    Raises
    ------
    InputError
        It is not understood, or no band is left.
    """
    allowed = np.ones(cube.bands, dtype=bool) if cube.bad_bands is None else ~cube.bad_bands
    taken: list[NDArray[np.bool_]] = []
    left_out = np.zeros(cube.bands, dtype=bool)
    for item in (part.strip().lower() for part in text.split(",")):
        if item in ("", "good"):
            continue
        if item == "all":
            allowed = np.ones(cube.bands, dtype=bool)
        elif item.startswith(_NOT):
            left_out |= _meant(cube, item.removeprefix(_NOT).strip())
        else:
            taken.append(_meant(cube, item))
    chosen = allowed & ~left_out
    if taken:
        chosen &= np.any(taken, axis=0)
    if not chosen.any():
        raise InputError(f"bands {text!r}: no band of this cube is left")
    return chosen


def _meant(cube: Cube, item: str) -> NDArray[np.bool_]:
    """Return the bands that one item names."""
    numbers = np.arange(1, cube.bands + 1, dtype=np.float64)
    if item in PRESETS:
        if cube.wavelengths is None:
            raise InputError(f"bands {item!r}: the cube has no wavelengths; choose by number, e.g. #10-120")
        meant = np.zeros(cube.bands, dtype=bool)
        for ends in PRESETS[item]:
            meant |= _between(cube.wavelengths, *ends)
        return meant
    found = _RANGE.fullmatch(item)
    if found is None:
        raise InputError(f"bands {item!r} is not understood: {_EXAMPLE} (presets: {', '.join(PRESETS)})")
    low = float(found[2])
    high = low if found[3] is None else float(found[3])
    if low > high:
        raise InputError(f"bands {item!r}: the range ends before it begins")
    if not found[1] and cube.wavelengths is not None:
        if found[3] is None:
            raise InputError(f"bands {item!r}: a range of wavelengths has two ends; a band's number has a #")
        return _between(cube.wavelengths, low, high)
    if low < 1 or high > cube.bands:
        raise InputError(f"bands {item!r}: the bands are numbered 1 to {cube.bands}")
    return _between(numbers, low, high)


def _between(values: NDArray[np.float64], low: float, high: float) -> NDArray[np.bool_]:
    return np.asarray((values >= low) & (values <= high), dtype=bool)
