"""A picture of every map and one of the spectra, whatever the kind of file."""

from __future__ import annotations

import unicodedata
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.exports import ExportJob
from hsunmix.exports._sheets import Sheet, sheets

__all__ = ["of_classes", "picture", "pictures", "safe_name"]

NAME_BYTES = 80  # of UTF-8; the folder's path must fit beside it where 260 characters are the limit


def pictures(job: ExportJob, folder: Path, suffix: str) -> Generator[None, None, list[Path]]:
    """Write ``abundance_NN_NAME``, ``NAME`` of every other map but the residual, and ``endmembers``.

    A map of several layers is ``NAME_NN_LAYER``.
    """
    from hsunmix.exports._figure_files import write_figure
    from hsunmix.exports._figures import DPI, drawn, spectra_figure

    dpi = job.dpi if suffix == ".png" else DPI  # lines have no resolution
    paths = []
    for sheet in sheets(job):
        for k in sheet.drawn if sheet.name != "rmse" else ():
            paths.append((yield from picture(job, sheet, k, folder, suffix)))
            yield
    colours = [e.colour for e in job.endmembers]
    known = job.spectra, job.wavelengths, job.names
    spectra = yield from drawn(spectra_figure, *known, colours, dpi)
    about = f"Spectra of {', '.join(job.names)}"
    paths.append((yield from write_figure(spectra, folder / f"endmembers{suffix}", "Endmembers", about)))
    return paths


def picture(job: ExportJob, sheet: Sheet, k: int, folder: Path, suffix: str) -> Generator[None, None, Path]:
    """Write the picture of a layer of a map."""
    from hsunmix.exports._figure_files import write_figure
    from hsunmix.exports._figures import DPI

    figure = yield from _figure(job, sheet, k, job.dpi if suffix == ".png" else DPI)
    title = f"Abundance of {sheet.layers[k]}" if sheet.name == "abundance" else sheet.layer_title(k)
    about = (yield from _about(sheet, k)) if suffix == ".svg" else ""  # a PNG has no room for words
    return (yield from write_figure(figure, folder / f"{_stem(sheet, k)}{suffix}", title, about))


def _figure(job: ExportJob, sheet: Sheet, k: int, dpi: int) -> Generator[None, None, Any]:
    """Draw a layer of a map."""
    from hsunmix.exports._figures import drawn
    from hsunmix.exports._georeference import metres_per_pixel
    from hsunmix.exports._map_figure import Look, extension, map_figure, step_of
    from hsunmix.exports._smaller import subsample

    values, metres = sheet.map.layer(k), metres_per_pixel(job.cube)
    step = step_of(values.shape, dpi)
    classes = sheet.occurring(k)
    if sheet.map.whole:
        small = of_classes(values[::step, ::step], classes)
    else:
        small = yield from subsample(values, step)
    names, colours = (tuple(of[c] for c in classes) for of in (sheet.classes, sheet.colours))
    look = Look(sheet.label, *sheet.ends, colours or sheet.terms.colours, names)
    size = None if metres is None else (metres[0] * step, metres[1] * step)
    extend = None if sheet.map.whole else extension(values, look)
    return (yield from drawn(map_figure, small, sheet.layer_title(k), size, dpi, extend, look))


def of_classes(values: NDArray[Any], classes: Sequence[int]) -> NDArray[np.float64]:
    """Return whole numbers as they are drawn: places among the classes that occur, or counted from 1."""
    shown = np.where(values < 0, np.nan, values + 1.0)
    if classes:
        shown = np.where(values < 0, np.nan, np.searchsorted(classes, values))
    return shown


def _stem(sheet: Sheet, k: int) -> str:
    if sheet.name != "abundance" and sheet.layers == ("",):
        return sheet.name
    return f"{sheet.name}_{k + 1:02d}_{safe_name(sheet.layers[k])}"


def _about(sheet: Sheet, k: int) -> Generator[None, None, str]:
    """Say in a sentence what a map shows."""
    from hsunmix.exports._smaller import pieces

    values = sheet.map.layer(k)
    lines, samples = values.shape
    size = f"Map of {lines} lines and {samples} samples"
    if sheet.map.whole:
        different: set[int] = set()
        for part in pieces(values):
            different.update(np.unique(part[part >= 0]).tolist())
            yield
        return f"{size}: {sheet.layer_title(k)}, {len(different)} different values."
    count, total, most = 0, 0.0, -np.inf
    for part in pieces(values):
        used = part[np.isfinite(part)]
        count, total = count + used.size, total + float(used.sum(dtype=np.float64))
        most = max(most, float(used.max(initial=-np.inf)))
        yield
    low, high = sheet.ends
    size += f" on a range of {low:.4g} to {high:.4g}"
    if not count:
        return f"{size}; no pixel was used."
    mean = total / count
    if sheet.map.kind == "fraction":
        return f"{size}: {sheet.layer_title(k)} covers {mean:.1%} on average, {most:.1%} at most."
    return f"{size}: {sheet.layer_title(k)} is {mean:.4g} on average, {most:.4g} at most."


def safe_name(name: str) -> str:
    """Return a name that every file system takes as part of a file's name.

    Letters and digits of any script stay; separators, reserved and invisible characters and blanks
    become ``_``; a long name is cut.
    """
    composed = unicodedata.normalize("NFC", name)
    kept = "".join(c if unicodedata.category(c)[0] in "LMN" or c in "-_.+" else "_" for c in composed)
    cut = kept.encode("utf-8")[:NAME_BYTES].decode("utf-8", "ignore")
    return cut.rstrip(".") or "_"
