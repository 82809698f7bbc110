"""Abundances and brightnesses (ELMM): every endmember is brighter here and darker there.

Problem: minimize ‖x − W (ψ ∘ a)‖² / σ² + ‖ψ − 1‖² / ``spread``² over all pixels, and ‖ψ_i − ψ_j‖² / ``step``²
over all neighbours i and j, for abundances a ≥ 0 with Σa = 1 and brightnesses ψ ≥ 0, one of each for every
endmember and pixel; σ is the noise of a value.
Method: brightnesses and abundances of one pixel after the other, exactly and in turn, on the black and then
on the white fields of a chessboard; it begins with nonnegative least squares over their sum. The noise is
told from what half of the pixels have beyond the spectra. In the paper spectra may deviate from scaled ones
too; what that adds can be solved for, and changes no more than the weight of the residual.
Cost: two reads of X with 2 · bands · r operations a pixel; four small problems a pixel and iteration.
Guarantee: the sum that is minimized never rises; a local optimum. The map ``brightness`` has ψ; what the
extended model leaves is the map ``extended_rmse``.
Limits: of one pixel alone nobody can tell less of a bright material from more of a dark one: that is told
only by brightnesses that change slowly from pixel to pixel, so that fine shadows count as abundances. Pixels
of a matrix have no neighbours: all endmembers of a pixel then have about the same brightness. The residual is
that of W a alone, and says little.
"""

from __future__ import annotations

from collections.abc import Generator
from functools import partial
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from hsunmix.engine.passes import compiling
from hsunmix.engine.scene import Scene
from hsunmix.engine.source import Part
from hsunmix.engine.threads import run_chunks
from hsunmix.methods import Abundances, PixelMap
from hsunmix.methods.abundance._constrained import solve
from hsunmix.methods.abundance._picture import pictured
from hsunmix.model.progress import Step

__all__ = ["NUMBERS", "READS", "REFERENCE", "SUM_TO_ONE", "TITLE", "WHOLE_SCENE", "Params", "run"]

TITLE = "Abundances and brightnesses (ELMM)"
REFERENCE = "Drumetz, Veganzones, Henrot, Phlypo, Chanussot and Jutten, IEEE TIP 25 (2016)"
READS = (2, 0)
NUMBERS = (64, 64)
SUM_TO_ONE = True
WHOLE_SCENE = True

FAINTEST = 1e-6  # of the spectra's mean square: less noise than this isn't believed (60 dB)
WORK = 25_000  # pixels · r² that are improved at once: less than 0.1 s

