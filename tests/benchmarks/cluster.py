"""A scene on a Dask cluster of this machine: bytes to and fro, one worker against several, cancelling.

    python -m tests.benchmarks.beyond_memory make FILE [GIGABYTES]
    python -m tests.benchmarks.cluster run FILE [METHOD ...] [--workers N]
    python -m tests.benchmarks.cluster cancel FILE

``run`` starts a scheduler and N workers of one thread (2 by default), does each method on all of them and on
one, and prints Markdown: time with one and with all, the first read included; whether both gave the same
bits; bytes between client and workers without the maps; and how much of the file was read here. ``cancel``
closes ``hals`` at twenty moments and prints how long that took.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from hsunmix.engine.cluster import shared
from hsunmix.engine.cluster.connecting import Cluster, connected
from hsunmix.engine.footprint import Resources
from hsunmix.formats import open_cube
from hsunmix.methods.running import footprint, pipeline
from hsunmix.methods.running.pipeline import Request
from hsunmix.model.choice import Choice
from hsunmix.model.cube import Cube
from hsunmix.model.progress import finish
from tests.benchmarks.beyond_memory import RANK, planted
from tests.engine.dask_processes import processes

EVERY = shared.workers_of


def unmixed(cube: Cube, name: str, cluster: Cluster | None) -> tuple[Any, Any, float]:
    """Return scene, result, and seconds."""
    resources, began = Resources(cluster=cluster), time.perf_counter()
    if name in ("nnls", "fcls"):
        taken = footprint.of_solve(cube, RANK, Choice(name), resources)
        scene = finish(pipeline.load(cube, planted(), footprint=taken))
        return scene, finish(pipeline.solve(scene, planted(), Choice(name))), time.perf_counter() - began
    request = Request(Choice(name), RANK)
    scene = finish(pipeline.load_for(cube, request, footprint.of_run(cube, request, resources)))
    return scene, finish(pipeline.unmix(scene, request)), time.perf_counter() - began


def run(path: Path, names: list[str], count: int) -> None:
    """Print the table."""
    cube = open_cube(path)
    columns = ["method", "1 worker, s", f"{count} workers, s", "×", "same bits", "to and fro, MB", "maps, MB"]
    print(f"| {' | '.join([*columns, 'read here, × file'])} |\n|{'---|' * 8}")
    with (
        tempfile.TemporaryDirectory() as folder,
        processes(Path(folder), count) as made,
        connected(made.file, open_cube) as cluster,
    ):
        assert cluster is not None
        while len(EVERY(cluster.client)) < count:
            time.sleep(0.1)
        for name in names:
            print(_row(cube, name, cluster, count), flush=True)


def _row(cube: Cube, name: str, cluster: Cluster, count: int) -> str:
    unmixed(cube, name, cluster)  # kernels are compiled, and the file is in the system's memory
    found, before = [], read_here()
    for some in (1, count):
        shared.workers_of = lambda client, some=some: dict(list(EVERY(client).items())[:some])
        found.append(unmixed(cube, name, cluster))
    shared.workers_of = EVERY
    (_, one, alone), (scene, several, together) = found
    same = all(
        np.array_equal(getattr(one, what), getattr(several, what), equal_nan=True)
        for what in ("endmembers", "abundances", "rmse")
    )
    maps = several.abundances.nbytes + 2 * several.rmse.nbytes
    moved = scene.executor.scene.sent + scene.executor.scene.received - maps
    times = f"{alone:.1f} | {together:.1f} | {alone / together:.2f}"
    here = (read_here() - before) / 2 / cube.nbytes
    row = f"{'yes' if same else 'NO'} | {moved / 1e6:.1f} | {maps / 1e6:.0f} | {here:.3f}"
    return f"| {name} | {times} | {row} |"


def read_here() -> int:
    """Bytes that this process has read from files so far. Linux only."""
    return int(Path("/proc/self/io").read_text().split("rchar:")[1].split()[0])


def cancel(path: Path) -> None:
    """Print how long it takes until a run is closed."""
    cube = open_cube(path)
    took = []
    with (
        tempfile.TemporaryDirectory() as folder,
        processes(Path(folder), 2) as made,
        connected(made.file, open_cube) as cluster,
    ):
        request = Request(Choice("hals", {"multilevel": False, "tolerance": 0.0}), RANK)
        taken = footprint.of_run(cube, request, Resources(cluster=cluster))
        scene = finish(pipeline.load_for(cube, request, taken))
        for k in range(20):
            work = pipeline.unmix(scene, request)
            for _ in range(5 + 7 * k):
                next(work)
            began = time.perf_counter()
            work.close()
            took.append(time.perf_counter() - began)
    print(f"closed within {np.percentile(took, 95):.3f} s (p95 of {len(took)}), at most {max(took):.3f} s")


def main(words: list[str]) -> None:
    """Read the command line."""
    count = 2
    if "--workers" in words:
        at = words.index("--workers")
        count = int(words[at + 1])
        del words[at : at + 2]
    what, path, *names = words
    if what == "cancel":
        cancel(Path(path))
    else:
        run(Path(path), names or ["auto", "nnls", "fcls", "hals"], count)


if __name__ == "__main__":
    main(sys.argv[1:])
