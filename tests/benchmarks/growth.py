"""How time and memory grow with the scene. Prints Markdown; with a file name, draws the figure too.

    python -m tests.benchmarks.growth [resources/docs/images/growth.png]

One thread. Times are the least of three, for pixels from 10⁴ to 10⁶, bands and r; the slope is that
of the logarithms, 1 where time grows in proportion. Peak memory is that of a process of its own which
runs hals on a scene read from a file, less what it had before (Linux only).
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from hsunmix.engine.loading import from_array
from hsunmix.engine.scene import Scene
from hsunmix.engine.threads import set_threads
from hsunmix.methods import Problem, get
from hsunmix.methods.factorization import hals
from hsunmix.model.progress import finish
from tests.benchmarks.scenes import urban_size

AXES: dict[str, list[tuple[int, int, int]]] = {
    "pixels": [(10_000, 100, 6), (31_600, 100, 6), (100_000, 100, 6), (316_000, 100, 6), (1_000_000, 100, 6)],
    "bands": [(50_000, bands, 6) for bands in (50, 100, 200, 400)],
    "r": [(50_000, 100, rank) for rank in (3, 6, 12, 24)],
}
# Slopes that the arithmetic has for large sizes. Exact abundances read the scene once and then change
# sets: exchanges are r² each, and a pixel's number of them grows with the materials that it holds.
EXACT = {"bands": "≤ 1", "r": "2–3"}
THEORY = {"spa": {}, "nnls": EXACT, "fcls": EXACT, "hals, 5 iterations": {"bands": "≤ 1", "r": "1–2"}}
MEMORY = """
import sys, hsunmix, numpy
def status(name):
    return next(int(line.split()[1]) * 1024 for line in open("/proc/self/status") if line.startswith(name))
hsunmix.unmix(numpy.random.default_rng(0).random((20, 2000)), "hals", rank=3)
cube = hsunmix.open_cube(sys.argv[1])
open("/proc/self/clear_refs", "w").write("5")  # forget the peak so far
before = status("VmRSS")
hsunmix.unmix(cube, "hals", rank=6, max_iterations=20)
print(status("VmHWM") - before)
"""


def works(rank: int) -> dict[str, Callable[[Scene, np.ndarray], Any]]:
    """What is timed, given a scene and spectra."""
    params = hals.Params(max_iterations=5, tolerance=0, multilevel=False)
    return {
        "spa": lambda s, _w: finish(get("spa").run(Problem(s, rank), get("spa").params())),
        "nnls": lambda s, w: finish(get("nnls").run(s, w, get("nnls").params())),
        "fcls": lambda s, w: finish(get("fcls").run(s, w, get("fcls").params())),
        "hals, 5 iterations": lambda s, w: finish(hals.run(Problem(s, rank, start=w), params)),
    }


def scene_of(pixels: int, bands: int, rank: int) -> tuple[Scene, np.ndarray]:
    side = round(pixels**0.5)
    scene = from_array(urban_size(side, pixels // side, bands, rank))
    return scene, finish(get("spa").run(Problem(scene, rank), get("spa").params())).endmembers


def measure(axis: str) -> dict[str, list[float]]:
    """Seconds of each work along an axis."""
    times: dict[str, list[float]] = {}
    for size in AXES[axis]:
        scene, w = scene_of(*size)
        for name, work in works(w.shape[1]).items():
            runs = []
            for _ in range(4):
                began = time.perf_counter()
                work(scene, w)
                runs.append(time.perf_counter() - began)
            times.setdefault(name, []).append(min(runs[1:]))
    return times


def peak_memory() -> str:
    """Peak of a hals run on an ENVI file, against the scene in memory."""
    from tests.benchmarks.window import envi_scene

    with tempfile.TemporaryDirectory() as folder:
        header = envi_scene(Path(folder))
        size = header.with_suffix(".img").stat().st_size
        out = subprocess.run(
            [sys.executable, "-c", MEMORY, header], capture_output=True, text=True, check=True
        )
    grown = int(out.stdout)
    said = f"Peak memory of hals: {grown / 1e6:.0f} MB for a scene of {size / 1e6:.0f} MB"
    return f"{said} (ask: 1.5 × and 100 MB more)."


def draw(figures: dict[str, dict[str, list[float]]], path: Path) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 3.4), layout="constrained")
    for place, (axis, times) in enumerate(figures.items(), 1):
        part = figure.add_subplot(1, 3, place)
        sizes = [size[("pixels", "bands", "r").index(axis)] for size in AXES[axis]]
        for name, seconds in times.items():
            part.loglog(sizes, seconds, "o-", label=name)
        middle = np.sqrt(sizes[0] * sizes[-1])
        for power in (1, 2) if axis == "r" else (1,):  # to lay a ruler on
            least = min(min(seconds) for seconds in times.values())
            ruler = 0.7 * least * (np.array(sizes) / sizes[0]) ** power
            part.loglog(sizes, ruler, ":", color="grey", linewidth=1)
            part.annotate(f"slope {power}", (middle, 0.7 * least * (middle / sizes[0]) ** power), fontsize=7)
        part.set_xticks(sizes, [f"{v:,}" for v in sizes], fontsize="x-small")
        part.minorticks_off()
        part.set_xlabel(axis)
        part.set_ylabel("seconds" if place == 1 else "")
        part.grid(True, which="both", alpha=0.3)
    figure.legend(*part.get_legend_handles_labels(), loc="outside right upper")
    figure.savefig(path, dpi=100)


def main() -> None:
    print("| grows | work | seconds | slope | in theory |\n|---|---|---|---|---|")
    figures = {}
    with set_threads(1), threadpool_limits(limits=1):
        for axis, sizes in AXES.items():
            figures[axis] = measure(axis)
            values = [size[("pixels", "bands", "r").index(axis)] for size in sizes]
            for name, seconds in figures[axis].items():
                slope = np.polyfit(np.log(values), np.log(seconds), 1)[0]
                theory = THEORY[name].get(axis, "1")
                shown = ", ".join(f"{s:.3g}" for s in seconds)
                print(f"| {axis} | {name} | {shown} | {slope:.2f} | {theory} |", flush=True)
    print("\n" + peak_memory())
    if len(sys.argv) > 1:
        draw(figures, Path(sys.argv[1]))


if __name__ == "__main__":
    main()
