"""Points, lines and polygons of a file of a GIS."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["HOLE", "LINE", "OUTLINE", "PIXELS", "POINT", "Vectors"]

POINT, LINE, OUTLINE, HOLE = range(4)
PIXELS = "pixels"  # in place of a coordinate system


@dataclass(frozen=True, eq=False)
class Vectors:
    """All features of one layer, as flat arrays.

    Attributes
    ----------
    places : array of float64, (n, 2)
        x and y, or longitude and latitude.
    starts : array of int64, (parts + 1,)
        Where in ``places`` every part begins; n at its end.
    kinds : array of int64, (parts,)
        ``POINT``, ``LINE``, ``OUTLINE`` of a polygon, or ``HOLE`` of the outline before it.
    features : array of int64, (parts,)
        Whose part it is, from 0 on and never falling.
    names, colours, shapes : tuple of str
        Of every feature: what they are called, ``#rrggbb``, and ``rectangle`` where one was drawn as that;
        empty for none.
    crs : str
        The coordinate system: well-known text or ``EPSG:n``. Empty where the file doesn't say it, and
        ``PIXELS`` where places are samples and lines of the scene.
    layer : str
        Which of the file's layers it is.
    layers : tuple of str
        All of them.
    """

    places: NDArray[np.float64]
    starts: NDArray[np.int64]
    kinds: NDArray[np.int64]
    features: NDArray[np.int64]
    names: tuple[str, ...] = ()
    colours: tuple[str, ...] = ()
    shapes: tuple[str, ...] = ()
    crs: str = ""
    layer: str = ""
    layers: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        n, parts = len(self.places), len(self.kinds)
        starts, texts = self.starts, (self.names, self.colours, self.shapes)
        fits = (
            self.places.shape == (n, 2)
            and starts.shape == (parts + 1,)
            and (starts[0], starts[-1]) == (0, n)
            and (np.diff(starts) >= 0).all()
            and self.features.shape == (parts,)
            and (np.diff(self.features) >= 0).all()
            and np.isin(self.kinds, (POINT, LINE, OUTLINE, HOLE)).all()
            and all(
                0 <= feature < len(text)
                for text in texts
                for feature in self.features[:1].tolist() + self.features[-1:].tolist()
            )
        )
        if not fits:
            raise ValueError("parts of points, lines and polygons do not fit together")

    def polygons(self) -> Iterator[tuple[int, list[list[slice]]]]:
        """Yield features with polygons, and where the places of each are: of its outline, then of holes."""
        where = np.flatnonzero(self.kinds >= OUTLINE)
        ends = np.flatnonzero(np.diff(self.features[where])) + 1
        for parts in np.split(where, ends) if where.size else ():
            found: list[list[slice]] = []
            for k in parts.tolist():
                ring = slice(int(self.starts[k]), int(self.starts[k + 1]))
                if self.kinds[k] == OUTLINE:
                    found.append([ring])
                elif found:
                    found[-1].append(ring)
            yield int(self.features[parts[0]]), found
