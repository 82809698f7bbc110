"""The longest step of every method: how long Cancel may have to wait.

    python -m tests.benchmarks.steps [METHOD ...]

On every 4th pixel of Urban, or on a made scene of that size where it is missing, r = 6. Each method runs
twice, because the first time kernels and libraries are loaded; the second run counts. Prints Markdown.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Generator
from typing import Any

import numpy as np

from hsunmix.engine.loading import from_array
from hsunmix.engine.scene import Scene
from hsunmix.methods import Method, methods
from hsunmix.methods.running import pipeline
from hsunmix.model.choice import Choice
from tests.benchmarks.scenes import real, urban_size

RANK = 6
ASK = 0.2  # seconds
LONGEST_RUN = 20.0  # seconds; then the method is cancelled, and its steps so far count
VARIANTS: dict[str, tuple[dict[str, Any], ...]] = {
    "mu": ({"loss": "kl"}, {"loss": "is"}),
    "minvol": ({"model": "fractions"},),
    "convex": ({"model": "semi"},),
    "hals": ({"compress": True},),
    "fgnsr": ({"candidates": 500},),
    "lp": ({"candidates": 150},),
    "vca": ({"candidates": 500},),
    "xray": ({"selection": "greedy"}, {"selection": "dist"}),
    "spa": ({"neighbours": 50},),
    "residual": ({"largest": 40},),
}


def work(scene: Scene, method: Method, parameters: dict[str, Any]) -> Generator[Any, None, Any]:
    """What runs the method."""
    if method.kind == "abundance":
        spread = np.linspace(0, scene.n_pixels - 1, RANK).astype(np.int64)
        return pipeline.solve(scene, scene.full_spectra(scene.columns(spread)), Choice(method.id, parameters))
    if method.kind == "rank":
        return pipeline.estimate_rank(scene, Choice(method.id, parameters))
    return pipeline.unmix(scene, pipeline.Request(Choice(method.id, parameters), RANK))


def longest(steps: Generator[Any, None, Any]) -> tuple[float, float]:
    """Seconds of the longest step, closing included, and of all."""
    began = before = time.perf_counter()
    most = 0.0
    for _ in steps:
        now = time.perf_counter()
        most, before = max(most, now - before), now
        if now - began > LONGEST_RUN:
            steps.close()
            break
    now = time.perf_counter()
    return max(most, now - before), now - began


def main() -> None:
    """Print the table."""
    found = [x for name, x, _ in real() if name.startswith("Urban")]
    scene = from_array(found[0] if found else urban_size(77, 77))
    print(f"| method | longest step, ms (ask: {1000 * ASK:.0f}) | seconds in all |\n|---|---|---|")
    for method in methods().values():
        if sys.argv[1:] and method.id not in sys.argv[1:]:
            continue
        for parameters in ({}, *VARIANTS.get(method.id, ())):
            longest(work(scene, method, parameters))
            step, whole = longest(work(scene, method, parameters))
            words = " ".join(f"{name}={value}" for name, value in parameters.items())
            mark = " **" if step > ASK else ""
            print(f"| {method.id} {words} | {1000 * step:.0f}{mark} | {whole:.1f} |", flush=True)


if __name__ == "__main__":
    main()
