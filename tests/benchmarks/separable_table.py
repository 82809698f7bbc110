"""The separable methods side by side: relative error in % with exact nonnegative abundances.

    python -m tests.benchmarks.separable_table

Rows ending in -500 choose among 500 pixels, the centres of clusters. Random methods: the best of
ten runs by the relative error. Prints Markdown, for the manual.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Iterator
from datetime import date

import numpy as np
import scipy.io

import hsunmix
from hsunmix.errors import HsunmixError
from tests.benchmarks.scenes import SHARED, Array, urban_size

RANKS = (6, 8)
METHODS = ("random", "ppi", "nfindr", "vca", "spa", "snpa", "xray", "h2nmf", "fgnsr", "lp")
WITHOUT_CANDIDATES = ("random", "ppi", "nfindr")  # chosen among all pixels only
CANDIDATES_ONLY = ("fgnsr", "lp")


def scenes() -> Iterator[tuple[str, Array]]:
    if (SHARED / "data").is_dir():
        urban = scipy.io.loadmat(SHARED / "data/urban_77/urban_undersampled4.mat")["M"]
        yield "Urban, every 4th pixel", urban.astype(np.float32) / 1000
        crop = scipy.io.loadmat(SHARED / "data/urban_hydice_crop/HYDICE_urban.mat")
        cube = max(
            (v for v in crop.values() if isinstance(v, np.ndarray) and v.ndim == 3), key=lambda v: v.size
        )
        yield "HYDICE crop", cube.reshape(-1, cube.shape[2]).T.astype(np.float32) / 1000
    yield "made, Urban's size", urban_size()


def rows() -> Iterator[tuple[str, str, dict[str, int]]]:
    for method in METHODS:
        if method not in CANDIDATES_ONLY:
            yield method.upper(), method, {}
        if method not in WITHOUT_CANDIDATES:
            count = 100 if method == "lp" else 500
            yield f"{method.upper()}-{count}", method, {"candidates": count}


def main() -> None:
    made = list(scenes())
    heads = [f"{name}, r={rank}" for name, _ in made for rank in RANKS]
    print(f"{date.today()}, {platform.machine()}, seconds in brackets\n")
    print("| method | " + " | ".join(heads) + " |\n" + "|---" * (1 + len(heads)) + "|")
    for title, method, options in rows():
        cells = []
        for _, x in made:
            for rank in RANKS:
                began = time.perf_counter()
                try:
                    error = f"{100 * hsunmix.unmix(x, method, rank=rank, **options).relative_error:.2f}"
                except HsunmixError as refused:
                    error = type(refused).__name__
                cells.append(f"{error} ({time.perf_counter() - began:.1f})")
        print(f"| {title} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
