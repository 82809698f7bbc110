"""What unmixing costs by pixels, processors and disk, on paper. Prints Markdown.

    python -m tests.benchmarks.scale_on_paper [BYTES_A_SECOND]

What a pixel costs in each read of ``auto`` is measured first, by one thread, on a small scene that stays in
its file, and so is the command on a scene too small for its pixels to count; the disk's rate is given, such
as that of a cold ``cat``. ``beyond_memory growth`` measures the whole, and says how far this is off.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from hsunmix.engine import footprint as engine
from hsunmix.engine.footprint import Resources
from hsunmix.engine.loading import load
from hsunmix.engine.passes import gram, residuals
from hsunmix.engine.scene import Scene
from hsunmix.engine.sketch import sketched
from hsunmix.engine.subsets import evenly
from hsunmix.engine.threads import set_threads
from hsunmix.exports import ExportJob, write_products
from hsunmix.formats import open_cube
from hsunmix.methods import get
from hsunmix.methods.running import footprint, pipeline
from hsunmix.methods.running._in_blocks import solved_in_blocks
from hsunmix.methods.running.pipeline import Request
from hsunmix.model.choice import Choice
from hsunmix.model.progress import finish
from hsunmix.result import Result
from tests.benchmarks.beyond_memory import BANDS, RANK, SAMPLES, given_spectra, make, planted
from tests.benchmarks.beyond_memory import measured as command

DIRECTIONS, SAMPLE = 10, 10_000  # beyond r, of the sketch; pixels among which auto looks for vertices
LINES, FEW_LINES = 120, 40  # of the scenes that are measured
PLENTY = 1 << 40  # bytes


@dataclass(frozen=True)
class Rates:
    """Seconds of one thread.

    Attributes
    ----------
    first, second, third : float
        For a pixel in each read: into tiles, X Xᵀ, the largest values and the hash of the file; coordinates
        along r + 10 directions; abundances and what they leave.
    gram, fill : float
        Of the first, for X Xᵀ, and for the way into tiles.
    between : float
        For a pixel's abundances by nnls and fcls in those directions.
    products : float
        For a pixel of the maps that are written.
    start : float
        What no pixel adds to: imports, the search for vertices in a sample, pictures.
    """

    first: float
    second: float
    third: float
    gram: float
    fill: float
    between: float
    products: float
    start: float = 0.0

    @property
    def pixel(self) -> float:
        """All of a pixel."""
        return self.first + self.second + self.third + self.between + self.products


def best(work: Callable[[], Any]) -> float:
    """Least seconds of the processors of three."""
    times = []
    for _ in range(4):  # the first compiles
        began = time.process_time()  # others may use the machine
        work()
        times.append(time.process_time() - began)
    return min(times[1:])


def measured(bands: int = BANDS) -> Rates:
    """Measure what a pixel costs, and the start."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scene.img"
        make(path, LINES * SAMPLES * bands * 4, "bil", bands)
        with set_threads(1), threadpool_limits(limits=1):
            rates = _of_pixels(path, bands)
        make(path, FEW_LINES * SAMPLES * bands * 4, "bil", bands)
        whole = command(path, "auto", PLENTY, [], given_spectra(Path(folder), bands))
    return Rates(**{**vars(rates), "start": float(whole["processor"]) - FEW_LINES * SAMPLES * rates.pixel})


def _of_pixels(path: Path, bands: int) -> Rates:
    cube, request = open_cube(path.with_suffix(".hdr")), Request(Choice("auto"), RANK)
    little = Resources(engine.PROGRAM + cube.nbytes // 2 + 50_000_000)
    taken = footprint.of_run(cube, request, little)
    assert taken.way == "file"

    def read() -> Scene:
        return finish(pipeline.load_for(cube, request, taken))

    scene, here, w = read(), finish(load(cube)), planted(bands)
    n, rng = scene.n_pixels, np.random.default_rng(0)
    rows = np.linalg.qr(rng.standard_normal((bands, min(bands, RANK + DIRECTIONS))))[0].T
    places = evenly(n, SAMPLE)
    ground = finish(sketched(scene, rows, places))[1]
    fcls = get("fcls", "abundance")
    result = Result.of(finish(pipeline.solve(scene, w, Choice("fcls"))), cube)
    job = ExportJob(result, result.as_endmembers(), cube)

    def tried() -> None:
        for name in ("nnls", "fcls"):
            method = get(name, "abundance")
            found = finish(method.run(ground, rows @ w, method.params()))
            finish(residuals(ground, rows @ w, found.h))

    return Rates(
        first=best(read) / n,
        second=best(lambda: finish(sketched(scene, rows, places))) / n,
        third=best(lambda: finish(solved_in_blocks(scene, w, fcls, fcls.params()))) / n,
        gram=best(lambda: finish(gram(here))) / n,
        fill=best(lambda: finish(load(cube, trusted=True))) / n,
        between=best(tried) / n,
        products=best(lambda: write_products(job, path.parent / "out", ["geotiff"])) / n,
    )


def seconds(rates: Rates, pixels: float, disk: float, processors: float, bands: int = BANDS) -> float:
    """Seconds of ``auto``: three reads, each as long as the disk or as the processors need."""
    read = pixels * bands * 4 / disk
    reads = sum(max(read, pixels * one / processors) for one in (rates.first, rates.second, rates.third))
    maps = pixels * (RANK + 1) * 4 / disk
    return rates.start + reads + pixels * rates.between / processors + max(maps, pixels * rates.products)


def processor_seconds(rates: Rates, pixels: float) -> float:
    """Seconds of all processors together that ``auto`` takes."""
    return rates.start + pixels * rates.pixel


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
    print(f"| of one thread, {BANDS} bands, r = {RANK} | µs a pixel |\n|---|---|")
    rest = rates.first - rates.gram - rates.fill
    for what, one in (
        ("first read: X Xᵀ", rates.gram),
        ("into tiles", rates.fill),
        ("hash, largest values, what holds data", rest),
        ("second read: into tiles, coordinates", rates.second),
        ("nnls and fcls in these", rates.between),
        ("third read: into tiles, fcls, what it leaves", rates.third),
        ("GeoTIFF", rates.products),
        ("all", rates.pixel),
    ):
        print(f"| {what} | {1e6 * one:.2f} |")
    print(f"\nThe start: {rates.start:.1f} s. A disk of {disk / 1e6:.0f} MB/s a node:\n")
    print(
        "| pixels | file | 2 processors | 8 | 10 nodes of 32 | 1000 nodes of 32 |\n|---|---|---|---|---|---|"
    )
    for pixels in (1e5, 1e6, 1e7, 1e8, 1e9, 1e12):
        row = []
        for nodes, processors in ((1, 2), (1, 8), (10, 32), (1000, 32)):
            row.append(said(seconds(rates, pixels / nodes, disk, processors)))
        size = pixels * BANDS * 4
        print(f"| 10^{round(np.log10(pixels))} | {size / 1e9:.4g} GB | {' | '.join(row)} |")


if __name__ == "__main__":
    main()
