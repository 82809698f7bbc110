"""Where a scene lies on the Earth."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["Georeference"]


@dataclass(frozen=True)
class Georeference:
    """An affine map from pixels to map coordinates, and the coordinates' system.

    Attributes
    ----------
    transform : tuple of 6 float
        (a, b, c, d, e, f) with x = a·sample + b·line + c and y = d·sample + e·line + f, for the
        outer corner of a pixel: sample 0, line 0 is the upper left corner of the scene.
        This is the order of the ``affine`` package and of rasterio.
    crs : str
        Well-known text, ``EPSG:n`` or a PROJ string; empty where only the transform is known.
    """

    transform: tuple[float, float, float, float, float, float]
    crs: str = ""

    def __post_init__(self) -> None:
        a, b, _, d, e, _ = self.transform
        if not all(math.isfinite(v) for v in self.transform) or a * e == b * d:
            raise ValueError(f"the transform {self.transform} is degenerate")

    def xy(self, line: float, sample: float) -> tuple[float, float]:
        """Map coordinates (x, y) of the centre of a pixel."""
        a, b, c, d, e, f = self.transform
        column, row = sample + 0.5, line + 0.5
        return a * column + b * row + c, d * column + e * row + f

    @property
    def geographic(self) -> bool:
        """Whether the coordinates are degrees of longitude and latitude rather than lengths.

        Well-known text says so by its first word. A bare code, or no system at all, leaves the
        numbers to go by: degrees are small, and so are their pixels.
        """
        text = self.crs.upper()
        if "[" in text:
            return "PROJC" not in text and ("GEOGC" in text or "GEODC" in text)
        x, y = self.xy(0, 0)
        return abs(x) <= 360 and abs(y) <= 90 and max(self.pixel_size) < 1

    @property
    def pixel_size(self) -> tuple[float, float]:
        """Width and height of a pixel in map units, rotation taken out."""
        a, b, _, d, e, _ = self.transform
        return math.hypot(a, d), math.hypot(b, e)
