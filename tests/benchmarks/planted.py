"""Methods on scenes whose truth is known: medians of ten seeds, lowest and highest. Prints Markdown.

python -m tests.benchmarks.planted
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy.ndimage import gaussian_filter

import hsunmix
from hsunmix.bench.planted import SIDE, Planted, planted
from hsunmix.engine.loading import from_array
from hsunmix.methods.running import pipeline
from hsunmix.model.choice import Choice
from hsunmix.model.progress import finish
from tests.methods import test_bundles, test_fusion, test_lrsca, test_nrf
from tests.scenes import angles

SEEDS = range(10)


def lrsca(seed: int, purest: float) -> float:
    """Return the largest spectral angle in degrees: two materials in each pixel, six in all, 40 dB."""
    x, w = test_lrsca.planted(seed, purest=purest)
    return float(angles(hsunmix.unmix(x, "lrsca", rank=6).endmembers, w).max())


def noisy(seed: int) -> Planted:
    """The scene of 20 dB and eight materials, in which neighbours differ."""
    return planted("noisy", seed)


def regions(seed: int) -> Planted:
    """The same with twenty kinds of regions, each of one mixture."""
    made, rng = noisy(seed), np.random.default_rng(seed)
    fields = [gaussian_filter(rng.standard_normal((SIDE, SIDE)), 6, mode="wrap") for _ in range(20)]
    mixtures = rng.dirichlet(np.full(len(made.abundances), 0.5), len(fields)).T
    h = mixtures[:, np.argmax(fields, axis=0).ravel()]
    clean = made.endmembers @ h
    x = clean + np.sqrt((clean**2).mean() / 100) * rng.standard_normal(clean.shape)
    return replace(made, x=np.maximum(x, 0), abundances=h)


def brightnesses(seed: int) -> Planted:
    """Pure pixels, 30 dB, and five materials that are each brighter here and darker there, by a quarter."""
    made, rng = planted("pure", seed), np.random.default_rng(seed)
    fields = np.stack([gaussian_filter(rng.standard_normal((SIDE, SIDE)), 12, mode="wrap") for _ in range(5)])
    psi = np.clip(1 + 0.25 * fields / fields.std(axis=(1, 2), keepdims=True), 0.3, 2).reshape(5, -1)
    clean = made.endmembers @ (psi * made.abundances)
    x = clean + np.sqrt((clean**2).mean() / 1000) * rng.standard_normal(clean.shape)
    return replace(made, x=np.maximum(x, 0))


def rmse(seed: int, method: str, of: Callable[[int], Planted] = noisy, **options: bool) -> float:
    """Return the RMSE of abundances with the true spectra."""
    made = of(seed)
    cube = hsunmix.Cube.from_array(made.x.T.reshape(SIDE, SIDE, -1).astype(np.float32))
    found = hsunmix.abundances(cube, made.endmembers, method, **options).reshape(made.abundances.shape)
    found = found / found.sum(axis=0) if of is brightnesses else found
    return float(np.sqrt(((found - made.abundances) ** 2).mean()))


def bent(seed: int, kind: str, *, sum_to_one: bool = True) -> float:
    """Return the share of the pixels that ppnm calls bent."""
    made = planted(kind, seed)
    chosen = Choice("ppnm", {"sum_to_one": sum_to_one})
    found = finish(pipeline.solve(from_array(made.x), made.endmembers, chosen))
    return float((found.maps["mixing"].values > 0).mean())


def exact(seed: int) -> float:
    """Return the share of matrices of known nonnegative rank that nrf tells right."""
    right = [
        hsunmix.unmix(x, "nrf", rank=rank, seed=seed).converged
        and not hsunmix.unmix(x, "nrf", rank=rank - 1, seed=seed).converged
        for x, rank in test_nrf.KNOWN.values()
    ]
    return float(np.mean(right))


def grouped(seed: int, method: str, **more: str) -> float:
    """Return the RMSE of fractions on pixels of three materials that vary in shape."""
    x, _, h = test_bundles.varied(seed)
    found = hsunmix.unmix(x, method, rank=3, **more).abundances
    order = [int(((found - row) ** 2).sum(axis=1).argmin()) for row in h]
    return float(np.sqrt(((found[order] - h) ** 2).mean()))


ROWS: dict[str, Callable[[int], float]] = {
    "lrsca, pure pixels, largest angle, °": lambda seed: lrsca(seed, 1.0),
    "lrsca, no abundance above 0.6, largest angle, °": lambda seed: lrsca(seed, 0.6),
    "nrf, share of known matrices": exact,
    "joint (fuse), dB nearer than bicubic": test_fusion.gain,
    "nnls, RMSE": lambda seed: rmse(seed, "nnls"),
    "nlm, RMSE": lambda seed: rmse(seed, "nlm"),
    "fcls, RMSE": lambda seed: rmse(seed, "fcls"),
    "nlm with sum_to_one, RMSE": lambda seed: rmse(seed, "nlm", sum_to_one=True),
    "sunsal, RMSE": lambda seed: rmse(seed, "sunsal"),
    "tv, RMSE": lambda seed: rmse(seed, "tv"),
    "tv with sum_to_one, RMSE": lambda seed: rmse(seed, "tv", sum_to_one=True),
    "mua, RMSE": lambda seed: rmse(seed, "mua"),
    "mua with sum_to_one, RMSE": lambda seed: rmse(seed, "mua", sum_to_one=True),
    "regions, sunsal, RMSE": lambda seed: rmse(seed, "sunsal", of=regions),
    "regions, fcls, RMSE": lambda seed: rmse(seed, "fcls", of=regions),
    "regions, nlm with sum_to_one, RMSE": lambda seed: rmse(seed, "nlm", sum_to_one=True, of=regions),
    "regions, tv, RMSE": lambda seed: rmse(seed, "tv", of=regions),
    "regions, tv with sum_to_one, RMSE": lambda seed: rmse(seed, "tv", sum_to_one=True, of=regions),
    "regions, mua, RMSE": lambda seed: rmse(seed, "mua", of=regions),
    "regions, mua with sum_to_one, RMSE": lambda seed: rmse(seed, "mua", sum_to_one=True, of=regions),
    "brightnesses, fcls, RMSE": lambda seed: rmse(seed, "fcls", of=brightnesses),
    "brightnesses, nnls over its sum, RMSE": lambda seed: rmse(seed, "nnls", of=brightnesses),
    "brightnesses, elmm, RMSE": lambda seed: rmse(seed, "elmm", of=brightnesses),
    "varied, spa and fcls, RMSE": lambda seed: grouped(seed, "spa", abundance="fcls"),
    "varied, bundles, RMSE": lambda seed: grouped(seed, "bundles"),
    "ppnm, bilinear, share called bent": lambda seed: bent(seed, "bilinear"),
    "ppnm, linear, share called bent": lambda seed: bent(seed, "pure"),
    "ppnm without the sum, bilinear, share called bent": lambda seed: bent(
        seed, "bilinear", sum_to_one=False
    ),
    "ppnm without the sum, shade, share called bent": lambda seed: bent(seed, "shade", sum_to_one=False),
}


def main() -> None:
    print("| | median | lowest | highest |\n|---|---|---|---|")
    for name, one in ROWS.items():
        found = [one(seed) for seed in SEEDS]
        print(f"| {name} | {np.median(found):.3f} | {min(found):.3f} | {max(found):.3f} |", flush=True)


if __name__ == "__main__":
    main()