Array = NDArray[np.float64]
Single = NDArray[np.float32]
Block = tuple[slice, slice]  # lines and samples


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of elmm."""

    spread: Annotated[
        float, Meta(gt=0, le=100, description="How far brightnesses lie from one (standard deviation)")
    ] = 0.3
    step: Annotated[
        float, Meta(gt=0, le=100, description="How far they lie from those of the next pixel")
    ] = 0.03
    tolerance: Annotated[
        float, Meta(ge=0, le=0.1, description="Stop when an iteration changes abundances by less than this")
    ] = 3e-4
    max_iterations: Annotated[int, Meta(ge=1, le=10_000, description="Iterations, at most")] = 100


def run(
    scene: Scene,
    w: NDArray[np.float64],
    params: Params,
) -> Generator[Step | None, None, Abundances]:
    """Solve every pixel; w is (bands used, r)."""
    from hsunmix.kernels.extended import sweep

    whole = scene.images or [(slice(0, scene.shape[0]), (scene.shape[0], 1))]
    picture = yield from pictured(scene, w)
    start = yield from solve(picture.reduced, picture.w, simplex=False)
    yield compiling(sweep)
    r, floor = w.shape[1], FAINTEST * float((w**2).mean())
    weight = 1 / max(picture.variance, floor, 1e-300)
    flat = scene.spread(start.h).reshape(r, -1)
    bright = scene.room.array(flat.shape, np.float32, 1)
    done = 0
    for place, grid in whole:
        used = picture.used[place].reshape(grid)
        image = picture.flat[:, place].reshape(-1, *grid)
        search = Search(image, flat[:, place].reshape(r, *grid), used, picture.w, scene)
        edge = 1 / params.step**2 if scene.images else 0.0
        done = max(done, (yield from search.improve(weight, 1 / params.spread**2, edge, params)))
        flat[:, place] = search.a.reshape(-1, r).T
        bright[:, place] = search.psi.reshape(-1, r).T
    h, psi = (yield from picture.per_pixel(flat)), (yield from picture.per_pixel(bright))
    rest = scene.per_pixel(None, np.float32, 0)
    yield from scene.map(_rest, w, per_pixel=[h, psi, rest])
    maps = {
        "brightness": PixelMap(psi, kind="score", of_endmembers=True, title="Brightness"),
        "extended_rmse": PixelMap(rest, kind="residual", title="RMSE of the extended model"),
    }
    settled = "" if done < params.max_iterations else ", not settled"
    return Abundances(
        h, f"Brightnesses of endmembers vary from pixel to pixel; {done} iterations{settled}.", maps
    )


class Search:
    """Abundances and brightnesses of an image, (lines, samples, r), on their way."""

    def __init__(self, image: Single, h: Single, used: NDArray[np.bool_], w: Array, scene: Scene) -> None:
        room, shape = scene.room, (*used.shape, len(h))
        self.used, self.g = used, w.T @ w
        self.c, self.a, self.psi = (room.array(shape, np.float32) for _ in range(3))
        pixels = max(1, WORK // len(h) ** 2)
        self.blocks = _blocks(used.shape, pixels)
        for block in _blocks(used.shape, max(pixels, used.shape[1])):
            self.c[block] = np.tensordot(image[:, *block], w.astype(np.float32), (0, 0))
            total = np.where(used[block], h[:, *block].sum(axis=0), 1)
            light = np.maximum(total, 1e-3).astype(np.float32)
            even = total <= 1e-3  # dark, or of no spectrum: nothing is known
            share = np.where(even | ~used[block], np.float32(1 / len(h)), h[:, *block] / light)
            self.a[block] = np.moveaxis(share, 0, -1)
            self.psi[block] = light[..., None]

    def improve(
        self, weight: float, prior: float, edge: float, params: Params
    ) -> Generator[Step | None, None, int]:
        """Go on until little changes; return after how many iterations."""
        count, done, change = max(1, int(self.used.sum())), 0, np.inf
        while done < params.max_iterations and change > params.tolerance:
            far = 0.0
            for colour in (0, 1):
                far += sum(
                    (yield from run_chunks(partial(self._sweep, colour, weight, prior, edge), self.blocks))
                )
            done, change = done + 1, float(np.sqrt(far / count))
            yield Step(done / params.max_iterations, message="Brightnesses and abundances")
        return done

    def _sweep(self, colour: int, weight: float, prior: float, edge: float, block: Block) -> float:
        from hsunmix.kernels.extended import sweep

        lines, samples = block
        part = lines.start, lines.stop, samples.start, samples.stop
        return float(sweep(self.c, self.g, self.used, colour, *part, weight, prior, edge, self.a, self.psi))


def _blocks(shape: tuple[int, int], pixels: int) -> list[Block]:
    """Cut an image into blocks of so many pixels at most: of lines, or of parts of one."""
    lines, samples = shape
    height, width = max(1, pixels // samples), min(samples, pixels)
    return [
        (slice(i, min(i + height, lines)), slice(j, min(j + width, samples)))
        for i in range(0, lines, height)
        for j in range(0, samples, width)
    ]


def _rest(part: Part, w: Array, h: Single, psi: Single, rest: Single) -> None:
    """Measure what the extended model leaves."""
    small = w.astype(np.float32)
    for tile, own, bright, left in zip(part.tiles, h, psi, rest, strict=True):
        left[:] = np.sqrt(np.square(tile - small @ (own * bright)).mean(axis=0))
