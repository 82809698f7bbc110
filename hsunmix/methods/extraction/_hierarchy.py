"""Clusters of pixels by splitting in two, again and again: what h2nmf and candidates share.

Of all leaves of the tree the one is split next whose halves gain most:
σ₁²(left) + σ₁²(right) − σ₁²(node), the squared error of rank one that the split saves.
"""

from __future__ import annotations

import heapq
from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.passes import compiling
from hsunmix.engine.scene import Scene
from hsunmix.engine.source import Part, PerPixel
from hsunmix.engine.threads import single_threaded_blas
from hsunmix.methods.extraction._bisection import Node, Tree
from hsunmix.model.progress import Step

__all__ = ["Clusters", "cluster"]

Array = NDArray[np.float64]


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
    """

    columns: NDArray[np.int64]
    sizes: NDArray[np.int64]
    labels: PerPixel
    rank: int


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
    directions = np.abs(tree.basis @ np.column_stack([node.vectors[0] for node in nodes]))
    directions -= directions.mean(axis=0)
    directions /= np.maximum(np.linalg.norm(directions, axis=0), 1e-150)
    cosines = scene.per_pixel()
    yield from scene.map(_own_cosines, directions, per_pixel=[labels, cosines])
    best, columns = np.empty(len(nodes)), np.full(len(nodes), -1, np.int64)
    best_of_each(labels.flat, cosines.flat, best, columns)
    sizes = np.array([node.last - node.first for node in nodes], np.int64)
    return Clusters(columns, sizes, labels, tree.rank)


def _own_cosines(part: Part, directions: Array, labels: NDArray[np.int32], cosines: Array) -> None:
    from hsunmix.kernels.clusters import own_cosines

    own_cosines(part.tiles, labels, directions, cosines)
