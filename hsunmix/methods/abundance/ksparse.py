"""At most k endmembers in each pixel, none below zero.

Problem: minimize ‖x − W h‖² over h ≥ 0 with at most ``k`` entries of h that aren't zero.
Method: while there are no more than 20,000 sets of up to k endmembers, and no more than 2,000 whose
spectra are nearly dependent, all are tried, and the best one is kept: the exact optimum. Beyond
that, nonnegative orthogonal matching pursuit: endmembers come in one after the other, each the one
that explains most of what is left, and all abundances are solved anew; good, not always the best.
Cost: 2 · bands · r operations a pixel and k² a set; the search looks at r · k² numbers a pixel.
Guarantee: the exact optimum where all sets are tried, else none.
With k = 1 a pixel gets the endmember of the smallest angle.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from hsunmix.engine.scene import Scene
from hsunmix.methods import Abundances
from hsunmix.methods.shared._least_squares import refuse_broken
from hsunmix.methods.shared._sparse_sets import few_of
from hsunmix.model.progress import Step

__all__ = ["REFERENCE", "TITLE", "Params", "run"]

TITLE = "At most k endmembers a pixel"
REFERENCE = (
    "Nadisic, Vandaele, Gillis and Cohen, IEEE ICASSP (2020); "
    "Bruckstein, Elad and Zibulevsky, IEEE Trans. Information Theory 54 (2008), for the search"
)

PURSUED = "There are too many sets to try them all: endmembers were chosen one by one."


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of ksparse."""

    k: Annotated[int, Meta(ge=1, le=100, description="At most so many endmembers in a pixel")] = 3


def run(
    scene: Scene,
    w: NDArray[np.float64],
    params: Params,
) -> Generator[Step | None, None, Abundances]:
    """Solve every pixel; w is (bands used, r)."""
    few = yield from few_of(w, params.k)
    h = scene.per_pixel(w.shape[1], np.float32, 0)
    found = yield from scene.map(few.work, *few.small, per_pixel=[h], pixels=few.pixels)
    refuse_broken(sum(found.values))
    return Abundances(h, "" if few.exact else PURSUED)
