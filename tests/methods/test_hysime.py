"""HySime against a direct transcription of its paper, and on planted scenes."""

from __future__ import annotations

import numpy as np

import hsunmix


def planted(rank: int, seed: int, snr: float = 30.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    place = np.linspace(0, 1, 80)[:, None]
    w = 0.1 + sum(
        rng.random(rank) * np.exp(-(((place - rng.random(rank)) / rng.uniform(0.05, 0.3, rank)) ** 2))
        for _ in range(4)
    )
    x = w @ rng.dirichlet(np.ones(rank), 6000).T
    return x + np.sqrt((x**2).mean() / 10 ** (snr / 10)) * rng.standard_normal(x.shape)


def by_regression(x: np.ndarray) -> int:
    """Noise by regressing every band on the others, one least squares a band."""
    p, n = x.shape
    noise = np.empty_like(x)
    for i in range(p):
        others = np.delete(x, i, axis=0).T
        noise[i] = x[i] - others @ np.linalg.lstsq(others, x[i], rcond=None)[0]
    correlation = x @ x.T / n
    signal = (x - noise) @ (x - noise).T / n
    _, vectors = np.linalg.eigh(signal)
    power = np.einsum("ij,ij->j", vectors, correlation @ vectors)
    rn = np.diag(np.diag(noise @ noise.T / n)) + np.trace(signal) / p / 1e5 * np.eye(p)
    return int((2 * np.einsum("ij,ij->j", vectors, rn @ vectors) < power).sum())


def test_agrees_with_the_paper() -> None:
    for seed, rank in enumerate((3, 5, 8)):
        x = planted(rank, seed)
        assert hsunmix.estimate_rank(x, "hysime") == by_regression(x)


def test_planted_numbers() -> None:
    right = sum(hsunmix.estimate_rank(planted(rank, 10 + rank), "hysime") == rank for rank in range(3, 8))
    assert right >= 4
