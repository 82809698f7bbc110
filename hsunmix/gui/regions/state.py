"""What the window shows of masks and regions that no session holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.regions import RegionStatistics
from hsunmix.gui.regions.commands import PlanMask
from hsunmix.model.region import Region

__all__ = ["TOOLS", "Masking", "Overlay", "RegionsState"]

TOOLS = ("", "rectangle", "polygon", "brush")  # the first is none


@dataclass(frozen=True, eq=False)
class Masking:
    """A mask that is planned.

    Attributes
    ----------
    plan : PlanMask
        What was asked for, with the threshold that is in force.
    mask : array of bool, (lines, samples), or None
        True where a pixel would be used; None while it is not known.
    kept : float
        The share of those pixels.
    range : tuple of 2 float, or None
        What the threshold can sensibly be; None for a condition, which needs none.
    wrong : str
        Why the expression can't be used.
    """

    plan: PlanMask
    mask: NDArray[np.bool_] | None = None
    kept: float = 0.0
    range: tuple[float, float] | None = None
    wrong: str = ""


@dataclass(frozen=True, eq=False)
class Overlay:
    """What lies on every picture of the scene.

    Attributes
    ----------
    values : array of uint8, (lines, samples)
        Twice the number of the region, from 1, or 0 where there is none; one more where the pixel is
        masked.
    colours : tuple of str
        Of the regions, ``#rrggbb``.
    """

    values: NDArray[np.uint8]
    colours: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class RegionsState:
    """What is drawn and planned.

    Attributes
    ----------
    tool : str
        What the mouse draws on the image: one of ``TOOLS``.
    masking : Masking or None
        The mask that is planned.
    overlay : Overlay or None
        What lies on every picture: masked pixels and regions.
    region_spectra : mapping of Region to RegionStatistics
        As far as they are known.
    """

    tool: str = ""
    masking: Masking | None = None
    overlay: Overlay | None = None
    region_spectra: Mapping[Region, RegionStatistics] = field(default_factory=dict)
