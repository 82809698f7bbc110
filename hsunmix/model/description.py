"""What is known of a cube without reading its pixels, as facts with names and in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from hsunmix.model.cube import Cube

__all__ = ["describe", "everything", "in_words"]


def describe(cube: Cube) -> dict[str, Any]:
    """Return the facts of the contract of ``hsunmix info``, by its names."""
    place = cube.georeference
    return {
        "lines": cube.lines,
        "samples": cube.samples,
        "bands": cube.bands,
        "dtype": cube.pixels.dtype.name,
        "interleave": cube.interleave or None,
        "wavelengths": cube.wavelengths,
        "bad_bands": None if cube.bad_bands is None else np.flatnonzero(cube.bad_bands),
        "nodata": cube.nodata,
        "scale": cube.gain,
        "crs": place.crs or None if place else None,
        "transform": place.transform if place else None,
        "format": cube.format,
        "notes": [*cube.notes, *_offset(cube), *_selection(cube)],
    }


def everything(cube: Cube) -> dict[str, Any]:
    """Return these and all others: where it is, how large, widths, names, and each line of its header."""
    sizes = {str(path): known.size for path, known in cube.files}
    return {
        "path": None if cube.path is None else str(cube.path),
        "files": sizes or None,
        **describe(cube),
        "offset": cube.offset,
        "quantity": cube.quantity or None,
        "wavelength_unit": cube.wavelength_unit or None,
        "fwhm": cube.fwhm,
        "band_names": list(cube.band_names) or None,
        "default_rgb": None if cube.default_rgb is None else list(cube.default_rgb),
        "options": dict(cube.options) or None,
        "header": dict(line.split(" = ", 1) for line in cube.header),
    }


def in_words(name: str, value: Any, first: int = 0) -> list[str]:
    """Return the lines that a reader is shown of one fact; bands are counted from ``first``."""
    if value is None or (isinstance(value, dict) and not value):
        return ["–"]
    if name in ("wavelengths", "fwhm"):
        return [f"{value.min():.1f} … {value.max():.1f} nm"]
    if name == "crs":
        quoted = value.split('"')
        return [quoted[1] if len(quoted) > 1 else value]  # the system's own name, of a long WKT
    if name in ("bad_bands", "used_bands"):
        return [", ".join(_ranges(value + first)) or "none"]
    if name == "default_rgb":
        return [", ".join(str(band + first) for band in value)]
    if name == "files":
        return [f"{path} ({size:,} bytes)" for path, size in value.items()]
    if isinstance(value, dict):
        return [f"{key} = {text}" for key, text in value.items()]
    if name == "band_names":
        return [", ".join(value)]
    if name == "notes":
        return list(value)
    if np.ndim(value) == 0:
        return [f"{value:g}" if isinstance(value, float) else str(value)]
    return [", ".join(f"{v:.10g}" for v in value)]


def _offset(cube: Cube) -> list[str]:
    if not np.any(cube.offset):
        return []
    of_bands = "of each band's own" if np.ndim(cube.offset) else f"of {cube.offset:g}"
    return [f"An offset {of_bands} is added after scaling."]


def _selection(cube: Cube) -> list[str]:
    if cube.selection is None:
        return []
    made = f": {cube.selection_text}" if cube.selection_text else "."
    return [f"A mask wants {int(cube.selection.sum())} of {cube.selection.size} pixels{made}"]


def _ranges(numbers: Any) -> Iterator[str]:
    """Write 0, 1, 2, 7 as 0–2, 7."""
    runs = np.split(numbers, np.flatnonzero(np.diff(numbers) > 1) + 1)
    yield from (f"{r[0]}–{r[-1]}" if len(r) > 1 else str(r[0]) for r in runs if len(r))
