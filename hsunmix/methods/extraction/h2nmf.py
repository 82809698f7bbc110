"""Hierarchical rank-two NMF: split the scene into r clusters, and take the pixel typical of each.

Problem: group the pixels so that each group is nearly one spectrum times brightness.
Method: every group is split in two by a rank-two NMF, whose nonnegative least squares have a closed
form; the threshold on the first component's share is put where few pixels are and both halves are
large; next comes the group whose split lowers the error most. A group's endmember is the pixel
with the smallest angle, its mean taken off, to the group's first singular vector.
Cost: one read of X and its Gram matrix; then k² operations a pixel and level of the tree, where
k is the number of bands, or 40 directions of the scene when it is large.
Limits: endmembers are typical pixels, not extreme ones, so outliers do no harm, and mixed groups
give mixed endmembers; with two materials on a separable scene the split is the true one. Values
below zero count as they are; the two spectra of a split are clipped at zero.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np

from hsunmix.engine.source import PerPixel
from hsunmix.methods import Extraction, Problem
from hsunmix.methods.extraction._hierarchy import cluster
from hsunmix.methods.extraction._options import Options, with_options
from hsunmix.model.progress import Step

__all__ = ["MOMENTS", "NUMBERS", "READS", "REFERENCE", "TITLE", "Grouping", "Params", "run"]

MOMENTS = True
NUMBERS = (272, 8)
READS = (2, 0)
TITLE = "Hierarchical rank-two NMF (H2NMF)"
REFERENCE = "Gillis, Kuang and Park, IEEE TGRS 53 (2015); Kuang and Park, KDD (2013), for the closed form"


class Params(Options, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Parameters of h2nmf."""


@dataclass(frozen=True, eq=False)
class Grouping(Extraction):
    """Endmembers with the clusters that they stand for.

    Attributes
    ----------
    labels : PerPixel of int32
        The endmember of every pixel, −1 in the padding; ``scene.spread`` makes a map of it.
    """

    labels: PerPixel | None = None


@with_options
def run(problem: Problem, params: Params) -> Generator[Step | None, None, Extraction]:
    """Choose ``rank`` pixels, fewer when the others are equal or combinations of those."""
    scene, rank = problem.scene, problem.rank
    found = yield from cluster(scene, rank)
    if found.rank < rank:
        found = yield from cluster(scene, found.rank)
    r = len(found.columns)
    note = f"Clusters of {', '.join(map(str, found.sizes))} pixels."
    if r < rank:
        note += f" The scene has only {r} independent spectra."
    return Grouping(np.maximum(scene.columns(found.columns), 0), found.columns, note, labels=found.labels)
