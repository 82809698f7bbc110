"""Whether spectra that were given are in a scene's units."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.scene import Scene
from hsunmix.model.scales import between
from hsunmix.model.unmixing import Unmixing

__all__ = ["noted", "scale_note"]

LOOKED_AT = 512  # pixels of a scene
LOOKED_AT_IN_FILE = 64  # the same where each is read by itself


def scale_note(scene: Scene, endmembers: NDArray[np.float64]) -> str:
    """Say that given spectra seem to be in other units than the scene.

    Parameters
    ----------
    scene : Scene
    endmembers : array, (bands, r)

    Returns
    -------
    str
        A sentence with the factor that brings them there; empty where they are in its units.
    """
    most = LOOKED_AT_IN_FILE if scene.in_file else LOOKED_AT
    some = np.linspace(0, scene.n_pixels - 1, min(scene.n_pixels, most)).astype(np.int64)
    found = between(endmembers[scene.bands], scene.columns(some) * scene.scale)
    return f"The given spectra have {found.sentence}." if found.sentence else ""


def noted(scene: Scene, result: Unmixing, given: NDArray[np.float64] | None) -> Unmixing:
    """Return a result whose note says first what is odd about the units of the spectra given to it."""
    odd = "" if given is None else scale_note(scene, given)
    return replace(result, note=" ".join(filter(None, [odd, result.note]))) if odd else result
