"""Multiscale unmixing (MUA): first superpixels, then each pixel, drawn to what its superpixel has.

Problem: minimize ½ ‖x − W h‖² + λ Σh + ½ β ‖h − g‖² over h ≥ 0 for every pixel, where g are the abundances of
the mean of its superpixel, by sunsal; with Σh = 1 if ``sum_to_one``. β = σ² / ``spread``² for noise σ: as if
abundances lay around their superpixel's with that standard deviation. λ is as in sunsal.
Method: coordinates along the spectra, superpixels of them (SLIC), which are told apart by differences
beyond the noise, and the exact solver twice. The noise is told from what half of the pixels have beyond
the spectra. The map ``superpixel`` numbers them.
Cost: two reads of X with 2 · bands · r operations a pixel; 250 · r for the superpixels; sunsal twice.
Guarantee: both problems are solved exactly. Without noise it is sunsal. A mask takes pixels out of the
superpixels.
Limits: materials smaller than a superpixel are drawn to their surroundings as far as ``spread`` says. Where
the spectra don't explain the scene, what they lack counts as noise. Pixels of a matrix have no neighbours.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from hsunmix.engine.scene import Scene
from hsunmix.engine.source import Part, PerPixel
from hsunmix.methods import Abundances, PixelMap
from hsunmix.methods.abundance._constrained import Penalty, SumToOne, each_alone, shift_of, solve
from hsunmix.methods.abundance._picture import Picture, pictured
from hsunmix.methods.abundance._superpixels import superpixels
from hsunmix.model.progress import Step

__all__ = ["NUMBERS", "READS", "REFERENCE", "TITLE", "WHOLE_SCENE", "Params", "run"]

TITLE = "Multiscale unmixing with superpixels (MUA)"
REFERENCE = "Borsoi, Imbiriba, Bermudez and Richard, IEEE GRSL 16 (2019)"
READS = (2, 0)
NUMBERS = (48, 48)
WHOLE_SCENE = True

Single = NDArray[np.float32]


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of mua."""

    size: Annotated[int, Meta(ge=1, le=100, description="Lines and samples of a superpixel, about")] = 5
    spread: Annotated[
        float, Meta(gt=0, le=100, description="How far a pixel's abundances are from its superpixel's")
    ] = 0.1
    compactness: Annotated[
        float, Meta(ge=0, le=1000, description="Superpixels: the higher, the more they keep to squares")
    ] = 1.0
    penalty: Penalty = 0.0
    sum_to_one: SumToOne = False


def run(
    scene: Scene,
    w: NDArray[np.float64],
    params: Params,
) -> Generator[Step | None, None, Abundances]:
    """Solve every pixel; w is (bands used, r)."""
    shift = shift_of(w, params.penalty, params.sum_to_one)
    if not scene.images:
        return (yield from each_alone(scene, w, params.sum_to_one, shift))
    picture = yield from pictured(scene, w)
    reduced, small = picture.reduced, picture.w
    if not picture.variance:
        return (yield from solve(reduced, small, params.sum_to_one, shift))
    means, label = yield from _coarse(picture, params)
    yield Step(0.5, message="Abundances of the superpixels")
    coarse = yield from solve(reduced.with_tiles(means.values), small, params.sum_to_one, shift)
    pull = float(np.sqrt(picture.variance)) / params.spread
    r = w.shape[1]
    drawn = yield from reduced.made(_drawn, pull, per_pixel=[coarse.h], bands=len(small) + r)
    yield Step(0.7, message="Abundances")
    found = yield from solve(drawn, np.vstack([small, pull * np.eye(r)]), params.sum_to_one, shift)
    maps = {"superpixel": PixelMap(label, kind="label", title="Superpixel")}
    return Abundances(found.h, maps=maps)


def _coarse(picture: Picture, params: Params) -> Generator[Step | None, None, tuple[PerPixel, PerPixel]]:
    """Return the means of each pixel's superpixel, and its number."""
    labels, before = np.full(picture.flat.shape[1], -1, np.int32), 0
    for place, image, used in picture.images():
        label, means = yield from superpixels(
            image, used, params.size, params.compactness, picture.variance, picture.reduced.room
        )
        picture.flat[:, place] = means.reshape(len(means), -1)
        labels[place] = np.where(used, label + before, -1).reshape(-1)
        before += int(label.max(initial=-1)) + 1
    return (yield from picture.per_pixel(picture.flat)), (yield from picture.per_pixel(labels))


def _drawn(part: Part, pull: float, coarse: Single, out: Single) -> None:
    """Put what abundances are drawn to behind the pixels' own values, as if it had been measured."""
    bands = part.tiles.shape[1]
    out[:, :bands], out[:, bands:] = part.tiles, np.float32(pull) * coarse
