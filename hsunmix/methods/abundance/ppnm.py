"""Abundances and a bend (PPNM): a warning map of where mixing isn't linear.

Problem: minimize ‖x − y − b y²‖² with y = W h over h ≥ 0, Σh = 1 and the bend b, for every pixel; without the
sum where ``sum_to_one`` is off. b = 0 is the linear model; light that met several materials on its way bends
a spectrum upwards (b > 0), as bilinear models say too.
Method: b follows from h, so the search is for h alone, by Gauss-Newton steps from the linear solution. Each
is a constrained least squares problem that is solved exactly, and halved until the error falls.
Cost: bands · r² operations a pixel and step, some six steps.
Guarantee: a local optimum, never worse than the linear model's. The map ``bend_sigmas`` is the bend over its
standard deviation, told from what the pixel's own fit leaves: with the true spectra and Gaussian noise one
to three pixels in a hundred that are linear are beyond 3. The map ``mixing`` says which are beyond
``threshold``, and to which side.
Limits: it tells that mixing isn't linear or that a spectrum is missing, not which. Differences of brightness
count as bends, downwards where it is darker: a scene with shade seems bent all over. Without ``sum_to_one``
they don't, but then few bends can be told from them. Abundances belong to the bent model: the residual, which
is that of W h alone, is larger than that of fcls; what the bent model leaves is the map ``bent_rmse``.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from hsunmix.engine.passes import compiling
from hsunmix.engine.scene import Scene
from hsunmix.engine.source import Part
from hsunmix.methods import Abundances, PixelMap
from hsunmix.methods.abundance._constrained import solve
from hsunmix.model.progress import Step

__all__ = ["NUMBERS", "REFERENCE", "TITLE", "Params", "run"]

TITLE = "Abundances and a bend (PPNM)"
REFERENCE = (
    "Altmann, Halimi, Dobigeon and Tourneret, IEEE TIP 21 (2012); as a test of linearity IEEE TIP 22 (2013)"
)
NUMBERS = (48, 16)

MIXING = ("linear", "bent upwards", "bent downwards")

WORK = 4_000_000  # pixels · bands · r²: the steps that most need take less than a tenth of a second

Single = NDArray[np.float32]


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of ppnm."""

    sum_to_one: Annotated[
        bool, Meta(description="Abundances of a pixel sum to one; otherwise brightness is no bend")
    ] = True
    threshold: Annotated[
        float, Meta(ge=0, le=1000, description="From so many sigmas on a pixel counts as bent")
    ] = 3.0


def run(
    scene: Scene,
    w: NDArray[np.float64],
    params: Params,
) -> Generator[Step | None, None, Abundances]:
    """Solve every pixel; w is (bands used, r)."""
    from hsunmix.kernels.bent import bent

    found = yield from solve(scene, w, params.sum_to_one)
    yield compiling(bent)
    wt = np.ascontiguousarray(w.T)
    bend, sigmas, rest = (scene.per_pixel(None, np.float32, 0) for _ in range(3))
    mixing = scene.per_pixel(None, np.int32, 0)
    yield from scene.map(
        _bent, wt, params.sum_to_one, scene.scale, params.threshold,
        per_pixel=[found.h, bend, sigmas, rest, mixing], pixels=max(1, WORK // (wt.size * len(wt))),
    )  # fmt: skip
    maps = {
        "bend": PixelMap(bend, kind="score", title="Bend"),
        "bend_sigmas": PixelMap(sigmas, kind="score", title="Bend (sigmas)"),
        "mixing": PixelMap(mixing, kind="class", classes=MIXING, title="Mixing"),
        "bent_rmse": PixelMap(rest, kind="residual", title="RMSE of the bent model"),
    }
    return Abundances(found.h, "The map mixing says where a linear model doesn't do.", maps)


def _bent(
    part: Part, wt: NDArray[np.float64], simplex: bool, scale: float, threshold: float,
    h: Single, bend: Single, sigmas: Single, rest: Single, mixing: NDArray[np.int32],
) -> None:  # fmt: skip
    from hsunmix.kernels.bent import bent

    bent(part.tiles, part.counts, wt, simplex, h, bend, sigmas, rest)
    bend /= np.float32(scale)
    np.sqrt(rest, out=rest)
    mixing[:] = np.where(np.abs(sigmas) < threshold, 0, np.where(sigmas > 0, 1, 2))
