"""Stacks of cubes: parafac beside tensorly, and mpals beside choosing atoms after parafac.

    python -m tests.benchmarks.stacks [tensors | atoms] [--figure FILE]

``tensors``: ten tensors of 8 cubes, 60 bands and 2,000 pixels, at 30 dB; both in one process, interleaved.
``atoms``: spectra are six of 60 atoms that are nearly alike, the noise is at 11.5 dB, and amounts change
the more alike from cube to cube, the nearer ρ comes to one. Which share of the true atoms is found, on the
mean of ten draws.
"""

from __future__ import annotations

import sys
import time

import numpy as np
from scipy.optimize import linear_sum_assignment

import hsunmix
from hsunmix.model.library import Library
from hsunmix.model.spectra import Spectra

RHOS = (0.0, 0.3, 0.6, 0.8, 0.9, 0.95)
CUBES, BANDS, PIXELS, ATOMS, RANK, SNR = 10, 50, 60, 60, 6, 11.5
ALIKE = 0.9  # how much of every atom is the same
DRAWS = 10


def noisy(t: np.ndarray, snr: float, rng: np.random.Generator) -> np.ndarray:
    noise = rng.standard_normal(t.shape)
    return t + noise * np.linalg.norm(t) / np.linalg.norm(noise) * 10 ** (-snr / 20)


def tensor(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    a, s = rng.random((60, 5)), rng.random((8, 5))
    h = rng.dirichlet(np.full(5, 0.5), 2000).T
    t = np.einsum("bk,nk,kp->nbp", a, s, h)
    return np.maximum(noisy(t, 30, rng), 0).astype(np.float32)


def tensors() -> None:
    import tensorly
    from tensorly.decomposition import non_negative_parafac

    hsunmix.unmix(hsunmix.Cube.stack(list(tensor(99)[:, :, :300])), "parafac", rank=5)  # compiles
    print("| tensor | parafac, error | s | tensorly, error | s | times as fast |\n|---|---|---|---|---|---|")
    for seed in range(10):
        t = tensor(seed)
        began = time.perf_counter()
        ours = hsunmix.unmix(hsunmix.Cube.stack(list(t)), "parafac", rank=5).relative_error
        middle = time.perf_counter()
        factors = non_negative_parafac(
            tensorly.tensor(t.astype(float)), rank=5, init="random", random_state=0
        )
        ended = time.perf_counter()
        theirs = np.linalg.norm(tensorly.cp_to_tensor(factors) - t) / np.linalg.norm(t)
        seconds = middle - began, ended - middle
        cells = (
            f"{ours:.2%} | {seconds[0]:.2f} | {theirs:.2%} | {seconds[1]:.2f} | {seconds[1] / seconds[0]:.0f}"
        )
        print(f"| {seed} | {cells} |", flush=True)


def problem(rho: float, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return T (cubes, bands, pixels), the atoms (bands, atoms) and which of them it is made of."""
    rng = np.random.default_rng(seed)
    atoms = (1 - ALIKE) * rng.random((BANDS, ATOMS)) + ALIKE * rng.random((BANDS, 1))
    chosen = rng.choice(ATOMS, RANK, replace=False)
    amounts = (1 - rho) * rng.random((CUBES, RANK)) + rho * rng.random((CUBES, 1))
    maps = rng.dirichlet(np.full(RANK, 0.5), PIXELS).T
    return noisy(np.einsum("bk,nk,kp->nbp", atoms[:, chosen], amounts, maps), SNR, rng), atoms, chosen


def recovered(rho: float, seed: int) -> tuple[float, float]:
    """Return the share of true atoms found by parafac and the nearest atoms, and by mpals."""
    t, atoms, chosen = problem(rho, seed)
    names = tuple(f"{k}:" for k in range(ATOMS))
    library = Library.of(Spectra(np.tile(atoms, (CUBES, 1)).T, names))
    free = (
        hsunmix.unmix(hsunmix.Cube.stack(list(t)), "parafac", rank=RANK)
        .endmembers.reshape(CUBES, BANDS, RANK)
        .mean(axis=0)
    )
    unit = atoms / np.linalg.norm(atoms, axis=0)
    nearest = linear_sum_assignment(-(free / np.linalg.norm(free, axis=0)).T @ unit)[1]
    drawn = hsunmix.unmix(hsunmix.Cube.stack(list(t)), "mpals", rank=RANK, library=library)
    found = [int(member.name.partition(":")[0]) for member in drawn.as_endmembers()]
    return len({*nearest} & {*chosen}) / RANK, len({*found} & {*chosen}) / RANK


def atoms(figure: str) -> None:
    shares = np.array([[recovered(rho, seed) for seed in range(DRAWS)] for rho in RHOS])
    means = 100 * shares.mean(axis=1)
    print("| ρ | parafac, then the nearest atoms, % | mpals, % |\n|---|---|---|")
    for rho, (one, other) in zip(RHOS, means, strict=True):
        print(f"| {rho:g} | {one:.0f} | {other:.0f} |")
    if figure:
        from matplotlib.figure import Figure

        canvas = Figure(figsize=(7.2, 2.7), layout="constrained")
        part = canvas.subplots()
        part.plot(RHOS, means[:, 1], "o-", label="mpals")
        part.plot(RHOS, means[:, 0], "s-", label="parafac, then the nearest atoms")
        part.set(xlabel="ρ: how alike amounts change", ylabel="true atoms found, %", ylim=(0, 104))
        part.legend()
        canvas.savefig(figure, dpi=75)


if __name__ == "__main__":
    if "atoms" not in sys.argv:
        tensors()
    if "tensors" not in sys.argv:
        atoms(sys.argv[-1] if "--figure" in sys.argv else "")
