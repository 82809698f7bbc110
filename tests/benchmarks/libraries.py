"""Methods with libraries of classes: against the published program, and at size. Prints Markdown.

python -m tests.benchmarks.libraries

The first line needs the package ``mesma`` (1.0.8); it is left out where that is missing.
"""

from __future__ import annotations

import importlib.util
from time import perf_counter
from typing import Any

import numpy as np

import hsunmix
from hsunmix.model.library import Library
from tests.methods.test_mesma import CLASSES
from tests.scenes import library_of_classes

EACH, BANDS = 20, 100


def scene(pixels: int) -> tuple[np.ndarray, Library]:
    """Mixtures of three classes of ``EACH`` spectra, (bands, pixels), and the library."""
    library = library_of_classes(CLASSES, EACH, BANDS)
    rng = np.random.default_rng(0)
    x = np.empty((BANDS, pixels), np.float32)
    for first in range(0, pixels, 50_000):
        some = x[:, first : first + 50_000]
        pick = rng.integers(0, EACH, (some.shape[1], 3)) + np.arange(3) * EACH
        f = rng.dirichlet([0.5, 0.5, 0.5], len(pick)) * rng.uniform(0.3, 1, (len(pick), 1))
        some[:] = np.einsum("pk,pkb->bp", f, library.values[pick])
        some += 0.005 * rng.standard_normal(some.shape, dtype=np.float32)
    return x, library


def seconds(x: np.ndarray, method: str, library: Library, **given: Any) -> tuple[float, hsunmix.Unmixing]:
    began = perf_counter()
    found = hsunmix.unmix(x, method, library=library, **given)
    return perf_counter() - began, found


def against_the_package() -> str:
    from mesma.core.mesma import MesmaCore, MesmaModels

    x, library = scene(2000)
    ours, found = min((seconds(x, "mesma", library) for _ in range(3)), key=lambda one: one[0])
    ways = MesmaModels()
    ways.setup(np.array([CLASSES.index(c) for c in library.classes], str))
    ways.select_level(True, 4)
    for k in range(3):
        ways.select_class(True, k, 4)
    began = perf_counter()
    models, fractions, _, _ = MesmaCore().execute(
        x[:, None],
        library.spectra,
        ways.return_look_up_table(),
        ways.em_per_class,
        log=lambda *_a, **_k: None,
    )
    theirs = perf_counter() - began
    same = (models[:, 0] == found["model"]).all(axis=0)
    far = np.abs(found.abundances - fractions[:3, 0])[:, same].max()
    return (
        f"| mesma, 2,000 pixels, 3 × {EACH} spectra | {same.sum():,} models alike, fractions to {far:.0e}; "
        f"{ours:.2f} s against {theirs:.1f} s: {theirs / ours:.0f} × |"
    )


def main() -> None:
    print("| work | figure |\n|---|---|")
    few, library = scene(500)
    seconds(few, "mesma", library)  # compile
    if importlib.util.find_spec("mesma") is not None:
        print(against_the_package(), flush=True)
    x, library = scene(1_000_000)
    took, found = seconds(x, "mesma", library)
    print(f"| mesma, a million pixels | {took:.1f} s; {found.note.split('.')[0]} |", flush=True)
    seconds(x[:, :500], "emc2", library)
    took, _ = seconds(x[:, :100_000], "emc2", library, draws=20)
    print(f"| emc2, 100,000 pixels, 20 draws of 30 spectra | {took:.1f} s |", flush=True)


if __name__ == "__main__":
    main()
