"""What unmixing costs by pixels, bands, endmembers, processors and disk, on paper. Prints Markdown.

    python -m tests.benchmarks.scale_on_paper [BYTES_A_SECOND]

The few constants of the model are measured first, on one thread and a scene in memory; the disk's rate is
given, such as that of a cold ``cat``. ``beyond_memory`` measures the whole.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from hsunmix.engine.loading import from_array, load
from hsunmix.engine.passes import coordinates_along, gram, norms_squared, residuals
from hsunmix.engine.threads import set_threads
from hsunmix.methods import get
from hsunmix.model.cube import Cube
from hsunmix.model.progress import finish
from tests.benchmarks.beyond_memory import BANDS, RANK, blocks, planted

DIRECTIONS = 10  # beyond r, of the sketch
START = 4.0  # seconds: imports, the sample's search for vertices
OWN_START = 10.5  # of the processors for that, and for pictures: taken from measured growth, not from a model


@dataclass(frozen=True)
class Rates:
    """Seconds of one thread.

    Attributes
    ----------
    fill : float
        For a value, from the file's layout into tiles.
    gram, along : float
        For a product and sum: of X Xᵀ, and of coordinates along directions.
    solve : float
        For a pixel's abundances by nnls with r = 6, and what they leave.
    """

    fill: float
    gram: float
    along: float
    solve: float


def best(work: Callable[[], Any]) -> float:
    """Least seconds of three."""
    times = []
    for _ in range(4):  # the first compiles
        began = time.process_time()  # others may use the machine
        work()
        times.append(time.process_time() - began)
    return min(times[1:])


def measured() -> Rates:
    """Measure the constants."""
    block = next(blocks(40)).transpose(0, 2, 1)
    cube = Cube.from_array(np.concatenate([block] * 3))
    scene = finish(load(cube))
    n, w, nnls = scene.n_pixels, planted(), get("nnls", "abundance")
    rows = np.ascontiguousarray(np.linalg.qr(w)[0].T)
    with set_threads(1):
        along = best(lambda: finish(coordinates_along(scene, rows))) / (n * BANDS * RANK)

        def solve() -> None:
            found = finish(nnls.run(scene, w, nnls.params()))
            finish(residuals(scene, w, found.h))
            finish(norms_squared(scene))

        return Rates(
            fill=best(lambda: finish(load(cube, trusted=True))) / (n * BANDS),
            gram=best(lambda: finish(gram(scene))) / (n * BANDS**2),
            along=along,
            solve=best(solve) / n,
        )


def seconds(rates: Rates, pixels: float, bands: int, rank: int, disk: float, processors: float) -> float:
    """Seconds of ``auto``: three reads, each as long as the disk or as the processors need."""
    read = pixels * bands * 4 / disk
    *work, candidates = parts(rates, pixels, bands, rank)
    longest = sum(max(read, one / processors) for one in work)
    return START + longest + candidates / processors + pixels * rank * 4 / disk


def processor_seconds(rates: Rates, pixels: float, bands: int, rank: int) -> float:
    """Seconds of all processors together that ``auto`` takes."""
    return OWN_START + sum(parts(rates, pixels, bands, rank))


def parts(rates: Rates, pixels: float, bands: int, rank: int) -> tuple[float, float, float, float]:
    """Seconds of one thread: the three reads, and the search among the candidates between."""
    values = pixels * bands
    fill = values * rates.fill
    moments = fill + values * bands * rates.gram
    sketch = fill + values * (rank + DIRECTIONS) * rates.along
    candidates = 4 * pixels * rates.solve * (rank + DIRECTIONS) / bands
    solve = fill + pixels * rates.solve
    return moments, sketch, solve, candidates


def said(value: float) -> str:
    """Seconds, minutes, hours or days."""
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if value >= 2 * size:
            return f"{value / size:.1f} {unit}"
    return f"{value:.0f} s"


def main() -> None:
    """Print constants and tables."""
    disk = float(sys.argv[1]) if len(sys.argv) > 1 else 5e8
    rates = measured()
    from_array(np.ones((2, 2)))
    print("| of one thread | |\n|---|---|")
    print(f"| into tiles | {4 / rates.fill / 1e9:.2f} GB/s |")
    print(f"| X Xᵀ | {2 / rates.gram / 1e9:.1f} Gflop/s |")
    print(f"| coordinates | {2 / rates.along / 1e9:.1f} Gflop/s |")
    print(f"| nnls and what it leaves, r = {RANK} | {1e6 * rates.solve:.2f} µs a pixel |\n")
    print(f"`auto`, {BANDS} bands, r = {RANK}; a disk of {disk / 1e6:.0f} MB/s a node:\n")
    print(
        "| pixels | file | 2 processors | 8 | 10 nodes of 32 | 1000 nodes of 32 |\n|---|---|---|---|---|---|"
    )
    for pixels in (1e5, 1e6, 1e7, 1e8, 1e9, 1e12):
        row = []
        for nodes, processors in ((1, 2), (1, 8), (10, 32), (1000, 32)):
            row.append(said(seconds(rates, pixels / nodes, BANDS, RANK, disk, processors)))
        size = pixels * BANDS * 4
        print(f"| 10^{round(np.log10(pixels))} | {size / 1e9:.4g} GB | {' | '.join(row)} |")


if __name__ == "__main__":
    main()
