"""One pass, block by block, three reads or as many as it takes: medians of ten seeds. Prints Markdown.

python -m tests.benchmarks.passes
"""

from __future__ import annotations

from time import perf_counter

import numpy as np

import hsunmix
from hsunmix.bench.planted import planted
from tests.scenes import angles

SEEDS = range(10)
KINDS = ("pure", "mixed", "noisy", "rare")
WAYS: dict[str, tuple[str, dict[str, int]]] = {
    "`auto`": ("auto", {}),
    "`online`": ("online", {}),
    "`block`, 6 blocks": ("block", {"size": 2000}),
    "`hals`": ("hals", {}),
}


def main() -> None:
    print("| scene | way | relative error, % | median angle, ° | time, of hals' |\n|---|---|---|---|---|")
    hsunmix.unmix(planted("pure", 0).x, "block", rank=5, size=2000)  # kernels are ready then
    for kind in KINDS:
        found = {name: [one(kind, seed, *how) for seed in SEEDS] for name, how in WAYS.items()}
        for name, values in found.items():
            error, angle, _ = np.median(values, axis=0)
            share = np.median([a[2] / b[2] for a, b in zip(values, found["`hals`"], strict=True)])
            print(f"| {kind} | {name} | {100 * error:.2f} | {angle:.1f} | {share:.1f} |", flush=True)


def one(kind: str, seed: int, method: str, more: dict[str, int]) -> tuple[float, float, float]:
    """Return the relative error, the median spectral angle in degrees, and seconds."""
    made = planted(kind, seed)
    began = perf_counter()
    found = hsunmix.unmix(made.x, method, rank=made.endmembers.shape[1], **more)
    seconds = perf_counter() - began
    return found.relative_error, float(np.median(angles(found.endmembers, made.endmembers))), seconds


if __name__ == "__main__":
    main()
