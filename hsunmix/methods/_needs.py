"""What a run will ask of its scene, as the methods that take part in it say."""

from __future__ import annotations

from hsunmix.engine.plan import Needs
from hsunmix.methods import Method

__all__ = ["needs_of"]

IMAGES = 16  # bytes for each pixel of a result: what is left, as it is found and as an image


def needs_of(*methods: Method, rank: int) -> Needs:
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
