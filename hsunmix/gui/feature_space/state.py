"""What the window shows of feature space."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsunmix.methods.feature_space import Axis, Density, Space
from hsunmix.model.region import Region

__all__ = ["Cloud", "SpaceState"]


@dataclass(frozen=True, eq=False)
class Cloud:
    """The pixels along two axes.

    Attributes
    ----------
    space : Space
    axes : tuple of 2 Axis
    x, y : array of float32, (pixels used,)
    whole : Density
        Of all pixels.
    """

    space: Space
    axes: tuple[Axis, Axis]
    x: NDArray[np.float32]
    y: NDArray[np.float32]
    whole: Density


@dataclass(frozen=True, eq=False)
class SpaceState:
    """Feature space.

    Attributes
    ----------
    watched : bool
        Somebody looks at it: nothing is computed otherwise.
    axes : tuple of 2 Axis
    cloud : Cloud or None
    part : Density or None
        Of the part that is seen, where that is not the whole.
    marked : tuple of (Region, array of int64)
        Columns of the scene in each region.
    """

    watched: bool = False
    axes: tuple[Axis, Axis] = (Axis("component", 0), Axis("component", 1))
    cloud: Cloud | None = None
    part: Density | None = None
    marked: tuple[tuple[Region, NDArray[np.int64]], ...] = ()
