"""A picture of every map and one of the spectra, whatever the kind of file."""

from __future__ import annotations

import unicodedata
from collections.abc import Generator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsunmix.exports import Delivery

__all__ = ["pictures", "safe_name"]

NAME_BYTES = 80  # of UTF-8; the folder's path must fit beside it where 260 characters are the limit


def pictures(delivery: Delivery, folder: Path, suffix: str) -> Generator[None, None, list[Path]]:
    """Write ``abundance_NN_NAME`` for every endmember, and ``endmembers``, with this ending."""
    from hsunmix.exports._figures import DPI, spectra_figure, style, write_figure
    from hsunmix.exports._georeference import metres_per_pixel
    from hsunmix.exports._map_figure import extension, map_figure, step_of
    from hsunmix.exports._smaller import subsample

    metres = metres_per_pixel(delivery.cube)
    dpi = delivery.dpi if suffix == ".png" else DPI  # lines have no resolution
    paths = []
    for k, (name, values) in enumerate(zip(delivery.names, delivery.unmixing.abundances, strict=True), 1):
        step = step_of(values.shape, dpi)
        small = yield from subsample(values, step)
        size = None if metres is None else (metres[0] * step, metres[1] * step)
        with style():
            figure = map_figure(small, name, size, dpi, extension(values))
        yield
        path = folder / f"abundance_{k:02d}_{safe_name(name)}{suffix}"
        about = _about_map(name, values)
        paths.append((yield from write_figure(figure, path, f"Abundance of {name}", about)))
        yield
    with style():
        colours = [e.colour for e in delivery.endmembers]
        figure = spectra_figure(delivery.spectra, delivery.wavelengths, delivery.names, colours, dpi)
    about = f"Spectra of {', '.join(delivery.names)}"
    paths.append((yield from write_figure(figure, folder / f"endmembers{suffix}", "Endmembers", about)))
    return paths


def _about_map(name: str, values: NDArray[np.float32]) -> str:
    """Say in a sentence what a map shows."""
    used = values[np.isfinite(values)]
    lines, samples = values.shape
    size = f"Map of {lines} lines and {samples} samples on a range of 0 to 1"
    if not used.size:
        return f"{size}; no pixel was used."
    return f"{size}: {name} covers {used.mean(dtype=np.float64):.1%} on average, {used.max():.1%} at most."


def safe_name(name: str) -> str:
    """Return a name that every file system takes as part of a file's name.

    Letters and digits of any script stay; separators, reserved and invisible characters and blanks
    become ``_``; a long name is cut.
    """
    composed = unicodedata.normalize("NFC", name)
    kept = "".join(c if unicodedata.category(c)[0] in "LMN" or c in "-_.+" else "_" for c in composed)
    cut = kept.encode("utf-8")[:NAME_BYTES].decode("utf-8", "ignore")
    return cut.rstrip(".") or "_"
