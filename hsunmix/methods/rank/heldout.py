"""Held-out entries: how many nonnegative components predict values that they were not fitted to.

Problem: with more components every fit gets better; which of them are in the scene, and not in its noise?
Method: of an even sample of the pixels a tenth of the values, drawn at random all over, is held out.
Nonnegative factors with 1, 2, 3 … components are fitted to the others, each beginning where the one before
ended (weighted least squares with weights zero and one, by coordinate descent), and predict the values held
out. Their error falls as long as a component is really there. The least number within 1 % of the least
error is proposed; the range goes from the last one that lowered it by 2 % or more to that of the least
error.
Cost: one read of X, then a few hundred products of a sample with its components.
Limits: a component that few pixels have, or that noise nearly hides, hardly lowers the error; factors that
have not quite converged leave a little that one component more takes. Noise that bands or neighbours share
is predicted as well, and counts as a component.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from hsunmix.engine.passes import norms_squared
from hsunmix.engine.scene import Scene
from hsunmix.engine.subsets import ascending, evenly
from hsunmix.methods import RankEstimate
from hsunmix.methods.shared._speckled import held_out_errors, pays
from hsunmix.model.progress import Step

__all__ = ["REFERENCE", "TITLE", "Params", "run"]

TITLE = "Held-out entries"
MORE_ERROR = 0.01  # more error than the least
LABEL = "relative error of the values held out"
REFERENCE = "Owen and Perry, Annals of Applied Statistics 3 (2009)"


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parameters of held-out entries."""

    largest: Annotated[int, Meta(ge=2, le=40, description="Look at no more endmembers than this")] = 12
    pixels: Annotated[int, Meta(ge=50, le=20_000, description="Pixels that are looked at")] = 1500
    seed: Annotated[int, Meta(ge=0, le=2**31 - 1, description="Of the choice of entries")] = 0


def run(scene: Scene, params: Params) -> Generator[Step | None, None, RankEstimate]:
    """Estimate how many components predict what they were not fitted to."""
    count = min(scene.n_pixels, params.pixels)
    few = yield from ascending(scene, evenly(scene.n_pixels, count))
    size = float(np.sqrt((yield from norms_squared(few)).sum() / (count * scene.n_bands)))
    x = np.maximum(few.columns(np.arange(count)), 0)
    yield Step(0.1, message="Predicting values that were held out")
    most = max(1, min(params.largest, scene.n_bands, count))
    if size == 0:
        return RankEstimate(1, np.ones(1), LABEL, "The scene is zero: nothing can be told.")
    errors = yield from held_out_errors(x / size, 1, most, params.seed)
    low, high = pays(errors)
    rank = 1 + int(np.flatnonzero(errors <= (1 + MORE_ERROR) * errors.min())[0])
    left = f"{100 * errors[rank - 1]:.2g} %"
    sentence = f"{rank} endmembers predict the values that were held out as well as any number, to {left}"
    if low < high:
        sentence += f"; beyond {low} each further one is less than 2 % better, {high} are best"
    if high == most == params.largest:
        sentence += "; more than these were not looked at"
    return RankEstimate(rank, errors, LABEL, f"{sentence}.", low, high)
