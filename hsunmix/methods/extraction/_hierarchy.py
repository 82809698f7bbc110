"""Clusters of pixels by splitting in two, again and again: what h2nmf and candidates share.

Of all leaves of the tree the one is split next whose halves gain most:
σ₁²(left) + σ₁²(right) − σ₁²(node), the squared error of rank one that the split saves.

A group is split by rank-two NMF. With M ≈ U S Vᵀ of rank two, successive projection picks two columns of
S Vᵀ, their spectra, clipped at zero, are W, and H solves min ‖M − WH‖, H ≥ 0, in closed form (Kuang and Park
2013). The share x of the first component splits the pixels at the threshold δ of a grid that minimizes
−log(F(1 − F)) + exp(G), where F is the part of the pixels with x ≤ δ and G the density of x within
±0.05: balanced, and where few pixels are.
"""

from __future__ import annotations

import heapq
from collections.abc import Generator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.outline import Outline, outlined
from hsunmix.engine.passes import compiling, gram
from hsunmix.engine.scene import Scene
from hsunmix.engine.source import Part, PerPixel
from hsunmix.engine.subsets import ONE_BY_ONE, scenes, subset
from hsunmix.engine.threads import single_threaded_blas
from hsunmix.model.progress import Step

__all__ = ["Clusters", "cluster"]

Array = NDArray[np.float64]
DIRECTIONS = 40  # of the scene, in which a large one is described
SMALL = 4_000_000  # numbers of a scene that is taken as it is
ROWS = 1 << 15  # done between two yields
WINDOW = 5  # steps of the grid to each side for the density
NOTHING_LEFT = 1e-12  # relative, squared: float32 data are no better
FLAT = 1e-13  # of its squared norm: a spectrum that varies no more has no direction
SURE = 1e-12  # of a cosine: the rounding of sums in double precision


@dataclass(frozen=True, eq=False)
class Clusters:
    """Pixels in groups.

    Attributes
    ----------
    columns : array of int64, (k,)
        The pixel that represents each cluster.
    sizes : array of int64, (k,)
    labels : PerPixel of int32
        The cluster of every pixel; −1 in the padding.
    rank : int
        The scene's numerical rank.
    outline : Outline or None
        What one read told of all pixels, where they stay in their file.
    """

    columns: NDArray[np.int64]
    sizes: NDArray[np.int64]
    labels: PerPixel
    rank: int
    outline: Outline | None = None


def cluster(scene: Scene, count: int) -> Generator[Step | None, None, Clusters]:
    """Split the scene into ``count`` clusters, fewer when what is left holds equal spectra."""
    from hsunmix.kernels import clusters as kernels

    for kernel in (kernels.plane, kernels.shares, kernels.partition, kernels.own_cosines):
        yield compiling(kernel)
    with single_threaded_blas():
        tree = yield from Tree.begin(scene)
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


def _represented(scene: Scene, tree: Tree, nodes: list[Node]) -> Generator[Step | None, None, Clusters]:
    """Find in every cluster the pixel most like its first singular vector, level and scale aside."""
    from hsunmix.kernels.clusters import best_of_each

    labels = scene.per_pixel(dtype=np.int32, fill=-1)
    for i, node in enumerate(nodes):
        labels.put(tree.order[node.first : node.last], i)
        yield None
    levels = np.abs(tree.basis @ np.column_stack([node.vectors[0] for node in nodes]))
    directions = levels - levels.mean(axis=0)
    directions /= np.maximum(np.linalg.norm(directions, axis=0), 1e-150)
    some, own, near = scene, labels, None
    if tree.outline is not None:
        near = yield from _near(tree.outline, nodes, levels)
    if near is not None:
        some = yield from subset(scene, near)
        own = some.per_pixel(dtype=np.int32, fill=-1)
        own.put(np.arange(len(near)), labels.at(near))
    cosines = some.per_pixel()
    yield from some.map(_own_cosines, directions, per_pixel=[own, cosines])
    best, columns = np.empty(len(nodes)), np.full(len(nodes), -1, np.int64)
    best_of_each(own.flat, cosines.flat, best, columns)
    columns = columns if near is None else near[columns]
    sizes = np.array([node.last - node.first for node in nodes], np.int64)
    return Clusters(columns, sizes, labels, tree.rank, tree.outline)


