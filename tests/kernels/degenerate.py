"""Problems of constrained least squares in which spectra depend on each other, and what they must come to."""

from __future__ import annotations

import numpy as np
import quadprog
from numpy.typing import NDArray
from scipy.optimize import nnls

from hsunmix.engine.scene import TILE, Scene
from hsunmix.methods import get
from hsunmix.model.progress import finish

Array = NDArray[np.float64]

KINDS = (
    "independent", "zero spectrum", "equal", "proportional", "nearly equal", "nearly proportional",
    "mixture of others", "nearly a mixture", "more than bands", "all zero", "all equal", "all but equal",
    "one band", "one endmember", "tiny negatives", "smooth", "whole numbers", "unlike sizes", "signed",
)  # fmt: skip


def spectra(kind: str, bands: int, r: int, rng: np.random.Generator) -> Array:
    """Spectra of a kind, (bands, r); some kinds choose their own numbers."""
    if kind == "more than bands":
        bands = max(1, r // int(rng.integers(1, 4)))
    bands, r = 1 if kind == "one band" else bands, 1 if kind == "one endmember" else r
    w = rng.random((bands, r)) + rng.choice([0.0, 3.0])
    near = 10.0 ** -rng.uniform(4, 7)
    to, of = rng.integers(r, size=(2, max(1, r // 3)))
    mixed = w @ rng.dirichlet(np.ones(r), len(to)).T
    factor = rng.choice([0.4, 1.7, 1e-3], len(to))
    noise = rng.random((bands, len(to)))
    if kind == "zero spectrum":
        w[:, to[0]] = 0
    elif kind == "equal":
        w[:, to] = w[:, of]
    elif kind == "proportional":
        w[:, to] = w[:, of] * factor
    elif kind == "nearly equal":
        w[:, to] = w[:, of] * (1 + near * noise)
    elif kind == "nearly proportional":
        w[:, to] = w[:, of] * factor * (1 + near * noise)
    elif kind == "mixture of others":
        w[:, to] = mixed
    elif kind == "nearly a mixture":
        w[:, to] = mixed + near * noise
    elif kind == "all zero":
        w[:] = 0
    elif kind == "all equal":
        w[:] = w[:, :1]
    elif kind == "all but equal":
        w = w[:, :1] * (1 + near * rng.random((bands, r)))
    elif kind == "tiny negatives":
        w = np.where(rng.random(w.shape) < 0.3, -1e-6 * w, w)
    elif kind == "smooth":
        w = np.cumsum(w, axis=0) / bands
    elif kind == "whole numbers":
        w = rng.integers(0, 3, w.shape).astype(float)
    elif kind == "unlike sizes":
        w *= 10.0 ** rng.uniform(-3, 3, r)
    elif kind == "signed":
        w -= w.mean()
    return w.astype(np.float32).astype(np.float64) if rng.random() < 0.3 else w


def pixels(w: Array, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Mixtures, pure and noisy ones, zero, negative, very bright and very dark ones."""
    r = w.shape[1]
    h = rng.dirichlet(np.full(r, 0.4), count).T
    h[:, ::5] = np.eye(r)[:, rng.integers(r, size=len(h[0, ::5]))]
    size = np.abs(w).max() or 1.0
    noise = np.where(rng.random(count) < 0.5, 0.0, 10.0 ** rng.uniform(-4, 0, count))
    x = w @ h + noise * size * rng.standard_normal((len(w), count))
    x *= np.where(rng.random(count) < 0.4, 10.0 ** rng.uniform(-6, 6, count), 1.0)
    x[:, 1::9] = 0
    x[:, 2::9] *= -1
    return x.astype(np.float32)


def abundances_of(w: Array, x: NDArray[np.float32], method: str, **parameters: object) -> Array:
    """Abundances, (r, pixels), of pixels none of which is left out."""
    bands, count = x.shape
    n = -(-count // TILE)
    tiles = np.zeros((n, bands, TILE), np.float32)
    for i in range(n):
        part = x[:, i * TILE : (i + 1) * TILE]
        tiles[i, :, : part.shape[1]] = part
    scene = Scene(tiles, np.arange(count), np.ones(bands, bool), (count,))
    chosen = get(method, "abundance")
    found = finish(chosen.run(scene, w, chosen.params(**parameters)))
    return np.asarray(scene.spread(found.h), np.float64)


def _by_quadprog(g: Array, c: Array, simplex: bool) -> Array | None:
    """Goldfarb and Idnani's method; it needs G to have an inverse, so G is given a little more."""
    r = len(g)
    limits, bounds = np.eye(r), np.zeros(r)
    if simplex:
        limits, bounds = np.column_stack([np.ones(r), limits]), np.r_[1.0, bounds]
    for ridge in (0.0, 1e-13, 1e-11, 1e-9):
        more = g + ridge * (g.trace() or 1.0) * np.eye(r)
        try:
            h = np.maximum(quadprog.solve_qp(more, c, limits, bounds, int(simplex))[0], 0)
        except ValueError:
            continue
        if np.isfinite(h).all() and h.sum() > 0:
            return np.asarray(h / h.sum() if simplex else h)
    return None


def _by_scipy(w: Array, v: Array, simplex: bool, cost: float) -> Array | None:
    """Lawson and Hanson's method, with the sum as a heavy row."""
    if cost:
        return None
    try:
        if not simplex:
            return np.asarray(nnls(w, v, maxiter=30 * w.shape[1])[0])
        heavy = 1e4 * (np.abs(w).max() or 1.0)
        h = nnls(np.vstack([w, np.full(w.shape[1], heavy)]), np.r_[v, heavy], maxiter=30 * w.shape[1])[0]
    except RuntimeError:
        return None
    return np.asarray(h / h.sum()) if h.sum() > 0 else None


def excess(w: Array, x: NDArray[np.float32], h: Array, simplex: bool, cost: float = 0.0) -> Array:
    """How much longer ‖x − W h‖ is than by the best of the independent solvers, relative to the pixel.

    With ``cost`` · Σh in the objective, its root is compared: √(‖x − W h‖² + 2 cost Σh). Where a
    sum of one makes long spectra cancel in a dark pixel, the rounding of float32 fractions counts.
    """
    norms = np.linalg.norm(w, axis=0)
    size = np.where(simplex | (norms == 0), 1.0, norms)
    g = (w / size).T @ (w / size)
    lift = (g.trace() or 1.0) / len(g) if simplex else 0.0  # one more band, the same for all, changes nothing
    out = np.zeros(x.shape[1])

    def length(found: Array, v: Array) -> float:
        return float(np.sqrt(np.square(v - w @ found).sum() + 2 * cost * found.sum()))

    for t, v in enumerate(x.T.astype(np.float64)):
        scale = 1.0 if simplex else np.linalg.norm(v) or 1.0
        right = (w / size).T @ v / scale + lift - cost / size / scale
        tries = [_by_quadprog(g + lift, right, simplex), _by_scipy(w / size, v / scale, simplex, cost)]
        found = [q / size * scale for q in tries if q is not None]
        found += list(np.eye(w.shape[1])) if simplex else [np.zeros(w.shape[1])]
        best = min(found, key=lambda q: length(q, v))
        least = [1e-300, np.linalg.norm(v), length(best, v)]
        if simplex:
            least += [best @ norms, 1e-6 * norms.max()]
        out[t] = (length(h[:, t], v) - length(best, v)) / max(least)
    return out
