"""The separable methods side by side, and dictionary NMF from each: relative error in %, abundances exact.

    python -m tests.benchmarks.separable_table [separable | dictionary] ...

Rows ending in a number choose among so many pixels, the centres of clusters. Random methods: the best of
ten runs by the relative error. Of dictionary NMF three errors: of the pixels that it starts from, of those
that the alternation comes to, and of those after exchanges; the seconds are those of the start and of a whole
run. No pixel is chosen twice and none of these errors is above the one before: else it stops. Prints
Markdown, for the manual; without a name both tables.
"""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial

import numpy as np
import scipy.io

import hsunmix
from hsunmix.errors import HsunmixError
from tests.benchmarks.scenes import SHARED, Array, urban_size

RANKS = (6, 8)
METHODS = ("random", "ppi", "nfindr", "vca", "spa", "snpa", "xray", "h2nmf", "fgnsr", "lp", "smrs")
WITHOUT_CANDIDATES = ("random", "ppi", "nfindr")  # chosen among all pixels only
CANDIDATES_ONLY = ("fgnsr", "lp", "smrs")


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
            for count in {"lp": (100,), "fgnsr": (100, 500)}.get(method, (500,)):
                yield f"{method.upper()}-{count}", method, {"candidates": count}


def separable(x: Array, rank: int, method: str, options: dict[str, int]) -> str:
    return f"{100 * hsunmix.unmix(x, method, rank=rank, **options).relative_error:.2f}"


def dictionary(x: Array, rank: int, method: str, options: dict[str, int]) -> str:
    start = hsunmix.unmix(x, method, rank=rank, **options)
    errors = [start.relative_error]
    for swaps in (False, True):
        began = time.perf_counter()
        found = hsunmix.unmix(x, "dictionary", rank=rank, init=start.endmembers, swaps=swaps)
        seconds = start.seconds + time.perf_counter() - began
        errors.append(found.relative_error)
        assert len(set(found.source_pixels.tolist())) == rank
        assert errors[-1] <= errors[-2] * (1 + 1e-6), errors
    return " → ".join(f"{100 * error:.2f}" for error in errors) + f" ({seconds:.1f})"


def timed(work: Callable[[], str]) -> str:
    began = time.perf_counter()
    try:
        cell = work()
    except HsunmixError as refused:
        cell = type(refused).__name__
    return cell if cell.endswith(")") else f"{cell} ({time.perf_counter() - began:.1f})"


def table(title: str, made: list[tuple[str, Array]], cell: Callable[..., str]) -> None:
    heads = [f"{name}, r={rank}" for name, _ in made for rank in RANKS]
    print("| method | " + " | ".join(heads) + " |\n" + "|---" * (1 + len(heads)) + "|")
    for name, method, options in rows():
        cells = [timed(partial(cell, x, rank, method, options)) for _, x in made for rank in RANKS]
        print(f"| {title}{name} | " + " | ".join(cells) + " |", flush=True)
    print()


def main() -> None:
    made = list(scenes())
    print(f"{date.today()}, {platform.machine()}, seconds in brackets\n")
    wanted = sys.argv[1:] or ("separable", "dictionary")
    if "separable" in wanted:
        table("", made, separable)
    if "dictionary" in wanted:
        table("d-", made, dictionary)


if __name__ == "__main__":
    main()