def _near(
    outline: Outline, nodes: list[Node], levels: Array
) -> Generator[Step | None, None, NDArray[np.int64] | None]:
    """Columns, ascending, among which every cluster's pixel must be; None where they are too many."""
    found: list[NDArray[np.int64]] = []
    for node, level in zip(nodes, levels.T, strict=True):
        mean = level.mean()
        length = max(float(np.linalg.norm(level - mean)), 1e-150)
        low, high = np.empty((2, node.last - node.first))
        for rows, product, off in outline.along(level, node.first, node.last):
            own, place = outline.order[rows], slice(rows.start - node.first, rows.stop - node.first)
            norms, totals = outline.norms[own], outline.totals[own]
            spread = norms - totals**2 / len(level)
            flat = spread <= FLAT * norms
            size = length * np.sqrt(np.where(flat, 1, spread))
            middle = np.where(flat, -1, (product - mean * totals) / size)
            off = np.where(flat, 0, off / size) + SURE
            low[place], high[place] = middle - off, middle + off
            yield None
        found.append(outline.order[node.first : node.last][high >= low.max()])
        if sum(map(len, found)) > ONE_BY_ONE:
            return None
    return np.sort(np.concatenate(found))


def _own_cosines(part: Part, directions: Array, labels: NDArray[np.int32], cosines: Array) -> None:
    from hsunmix.kernels.clusters import own_cosines

    own_cosines(part.tiles, labels, directions, cosines)


@dataclass(eq=False)
class Node:
    """Rows ``first:last``; ``vectors`` (2, k) span them, ``power`` is σ₁²; ``gain`` −1: one piece."""

    first: int
    last: int
    vectors: Array
    power: float
    gain: float = -1.0
    halves: list[Node] = field(default_factory=list)


@dataclass(eq=False)
class Tree:
    """The pixels as rows z (n, k) = basisᵀ x, sorted so that a node's rows lie together.

    ``outline`` has the same rows, where the scene stays in its file.
    """

    z: NDArray[np.float32]
    order: NDArray[np.int64]
    basis: Array
    rank: int
    outline: Outline | None = None

    @classmethod
    def begin(cls, scene: Scene) -> Generator[Step | None, None, Tree]:
        """Describe every pixel by its coordinates."""
        from hsunmix.kernels.projection import coordinates

        yield compiling(coordinates)
        product, _ = yield from gram(scene)
        rank = _numerical_rank(product)
        p, n = scene.n_bands, scene.n_pixels
        k = min(p, DIRECTIONS) if n * p > SMALL else p
        basis = np.eye(p) if k == p else np.linalg.eigh(product)[1][:, ::-1][:, :k]
        if scene.in_file:
            outline = yield from outlined(scene, np.ascontiguousarray(basis.T))
            return cls(outline.z, outline.order, basis, rank, outline)
        z, order = scene.room.array((n, k), np.float32), scene.room.array((n,), np.int64)
        order[:] = np.arange(n)
        done = 0
        for some in scenes(scene):
            if some is None:
                yield None
                continue
            work = _pixels_of if k == p else _coordinates_of
            found = yield from some.map(work, np.ascontiguousarray(basis.T))
            np.concatenate(found.values, out=z[done : done + some.n_pixels])
            done += some.n_pixels
        return cls(z, order, basis, rank)

    def node(self, first: int, last: int) -> Generator[Step | None, None, Node]:
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
        return Node(first, last, np.ascontiguousarray(vectors), max(float(values[-1]), 0.0))

    def split(self, node: Node) -> Generator[Step | None, None, None]:
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


def _pixels_of(part: Part, _rows: Array) -> NDArray[np.float32]:
    """A part's pixels as they are, (pixels, bands)."""
    parts = [tile.T[:count] for tile, count in zip(part.tiles, part.counts, strict=True)]
    return np.concatenate(parts)


def _coordinates_of(part: Part, rows: Array) -> NDArray[np.float32]:
    """Coordinates of a part's pixels along some directions, (pixels, directions)."""
    from hsunmix.kernels.projection import coordinates

    found = np.empty((len(part.tiles), len(rows), part.tiles.shape[2]))
    coordinates(part.tiles, rows, found)
    parts = [one.T[:count] for one, count in zip(found, part.counts, strict=True)]
    return np.concatenate(parts).astype(np.float32)


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


def _numerical_rank(product: Array) -> int:
    """Independent directions of a scene with this X Xᵀ, as far as float32 data can tell."""
    values = np.linalg.eigvalsh(product)
    return int((values > NOTHING_LEFT * values[-1]).sum())
