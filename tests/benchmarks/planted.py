"""Methods on scenes whose truth is known: medians of ten seeds, lowest and highest. Prints Markdown.

python -m tests.benchmarks.planted
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

import hsunmix
from hsunmix.bench.planted import planted
from tests.methods import test_lrsca
from tests.scenes import angles

SEEDS = range(10)


def lrsca(seed: int, purest: float) -> float:
    """Return the largest spectral angle in degrees: two materials in each pixel, six in all, 40 dB."""
    x, w = test_lrsca.planted(seed, purest=purest)
    return float(angles(hsunmix.unmix(x, "lrsca", rank=6).endmembers, w).max())


def rmse(seed: int, method: str, **options: bool) -> float:
    """Return the RMSE of abundances with the true spectra on the scene of 20 dB and eight materials."""
    made = planted("noisy", seed)
    cube = hsunmix.Cube.from_array(made.x.T.reshape(100, 100, -1).astype(np.float32))
    found = hsunmix.abundances(cube, made.endmembers, method, **options).reshape(8, -1)
    return float(np.sqrt(((found - made.abundances) ** 2).mean()))


ROWS: dict[str, Callable[[int], float]] = {
    "lrsca, pure pixels, largest angle, °": lambda seed: lrsca(seed, 1.0),
    "lrsca, no abundance above 0.6, largest angle, °": lambda seed: lrsca(seed, 0.6),
    "nnls, RMSE": lambda seed: rmse(seed, "nnls"),
    "nlm, RMSE": lambda seed: rmse(seed, "nlm"),
    "fcls, RMSE": lambda seed: rmse(seed, "fcls"),
    "nlm with sum_to_one, RMSE": lambda seed: rmse(seed, "nlm", sum_to_one=True),
}


def main() -> None:
    print("| | median | lowest | highest |\n|---|---|---|---|")
    for name, one in ROWS.items():
        found = [one(seed) for seed in SEEDS]
        print(f"| {name} | {np.median(found):.3f} | {min(found):.3f} | {max(found):.3f} |", flush=True)


if __name__ == "__main__":
    main()
