"""The table of accuracy: every method a row, every kind of scene a column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.api import abundances, unmix
from hsunmix.bench import USUAL_KINDS
from hsunmix.bench.accuracy import Score, nearest, score
from hsunmix.bench.planted import KINDS, Library, Mixing, Planted, planted
from hsunmix.bench.real import real
from hsunmix.errors import HsunmixError
from hsunmix.methods import get, methods

__all__ = ["table"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class _Row:
    """A method with its parameters and abundances; no method: the true spectra."""

    title: str
    method: str = ""
    abundance: str = ""
    parameters: tuple[tuple[str, Any], ...] = ()


PUBLISHED_VCA = _Row(
    "vca as published + fcls", "vca", "fcls", (("runs", 1), ("exchange", False), ("projected", True))
)
FLOORS = tuple(_Row(f"true spectra + {name}", "", name) for name in ("nnls", "fcls"))


@dataclass(frozen=True, eq=False)
class _Scene:
    x: Array
    endmembers: Array
    truth: Planted | None = None


def table(
    names: Sequence[str],
    seeds: Sequence[int],
    folder: Path | None,
    library: Library = "chosen",
    mixing: Mixing = "patches",
    kinds: Sequence[str] = USUAL_KINDS,
    details: bool = False,
    side: int | None = None,
) -> Iterator[str]:
    """Yield the lines of a Markdown table.

    Parameters
    ----------
    names : sequence of str
        Methods; all factorizations and extractions when empty. VCA with FCLS as published comes after
        them, and what the true spectra reach.
    seeds : sequence of int
    folder : Path or None
        Where the real scenes are.
    library, mixing : str
        How planted scenes are made.
    kinds : sequence of str
        Of planted scenes.
    details : bool
        A line for every scene and method instead: angles of every endmember, also after the mean is taken
        off, how far the nearest pixel is from each, and seconds.
    side : int, optional
        Lines and samples of planted scenes.
    """
    for name in names:
        get(name, "factorization", "extraction")
    rows = [*(_Row(name, name) for name in names or _all()), PUBLISHED_VCA, *FLOORS]
    columns = _scenes(seeds, folder, library, mixing, kinds, side)
    if details:
        yield from _details(rows, columns)
        return
    yield "| method | " + " | ".join(columns) + " |"
    yield "|---" * (1 + len(columns)) + "|"
    for row in rows:
        yield f"| {row.title} | " + " | ".join(_cell(row, scenes) for scenes in columns.values()) + " |"


def _all() -> list[str]:
    usable = (m for m in methods().values() if m.kind in ("factorization", "extraction"))
    return [m.id for m in usable if not m.traits.needs_library]


def _scenes(
    seeds: Sequence[int],
    folder: Path | None,
    library: Library,
    mixing: Mixing,
    kinds: Sequence[str],
    side: int | None = None,
) -> dict[str, list[_Scene]]:
    columns: dict[str, list[_Scene]] = {}
    if folder is not None:
        for name, x, w in real(folder):
            columns[f"{name}, r={w.shape[1]}"] = [_Scene(x, w)]
    for kind in kinds:
        made = [planted(kind, seed, library, mixing, side) for seed in seeds]
        columns[KINDS[kind].title] = [_Scene(p.x, p.endmembers, p) for p in made]
    return columns


def _details(rows: Sequence[_Row], columns: dict[str, list[_Scene]]) -> Iterator[str]:
    yield "| scene | seed | method | SAD, ° | MRSA, ° | nearest pixel, ° | RMSE | seconds |"
    yield "|---" * 8 + "|"
    for title, scenes in columns.items():
        for i, scene in enumerate(scenes):
            near = _listed(nearest(scene.x, scene.endmembers))
            for row in rows:
                began = perf_counter()
                found = _score(row, scene, i)
                if found is None:
                    yield f"| {title} | {i} | {row.title} | fails | | {near} | | |"
                    continue
                sad, mrsa = _listed(found.angles), _listed(found.mrsa)
                rmse, seconds = f"{found.rmse:.3f}", f"{perf_counter() - began:.1f}"
                yield f"| {title} | {i} | {row.title} | {sad} | {mrsa} | {near} | {rmse} | {seconds} |"


def _listed(degrees: Array) -> str:
    return " ".join(f"{one:.2f}" for one in degrees)


def _cell(row: _Row, scenes: list[_Scene]) -> str:
    began = perf_counter()
    scores = [s for i, scene in enumerate(scenes) if (s := _score(row, scene, i)) is not None]
    if len(scores) < len(scenes):
        return "fails"
    seconds = (perf_counter() - began) / max(len(scenes), 1)
    angle, rmse = np.array([s.angle for s in scores]), np.array([s.rmse for s in scores])
    text = f"{np.median(angle):.2f}°"
    if len(scores) > 1:
        text += f" ({angle.max():.2f}°)"
    if np.isfinite(rmse).all():
        text += f" / {np.median(rmse):.3f}" + (f" ({rmse.max():.3f})" if len(scores) > 1 else "")
    return f"{text}, {seconds:.1f} s"


def _score(row: _Row, scene: _Scene, seed: int) -> Score | None:
    """Score a method on a scene; None when it refuses the scene."""
    true, truth = scene.endmembers, scene.truth
    good = ~truth.bad if truth is not None else np.ones(len(true), dtype=bool)
    try:
        if row.method:
            given = dict(row.parameters, rank=true.shape[1], seed=seed, abundance=row.abundance or None)
            result = unmix(scene.x, row.method, **given)
            w, h = result.endmembers, result.abundances.astype(np.float64)
        else:
            w, h = true, abundances(scene.x[good], true[good], row.abundance).astype(np.float64)
    except HsunmixError:
        return None
    if truth is None:
        return score(w, h, true, None)
    w, true = w[good], true[good]
    known = ~truth.odd
    return score(w, h[:, known], true, truth.abundances[:, known], truth.shade)
