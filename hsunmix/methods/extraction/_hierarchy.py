"""Clusters of pixels by splitting in two, again and again: what h2nmf and candidates share.

A node's pixels M are split by rank-two NMF: with M ≈ U S Vᵀ of rank two, successive projection picks
two columns of S Vᵀ, their spectra (clipped at zero) are W, and H solves min ‖M − WH‖, H ≥ 0, in
closed form (Kuang and Park 2013). The share x of the first component splits the pixels at the
threshold δ of a grid that minimizes −log(F(1 − F)) + exp(G), where F is the part of the pixels with
x ≤ δ and G the density of x within ±0.05: balanced, and where few pixels are. Of all leaves the one
is split next whose halves gain most: σ₁²(left) + σ₁²(right) − σ₁²(node).
"""

from __future__ import annotations

import heapq
from collections.abc import Generator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.passes import compiling, gram
from hsunmix.engine.scene import Scene
from hsunmix.engine.threads import single_threaded_blas
from hsunmix.model.unmixing import Step

__all__ = ["Clusters", "cluster", "numerical_rank"]

Array = NDArray[np.float64]

DIRECTIONS = 40  # of the scene, in which a large one is described
SMALL = 4_000_000  # numbers of a scene that is taken as it is
ROWS = 1 << 15  # done between two yields
WINDOW = 5  # steps of the grid to each side for the density
NOTHING_LEFT = 1e-12  # relative, squared: float32 data are no better


@dataclass(frozen=True, eq=False)
class Clusters:
    """Pixels in groups.

    Attributes
    ----------
    columns : array of int64, (k,)
        The pixel that represents each cluster.
    sizes : array of int64, (k,)
    labels : array of int32, (n, T)
        The cluster of every pixel, laid out as the scene; −1 in the padding.
    rank : int
        The scene's numerical rank.
    """

    columns: NDArray[np.int64]
    sizes: NDArray[np.int64]
    labels: NDArray[np.int32]
    rank: int


@dataclass(eq=False)
class _Node:
    """Rows ``first:last``; ``vectors`` (2, k) span them, ``power`` is σ₁²; ``gain`` −1: one piece."""

    first: int
    last: int
    vectors: Array
    power: float
    gain: float = -1.0
    halves: list[_Node] = field(default_factory=list)


def cluster(scene: Scene, count: int) -> Generator[Step | None, None, Clusters]:
    """Split the scene into ``count`` clusters, fewer when what is left holds equal spectra."""
    from hsunmix.kernels import clusters as kernels

    for kernel in (kernels.plane, kernels.shares, kernels.partition, kernels.own_cosines):
        yield compiling(kernel)
    with single_threaded_blas():
        tree = yield from _Tree.begin(scene)
        root = yield from tree.node(0, scene.n_pixels)
        yield from tree.split(root)
        leaves = [(-root.gain, 0, root)]  # a heap: the largest gain first, among equals the oldest
        born = 1
        while len(leaves) < count and leaves[0][0] < 0:
            for half in heapq.heappop(leaves)[2].halves:
                yield from tree.split(half)
                heapq.heappush(leaves, (-half.gain, born, half))
                born += 1
            yield Step(len(leaves) / count, message=f"Cluster {len(leaves)} of {count}")
        nodes = [node for _, _, node in sorted(leaves, key=lambda leaf: leaf[1])]
    return (yield from _represented(scene, tree, nodes))


def numerical_rank(product: Array) -> int:
    """Independent directions of a scene with this X Xᵀ, as far as float32 data can tell."""
    values = np.linalg.eigvalsh(product)
    return int((values > NOTHING_LEFT * values[-1]).sum())


