"""NMF block by block: each part of the scene by itself, then their spectra merged.

Problem: X = [X_1 … X_n] ≈ W H where no more than one block of the pixels is at hand.
Method: every block X_i ≈ W_i H_i by hals. Then NMF of all blocks' spectra, each as long as its abundances
are together, begins with those that stick out most (SPA on spectra as bright as their largest abundances make
them) and gives W; abundances are the exact ones for it.
Cost: one read, hals on a block at a time, and one read for abundances; memory for a block.
Guarantee: none but that of each hals. With a single block it is hals.
Limits: a material that is rare in every block, or pure in none, can be lost or blurred by the merging, and
every block pays for its own iterations. The method online fits better with one pass as well.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace
from functools import partial
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from hsunmix.engine.scene import Scene
from hsunmix.engine.subsets import batches, of_spectra
from hsunmix.methods import Extraction, Factorization, Problem, get
from hsunmix.methods.abundance._constrained import solve
from hsunmix.methods.shared.units import scaled_to_sum_one
from hsunmix.model.progress import Step, relay
from hsunmix.model.wording import counted
from hsunmix.parameters import make

__all__ = ["NUMBERS", "READS", "REFERENCE", "TITLE", "Params", "run"]

TITLE = "NMF block by block"
REFERENCE = "A heuristic for images beyond memory; blocks as by hals, Gillis and Glineur (2012)"
READS = (2, 0)
NUMBERS = (32, 8)

LARGE = 99.0  # percent: abundances that large count as the largest

Array = NDArray[np.float64]


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of block."""

    size: Annotated[int, Meta(ge=1, le=10_000_000, description="Pixels in a block, about")] = 20_000
    max_iterations: Annotated[
        int, Meta(ge=1, le=100_000, description="Iterations of hals on a block, and for the merging")
    ] = 200


def run(problem: Problem, params: Params) -> Generator[Step | None, None, Factorization]:
    """Factorize block after block, and merge."""
    spectra: list[tuple[Array, Array, Array]] = []
    scene, done = problem.scene, 0
    for block in _blocks(scene, params.size):
        if block is None:
            yield None
            continue
        share = partial(_of_block, done / scene.n_pixels, f"Block {len(spectra) + 1}")
        spectra.append((yield from relay(_factorized(problem, block, params), share)))
        done += block.n_pixels
    w = yield from _merged(problem, spectra, params)
    h = (yield from solve(scene, w, simplex=False)).h
    note = f"{counted(len(spectra), 'block')} of up to {params.size:,} pixels, factorized one by one."
    if w.shape[1] < problem.rank:
        note += f" The scene has only {w.shape[1]} independent spectra."
    scaled = yield from scaled_to_sum_one(scene, Factorization(w, h, np.zeros((0, 2))), ())
    return replace(scaled, fixed_scale=True, note=note)


def _blocks(scene: Scene, size: int) -> Iterator[Scene | None]:
    """Yield the blocks as scenes in memory; None between."""
    pieces: list[Scene] = []
    for piece in batches(scene, size):
        if piece is None:
            yield None
            continue
        pieces.append(piece[0])
        if piece[1] and len(pieces) == 1:
            yield pieces.pop()
        elif piece[1]:
            tiles = np.concatenate([one.values().values for one in pieces])
            yield pieces[0].with_tiles(tiles, np.concatenate([one.pixels for one in pieces]))
            pieces = []


def _of_block(done: float, name: str, step: Step | None) -> Step | None:
    """Return a step of a block as one of the whole."""
    return step and replace(step, fraction=done, message=name)


def _factorized(
    problem: Problem, scene: Scene, params: Params, start: Array | None = None
) -> Generator[Step | None, None, tuple[Array, Array, Array]]:
    """Return a block's spectra, the lengths of their abundances, and their largest ones."""
    if start is None:
        start = yield from _start(problem, scene)
    hals = get("hals", "factorization")
    rank = start.shape[1]
    own = Problem(scene, rank, problem.seed, start)
    found = yield from hals.run(own, make(hals.params, {"max_iterations": params.max_iterations}))
    assert found.abundances is not None
    h = found.abundances.known()
    return found.endmembers, np.linalg.norm(h.astype(np.float64), axis=1), np.percentile(h, LARGE, axis=1)


def _start(problem: Problem, scene: Scene) -> Generator[Step | None, None, Array]:
    """Return as many spectra as there are, up to the rank."""
    spa = get("spa", "extraction")
    rank = min(problem.rank, scene.n_pixels)
    found: Extraction = yield from spa.run(Problem(scene, rank, problem.seed), spa.params())
    return np.maximum(found.endmembers, 0)


def _merged(
    problem: Problem, blocks: list[tuple[Array, Array, Array]], params: Params
) -> Generator[Step | None, None, Array]:
    """Return the spectra of all blocks' spectra."""
    if len(blocks) == 1:
        return blocks[0][0]
    w = np.hstack([one[0] for one in blocks])
    length, largest = (np.concatenate([one[k] for one in blocks]) for k in (1, 2))
    there = (length > 0) & (w.any(axis=0))
    if not there.any():
        return blocks[0][0]
    w, length, largest = w[:, there], length[there], largest[there]
    yield Step(1.0, message="Merging")
    start = yield from _start(problem, of_spectra(problem.scene, w * largest))
    return (yield from _factorized(problem, of_spectra(problem.scene, w * length), params, start))[0]
