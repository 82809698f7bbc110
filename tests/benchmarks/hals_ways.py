"""What the accelerations of hals are worth, alone and together: seconds to the same relative error.

    python -m tests.benchmarks.hals_ways

One thread; the error to reach is 1.002 times the lowest that any way reaches. Prints Markdown.
"""

from __future__ import annotations

import time

from hsunmix.engine.loading import from_array
from hsunmix.engine.threads import set_threads
from hsunmix.methods.running import pipeline
from hsunmix.model.choice import Choice
from hsunmix.model.progress import finish
from tests.benchmarks.scenes import real, urban_size

WAYS = {
    "plain": (),
    "extrapolate": ("extrapolate",),
    "compress": ("compress",),
    "multilevel": ("multilevel",),
    "extrapolate, compress": ("extrapolate", "compress"),
    "extrapolate, multilevel (default)": ("extrapolate", "multilevel"),
    "all three": ("extrapolate", "multilevel", "compress"),
}
ALL = ("extrapolate", "multilevel", "compress")
NEAR = 1.002
REPEATS = 2


def main() -> None:
    """Print the table."""
    made = [*real(), ("made, Urban's size", urban_size(), 6)]
    print("| way | " + " | ".join(f"{name}, s" for name, _, _ in made) + " |\n|---" * 1, end="")
    print("|---" * len(made) + "|")
    columns = []
    for _, x, rank in made:
        scene = from_array(x)
        runs = {}
        for way, used in WAYS.items():
            given = {name: name in used for name in ALL} | {"tolerance": 1e-5, "max_iterations": 300}
            tries = []
            for _ in range(REPEATS):
                began = time.perf_counter()
                found = finish(pipeline.unmix(scene, pipeline.Request(Choice("hals", given), rank)))
                tries.append((time.perf_counter() - began, found.history))
            runs[way] = min(tries, key=lambda t: t[0])[1]
        goal = NEAR * min(history[-1, 1] for history in runs.values())
        columns.append({way: history[history[:, 1] <= goal, 0][:1] for way, history in runs.items()})
    for way in WAYS:
        cells = [f"{column[way][0]:.3f}" if len(column[way]) else "never" for column in columns]
        print(f"| {way} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    with set_threads(1):
        main()
