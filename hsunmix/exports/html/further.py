"""The part of the report that shows what a method found of every pixel besides abundances."""

from __future__ import annotations

from collections.abc import Generator
from html import escape

import numpy as np
from numpy.typing import NDArray

from hsunmix.exports import ExportJob
from hsunmix.exports._georeference import metres_per_pixel
from hsunmix.exports._pictures import of_classes
from hsunmix.exports._sheets import Sheet, further_sheets
from hsunmix.exports.html.parts import LONGEST, bar, figure, number, section
from hsunmix.exports.html.pictures import index_png, map_png, palette

__all__ = ["further"]


def further(job: ExportJob) -> Generator[None, None, str]:
    """Every map that not every result has, with its own colours; nothing where there is none."""
    body = ""
    for sheet in further_sheets(job):
        body += yield from _sheet(job, sheet)
    return section("Other maps", body) if body else ""


def _sheet(job: ExportJob, sheet: Sheet) -> Generator[None, None, str]:
    figures: list[str] = []
    seen: set[int] = set()
    for k in sheet.drawn:
        classes = sheet.occurring(k)
        seen.update(classes)
        png = _png(sheet, k, classes)
        metres = metres_per_pixel(job.cube)
        figures.append(figure(sheet.layer_title(k), _aside(sheet, k), png, sheet.map.shape, metres))
        yield
    legend = _classes(sheet, sorted(seen)) if sheet.colours else _scale(sheet)
    left = sheet.map.layers - len(sheet.drawn)
    said = f'<p class="soft">{left} layers with smaller means are not drawn.</p>' if left else ""
    return f'<h3>{escape(sheet.title)}</h3>{said}{legend}<div class="maps">{"".join(figures)}</div>'


def _png(sheet: Sheet, k: int, classes: tuple[int, ...]) -> bytes:
    values = sheet.map.layer(k)
    if not sheet.map.whole:
        return map_png(values, *sheet.ends, palette(sheet.terms.colours), LONGEST)
    step = -(-max(values.shape) // LONGEST)  # a mean of classes is none: every n-th pixel
    few = of_classes(values[::step, ::step], classes)
    if not sheet.colours:
        return map_png(few.astype(np.float32), *sheet.ends, palette(sheet.terms.colours), LONGEST)
    return index_png(few, _table([sheet.colours[c] for c in classes]))


def _table(colours: list[str]) -> NDArray[np.uint8]:
    return np.array([list(bytes.fromhex(text[1:])) for text in colours], np.uint8).reshape(-1, 3)


def _aside(sheet: Sheet, k: int) -> str:
    values = sheet.map.layer(k)
    known = values[np.isfinite(values)]
    if sheet.map.whole or not known.size:
        return ""
    return f"mean {number(float(known.mean(dtype=np.float64)), 3)}"


def _scale(sheet: Sheet) -> str:
    low, high = sheet.ends
    labels = [number(value, 3) for value in (low, (low + high) / 2, high)]
    return f'<div class="bars">{bar(sheet.label, palette(sheet.terms.colours), labels)}</div>'


def _classes(sheet: Sheet, seen: list[int]) -> str:
    """Name the classes that occur."""
    items = "".join(
        f'<span><i class="swatch" style="background:{sheet.colours[c]}"></i>{escape(sheet.classes[c])}</span>'
        for c in seen
    )
    return f'<p class="classes">{items}</p>'
