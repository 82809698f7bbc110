"""How often each rank method is right: planted scenes with 3 to 8 materials at 30 dB, and real ones.

    python -m tests.benchmarks.rank [SEEDS]

Prints Markdown, for the manual. A column is one way of making the scenes; a cell says how many of them got
the right number.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date

import numpy as np

from hsunmix.bench.planted import Library, Mixing, mixed_scene
from hsunmix.engine.loading import from_array
from hsunmix.engine.scene import Scene
from hsunmix.errors import HsunmixError
from hsunmix.methods import methods
from hsunmix.methods.running.pipeline import estimate_rank
from hsunmix.model.choice import Choice
from hsunmix.model.progress import finish
from tests.benchmarks.scenes import real

RANKS = range(3, 9)
DECIBEL = 30.0
MADE: dict[str, tuple[Library, Mixing, bool]] = {
    "patches": ("chosen", "patches", False),
    "uniform": ("chosen", "uniform", False),
    "shade and outliers": ("chosen", "patches", True),
    "whole library, patches": ("whole", "patches", False),
    "whole library, uniform": ("whole", "uniform", False),
    "whole library, shade and outliers": ("whole", "patches", True),
}


def scenes(seeds: int) -> Iterator[tuple[str, int, Scene]]:
    """Column, right number, scene."""
    for title, (library, mixing, odd) in MADE.items():
        for rank in RANKS:
            for seed in range(seeds):
                rng = np.random.default_rng([seed, rank])
                made = mixed_scene(rank, DECIBEL, rng, library, mixing, odd=odd)
                yield title, rank, from_array(made.x)


def said(scene: Scene, method: str) -> tuple[int, str]:
    """The number, and how it is shown; 0 where the method refuses the scene."""
    try:
        found = finish(estimate_rank(scene, Choice(method)))
    except HsunmixError:
        return 0, "–"
    return found.rank, found.text


def main() -> None:
    """Print the table."""
    seeds = int(sys.argv[1]) if sys.argv[1:] else 3
    names = [m.id for m in methods().values() if m.kind == "rank"]
    right = {name: dict.fromkeys(MADE, 0) for name in names}
    for title, rank, scene in scenes(seeds):
        for name in names:
            right[name][title] += said(scene, name)[0] == rank
    known = [(f"{name} (usual: {r})", from_array(x)) for name, x, r in real()]
    total = seeds * len(RANKS)
    print(f"{date.today()}, {total} scenes a column, 3 to 8 materials, {DECIBEL:g} dB\n")
    print("| method | " + " | ".join([*MADE, "all", *(name for name, _ in known)]) + " |")
    print("|---" * (2 + len(MADE) + len(known)) + "|")
    for name in names:
        counts = list(right[name].values())
        cells = [f"{count} of {total}" for count in counts]
        cells.append(f"{sum(counts) / (total * len(MADE)):.0%}")
        cells += [said(scene, name)[1] for _, scene in known]
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
