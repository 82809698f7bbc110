"""The table of accuracy: every method a row, every kind of scene a column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.api import abundances, unmix
from hsunmix.bench.accuracy import Score, score
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
    """
    for name in names:
        get(name, "factorization", "extraction")
    rows = [*(_Row(name, name) for name in names or _all()), PUBLISHED_VCA, *FLOORS]
    columns = _scenes(seeds, folder, library, mixing)
    yield "| method | " + " | ".join(columns) + " |"
    yield "|---" * (1 + len(columns)) + "|"
    for row in rows:
        yield f"| {row.title} | " + " | ".join(_cell(row, scenes) for scenes in columns.values()) + " |"


def _all() -> list[str]:
    return [m.id for m in methods().values() if m.kind in ("factorization", "extraction")]


def _scenes(
    seeds: Sequence[int], folder: Path | None, library: Library, mixing: Mixing
) -> dict[str, list[_Scene]]:
    columns: dict[str, list[_Scene]] = {}
    if folder is not None:
        for name, x, w in real(folder):
            columns[f"{name}, r={w.shape[1]}"] = [_Scene(x, w)]
    for kind, title in KINDS.items():
        made = [planted(kind, seed, library, mixing) for seed in seeds]
        columns[title] = [_Scene(p.x, p.endmembers, p) for p in made]
    return columns


def _cell(row: _Row, scenes: list[_Scene]) -> str:
    scores = [s for i, scene in enumerate(scenes) if (s := _score(row, scene, i)) is not None]
    if len(scores) < len(scenes):
        return "fails"
    angle, rmse = np.array([s.angle for s in scores]), np.array([s.rmse for s in scores])
    text = f"{np.median(angle):.2f}°"
    if len(scores) > 1:
        text += f" ({angle.max():.2f}°)"
    return text if np.isnan(rmse).any() else f"{text} / {np.median(rmse):.3f}"


def _score(row: _Row, scene: _Scene, seed: int) -> Score | None:
    """Score a method on a scene; None when it refuses the scene."""
    true = scene.endmembers
    try:
        if row.method:
            given = dict(row.parameters, rank=true.shape[1], seed=seed, abundance=row.abundance or None)
            result = unmix(scene.x, row.method, **given)
            w, h = result.endmembers, result.abundances.astype(np.float64)
        else:
            w, h = true, abundances(scene.x, true, row.abundance).astype(np.float64)
    except HsunmixError:
        return None
    if scene.truth is None:
        return score(w, h, true, None)
    known = ~scene.truth.odd
    return score(w, h[:, known], true, scene.truth.abundances[:, known], scene.truth.shade)
