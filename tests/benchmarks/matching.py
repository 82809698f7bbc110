"""How long it takes to rank the built-in library: python -m tests.benchmarks.matching

Printed are milliseconds on this machine, and how many times a loop over pairs takes in the same run.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np

from hsunmix.formats import builtin_library
from hsunmix.model.matching import METRICS, rank
from hsunmix.model.resampling import resample

BANDS, RANK, ROUNDS = 224, 8, 9


def seconds(work: Callable[[], object]) -> float:
    """Median time of a call, after one that warms up."""
    work()
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def angles_one_by_one(columns: np.ndarray, values: np.ndarray) -> list[list[float]]:
    """The angle as a loop over pairs finds it."""
    found = []
    for s in columns.T:
        row = []
        for t in values:
            both = np.isfinite(s) & np.isfinite(t)
            a, b = s[both], t[both]
            row.append(float(np.arccos(min(1.0, a @ b / np.linalg.norm(a) / np.linalg.norm(b)))))
        found.append(row)
    return found


def main() -> None:
    """Print the table."""
    nm, fwhm = np.linspace(400, 2450, BANDS), np.full(BANDS, 10.0)
    library = builtin_library()
    took = seconds(lambda: resample(library, nm, fwhm))
    on_bands = resample(library, nm, fwhm)
    columns = on_bands.values[:: len(on_bands.values) // RANK][:RANK].T.copy()
    print(f"{len(library.names)} library spectra, {BANDS} bands, {RANK} endmembers")
    print(f"resample     {took * 1e3:7.2f} ms")
    loop = seconds(lambda: angles_one_by_one(columns, on_bands.values))
    for metric in METRICS:
        took = seconds(lambda metric=metric: rank(columns, on_bands, metric, top=5))
        print(f"{metric:12} {took * 1e3:7.2f} ms   a loop over pairs takes {loop / took:.0f} times as long")


if __name__ == "__main__":
    main()
