"""How soon a run on a scene beyond memory ends once it is cancelled, as the window does it. Prints Markdown.

    python -m tests.benchmarks.beyond_memory make FILE [GIGABYTES]
    python -m tests.benchmarks.cancelling_in_file FILE [METHOD ...]

Each method runs once to its end, then twenty times as a job in a thread, cancelled at moments that are spread
over all of its stages; what counts is from there until its thread has done with it. The clock is that of the
wall: where others use the machine as well, the longest times are theirs.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np

from hsunmix.engine import footprint as engine
from hsunmix.engine.footprint import Resources
from hsunmix.formats import open_cube
from hsunmix.jobs import Cancelled, Job
from hsunmix.methods.running import footprint, pipeline
from hsunmix.methods.running.pipeline import Request
from hsunmix.model.choice import Choice
from hsunmix.model.cube import Cube
from tests.benchmarks.beyond_memory import RANK

TIMES = 20
ASK = 0.2  # seconds


def work(cube: Cube, method: str) -> Generator[Any, None, Any]:
    """What the window runs: a scene is read, where it has to stay in its file, and unmixed."""
    request = Request(Choice(method), RANK)
    little = Resources(engine.PROGRAM + cube.nbytes // 2 + 50_000_000)
    taken = footprint.of_run(cube, request, little)
    assert taken.way != "memory"
    scene = yield from pipeline.load_for(cube, request, taken)
    return (yield from pipeline.unmix(scene, request))


def started(cube: Cube, method: str) -> Job[Any]:
    """Begin."""
    job: Job[Any] = Job(work(cube, method), 0, lambda one: one.take_step() and None)
    job.start()
    return job


def main() -> None:
    """Print the table."""
    path, *names = sys.argv[1:]
    cube = open_cube(path if path.endswith(".nc") else Path(path).with_suffix(".hdr"))
    print(f"| method | whole, s | ended within, s (p95 of {TIMES}) | longest, s | ask, s |")
    print("|---|---|---|---|---|")
    for name in names or ["auto", "spa", "fgnsr", "hals"]:
        for _ in range(2):  # the first compiles
            began, job = time.perf_counter(), started(cube, name)
            job.join()
            whole = time.perf_counter() - began
        took = []
        for k in range(TIMES):
            job = started(cube, name)
            if job.join((k + 0.5) / TIMES * whole):
                continue  # it was quicker this time
            began = time.perf_counter()
            job.cancel()
            job.join()
            took.append(time.perf_counter() - began)
            assert job.outcome is not None
            assert isinstance(job.outcome.error, Cancelled)
        row = f"{whole:.1f} | {np.percentile(took, 95):.3f} ({len(took)}) | {max(took):.3f} | {ASK}"
        print(f"| {name} | {row} |", flush=True)


if __name__ == "__main__":
    main()
