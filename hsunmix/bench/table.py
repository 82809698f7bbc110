"""The table of accuracy: every method a row, every kind of scene a column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsunmix.api import unmix
from hsunmix.bench.accuracy import Score, score
from hsunmix.bench.planted import KINDS, planted
from hsunmix.bench.real import real
from hsunmix.errors import HsunmixError
from hsunmix.methods import get, methods

__all__ = ["table"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class _Scene:
    x: Array
    endmembers: Array
    abundances: Array | None
    shade: bool


def table(names: Sequence[str], seeds: Sequence[int], folder: Path | None) -> Iterator[str]:
    """Yield the lines of a Markdown table.

    Parameters
    ----------
    names : sequence of str
        Methods; all factorizations and extractions when empty, and VCA with FCLS.
    seeds : sequence of int
    folder : Path or None
        Where the real scenes are.
    """
    rows = [(name, "") for name in names or _all()]
    for name, _ in rows:
        get(name, "factorization", "extraction")
    if not names and "vca" in methods():
        rows.insert(1, ("vca", "fcls"))
    columns = _scenes(seeds, folder)
    yield "| method | " + " | ".join(columns) + " |"
    yield "|---" * (1 + len(columns)) + "|"
    for name, abundance in rows:
        cells = (_cell(name, abundance, scenes) for scenes in columns.values())
        yield f"| {name}{' + ' if abundance else ''}{abundance} | " + " | ".join(cells) + " |"


def _all() -> list[str]:
    return [m.id for m in methods().values() if m.kind in ("factorization", "extraction")]


def _scenes(seeds: Sequence[int], folder: Path | None) -> dict[str, list[_Scene]]:
    columns: dict[str, list[_Scene]] = {}
    if folder is not None:
        for name, x, w in real(folder):
            columns[f"{name}, r={w.shape[1]}"] = [_Scene(x, w, None, False)]
    for kind, title in KINDS.items():
        made = [planted(kind, seed) for seed in seeds]
        columns[title] = [_Scene(p.x, p.endmembers, p.abundances, p.shade) for p in made]
    return columns


def _cell(name: str, abundance: str, scenes: list[_Scene]) -> str:
    scores = [s for i, scene in enumerate(scenes) if (s := _score(name, abundance, scene, i)) is not None]
    if len(scores) < len(scenes):
        return "fails"
    angle, rmse = np.array([s.angle for s in scores]), np.array([s.rmse for s in scores])
    text = f"{np.median(angle):.2f}°"
    if len(scores) > 1:
        text += f" ({angle.max():.2f}°)"
    return text if np.isnan(rmse).any() else f"{text} / {np.median(rmse):.3f}"


def _score(name: str, abundance: str, scene: _Scene, seed: int) -> Score | None:
    """Score a method on a scene; None when it refuses the scene."""
    rank = scene.endmembers.shape[1]
    try:
        result = unmix(scene.x, name, rank=rank, seed=seed, abundance=abundance or None)
    except HsunmixError:
        return None
    h = result.abundances.astype(np.float64)
    return score(result.endmembers, h, scene.endmembers, scene.abundances, scene.shade)
