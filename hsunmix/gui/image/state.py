"""What the window shows of the scene that no session holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hsunmix.gui.image.drawing import Drawing
from hsunmix.model.map_kinds import KINDS

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

__all__ = ["ABUNDANCE", "Grey", "ImageState", "Picture", "Shown"]

ABUNDANCE = KINDS["fraction"].colours  # of abundance maps, unless another table is chosen


@dataclass(frozen=True, eq=False)
class Picture:
    """The colour image of a cube.

    Attributes
    ----------
    rgba : array of uint8, (rows, columns, 4)
        Transparent where there are no data.
    step : int
        Pixels of the cube per row and column: 1 unless the cube is very large.
    bands : tuple of 3 int
    limits : tuple of 2 tuples of 3 float
        Values shown as black and as full colour.
    values : array of float32, (lines, samples, 3), or None
        Where no pixel was left out.
    """

    rgba: NDArray[np.uint8]
    step: int
    bands: tuple[int, int, int]
    limits: tuple[tuple[float, ...], tuple[float, ...]] = ((0.0,) * 3, (1.0,) * 3)
    values: NDArray[np.float32] | None = None


@dataclass(frozen=True, eq=False)
class Grey:
    """One band of the cube.

    Attributes
    ----------
    band : int
    values : array of float32, (rows, columns)
        NaN where there are no data; every ``step``-th pixel of a very large cube.
    step : int
    """

    band: int
    values: NDArray[np.float32]
    step: int


@dataclass(frozen=True, eq=False)
class Shown:
    """What the image panel shows.

    Attributes
    ----------
    page : str
    drawing : Drawing
    images : tuple of QImage
        The drawing's pictures, ready to be painted.
    """

    page: str
    drawing: Drawing
    images: tuple[QImage, ...]


@dataclass(frozen=True, eq=False)
class ImageState:
    """The images that were read and drawn.

    Attributes
    ----------
    picture : Picture or None
    shown : Shown or None
        The image panel's page.
    grey : Grey or None
        The band that was read last.
    layers : mapping of str to array of float32, (lines, samples)
        The values of the document's layers by their expressions, as far as they are known.
    largest : bool
        The page of the mixture shows only the endmember of the largest fraction of every pixel.
    scale_bar : bool
        Distances and the north are told on the image.
    """

    picture: Picture | None = None
    shown: Shown | None = None
    grey: Grey | None = None
    layers: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    largest: bool = False
    scale_bar: bool = True