@dataclass(eq=False)
class _Tree:
    """The pixels as rows z (n, k) = basisᵀ x, sorted so that a node's rows lie together."""

    z: NDArray[np.float32]
    order: NDArray[np.int64]
    basis: Array
    rank: int

    @classmethod
    def begin(cls, scene: Scene) -> Generator[Step | None, None, _Tree]:
        """Describe every pixel by its coordinates."""
        from hsunmix.kernels.projection import coordinates

        product, _ = yield from gram(scene)
        rank = numerical_rank(product)
        p, n = scene.n_bands, scene.n_pixels
        z = np.empty((n, min(p, DIRECTIONS) if n * p > SMALL else p), np.float32)
        order = np.arange(n)
        t = scene.tiles.shape[2]
        if z.shape[1] == p:
            for i, count in enumerate(scene.counts):
                z[i * t : i * t + count] = scene.tiles[i, :, :count].T
            return cls(z, order, np.eye(p), rank)
        basis = np.linalg.eigh(product)[1][:, ::-1][:, : z.shape[1]]
        rows = np.ascontiguousarray(basis.T)
        yield compiling(coordinates)

        def work(chunk: slice) -> None:
            tiles = scene.tiles[chunk]
            part = np.empty((len(tiles), len(rows), t))
            coordinates(tiles, rows, part)
            for i, one in enumerate(part, chunk.start):
                z[i * t : (i + 1) * t] = one.T[: scene.counts[i]]

        yield from scene.passes(work)
        return cls(z, order, basis, rank)

    def node(self, first: int, last: int) -> Generator[Step | None, None, _Node]:
        """Two first singular vectors of some rows."""
        n, k = last - first, self.z.shape[1]
        if n < k:
            z = self.z[first:last].astype(np.float64)
            values, left = np.linalg.eigh(z @ z.T)
            vectors = left[:, ::-1][:, :2].T @ z
            vectors /= np.maximum(np.linalg.norm(vectors, axis=1), 1e-150)[:, None]
        else:
            product = np.zeros((k, k))
            for i in range(first, last, ROWS // 8):
                z = self.z[i : min(i + ROWS // 8, last)].astype(np.float64)
                product += z.T @ z
                yield None
            values, right = np.linalg.eigh(product)
            vectors = right[:, ::-1][:, :2].T
        if len(vectors) < 2:
            vectors = np.vstack([vectors, np.zeros((2 - len(vectors), k))])
        return _Node(first, last, np.ascontiguousarray(vectors), max(float(values[-1]), 0.0))

    def split(self, node: _Node) -> Generator[Step | None, None, None]:
        """Sort a node's rows into its halves, and say what that gains; nothing if it is one piece."""
        from hsunmix.kernels import clusters as kernels

        n = node.last - node.first
        rows = self.z[node.first : node.last]
        blocks = [slice(i, i + ROWS) for i in range(0, n, ROWS)]
        points = np.empty((n, 2))
        for part in blocks:
            kernels.plane(rows[part], node.vectors, points[part])
            yield None
        ends = _ends(points)
        if ends is None:
            return
        w = np.maximum(self.basis @ (node.vectors.T @ points[ends].T), 0)
        b, g = np.ascontiguousarray((self.basis.T @ w).T), w.T @ w
        at_most, below = (np.zeros(kernels.GRID + 1, np.int64) for _ in range(2))
        x = np.empty(n)
        for part in blocks:
            kernels.shares(rows[part], b, g, x[part], at_most, below)
            yield None
        delta = _threshold(np.cumsum(at_most), np.cumsum(below), n)
        middle = kernels.partition(rows, self.order[node.first : node.last], x, delta)
        if not 0 < middle < n:
            return
        left = yield from self.node(node.first, node.first + middle)
        right = yield from self.node(node.first + middle, node.last)
        gain = left.power + right.power - node.power
        if gain > NOTHING_LEFT * node.power:
            node.gain, node.halves = gain, [left, right]


def _ends(points: Array) -> list[int] | None:
    """Two points (n, 2) by successive projection; None where all lie on one ray."""
    norms = np.einsum("ij,ij->i", points, points)
    one = int(np.argmax(norms))
    if norms[one] <= 0:
        return None
    rest = norms - (points @ points[one]) ** 2 / norms[one]
    two = int(np.argmax(rest))
    return [one, two] if rest[two] > NOTHING_LEFT * norms[one] else None


def _threshold(at_most: NDArray[np.int64], below: NDArray[np.int64], n: int) -> float:
    """Where to split n shares, of which so many are at most, and below, each value of the grid."""
    i = np.arange(len(at_most))
    high, low = np.minimum(i + WINDOW, len(i) - 1), np.maximum(i - WINDOW, 0)
    density = (at_most[high] - below[low]) / n / ((high - low) / (len(i) - 1))
    part = at_most / n
    with np.errstate(divide="ignore"):
        cost = -np.log(part * (1 - part)) + np.exp(density)
    return float(np.argmin(cost) * 0.01)


def _represented(scene: Scene, tree: _Tree, nodes: list[_Node]) -> Generator[Step | None, None, Clusters]:
    """Find in every cluster the pixel most like its first singular vector, level and scale aside."""
    from hsunmix.kernels.clusters import best_of_each, own_cosines

    labels = np.full(scene.tiles.shape[0] * scene.tiles.shape[2], -1, np.int32)
    for i, node in enumerate(nodes):
        labels[tree.order[node.first : node.last]] = i
    shaped = labels.reshape(len(scene.tiles), -1)
    directions = np.abs(tree.basis @ np.column_stack([node.vectors[0] for node in nodes]))
    directions -= directions.mean(axis=0)
    directions /= np.maximum(np.linalg.norm(directions, axis=0), 1e-150)
    cosines = np.empty(shaped.shape)
    yield from scene.passes(lambda c: own_cosines(scene.tiles[c], shaped[c], directions, cosines[c]))
    best, columns = np.empty(len(nodes)), np.full(len(nodes), -1, np.int64)
    best_of_each(labels, cosines.ravel(), best, columns)
    sizes = np.array([node.last - node.first for node in nodes], np.int64)
    return Clusters(columns, sizes, shaped, tree.rank)
