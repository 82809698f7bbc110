"""What a run will ask of its scene, as the methods that take part in it say."""

from __future__ import annotations

from dataclasses import replace

from hsunmix.engine.footprint import Footprint, Needs, Resources
from hsunmix.methods import Method, get
from hsunmix.methods.running.request import Request, plan
from hsunmix.model.choice import Choice
from hsunmix.model.cube import Cube

__all__ = ["of_estimate", "of_run", "of_solve", "of_sweep", "of_window"]

ANY = Resources()

SEVERAL = 300  # bytes for each pixel, where nobody knows yet what will be done
MORE_READS = 2  # where a result is to say how sure it is
IMAGES = 16  # bytes for each pixel of a result: what is left, as it is found and as an image


def _needs(*methods: Method, rank: int) -> Needs:
    """Return what methods need that work one after the other; the last one finds abundances.

    Parameters
    ----------
    *methods : Method
    rank : int
        Endmembers, or spectra.
    """
    traits = [method.traits for method in methods]
    reads: int | None = 1
    for one in traits:
        reads = None if reads is None or one.reads is None else reads + one.reads[0] + one.reads[1] * rank
    numbers = max((one.numbers[0] + one.numbers[1] * rank for one in traits), default=0)
    return Needs(reads, numbers + IMAGES + 8 * rank, any(one.moments for one in traits))


def of_run(cube: Cube, request: Request, resources: Resources = ANY) -> Footprint:
    """Say what a request takes of memory and disk, before anything is read.

    Raises
    ------
    TooLargeError
        It takes more memory than there may be.
    """
    asked = plan(request)
    method = asked.method
    # Whoever reads a scene from its file leaves its abundances to a read of their own.
    apart = "nnls" if method.kind == "extraction" or method.traits.reads else ""
    after = request.abundance.method or apart
    several = [method, *([get(after, "abundance")] if after else [])]
    rank = asked.rank
    if not asked.of_library:
        rank = min(rank, cube.bands, cube.lines * cube.samples)  # a larger one is refused by name
    needs = _needs(*several, rank=rank)
    if request.uncertainty:
        needs = replace(
            needs, reads=needs.reads and needs.reads + MORE_READS, numbers=needs.numbers + 8 * rank
        )
    return Footprint.of(cube, needs, resources)


def of_solve(cube: Cube, rank: int, abundance: Choice, resources: Resources = ANY) -> Footprint:
    """Say what it takes to find the abundances of so many spectra; see ``of_run``."""
    method = get(abundance.method, "abundance")
    needs = _needs(method, rank=rank)
    return Footprint.of(cube, needs if method.traits.whole_scene else replace(needs, reads=1), resources)


def of_estimate(cube: Cube, method: Choice, resources: Resources = ANY) -> Footprint:
    """Say what it takes to estimate the number of endmembers; see ``of_run``."""
    return Footprint.of(cube, _needs(get(method.method, "rank"), rank=0), resources)


def of_sweep(cube: Cube, seeds: int, resources: Resources = ANY) -> Footprint:
    """Say what it takes to draw so many samples of the pixels; see ``of_run``."""
    return Footprint.of(cube, Needs(1 + seeds), resources)


def of_window(cube: Cube, resources: Resources = ANY) -> Footprint:
    """Say what it takes to work with a cube in one way after the other; see ``of_run``."""
    return Footprint.of(cube, Needs(3, SEVERAL, moments=True), resources)
