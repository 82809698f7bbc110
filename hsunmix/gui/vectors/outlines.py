"""Points, lines and polygons as they are painted: what is seen, as finely as it can be seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsunmix.model.cube import Cube
from hsunmix.model.vectors import OUTLINE, POINT, Vectors
from hsunmix.session.vector_places import lies_on, places_on

__all__ = ["Outlines", "outlines_of"]

FINEST = 0.5  # logical pixels: vertices that fall together at this are one

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Outlines:
    """The places of a layer on a scene: x the sample, y the line, pixel edges at integers.

    Attributes
    ----------
    places : array of float64, (n, 2)
        Of lines and closed rings, one part after the other.
    joined : array of bool, (n,)
        Whether a line leads from a place to the next.
    points : array of float64, (m, 2)
    """

    places: Floats
    joined: NDArray[np.bool_]
    points: Floats

    def seen(
        self, box: tuple[float, float, float, float], scale: float
    ) -> tuple[Floats, NDArray[np.bool_], Floats]:
        """Return what there is to paint.

        Parameters
        ----------
        box : tuple of 4 float
            What is seen: left, top, right, bottom.
        scale : float
            Logical pixels per pixel of the scene.

        Returns
        -------
        places, joined, points
            As in the class; places that no line within the box needs, or that fall together, are left out.
        """
        left, top, right, bottom = box
        corner, far = (left, top), (right, bottom)
        one, other = self.places[:-1], self.places[1:]
        low, high = np.minimum(one, other), np.maximum(one, other)
        near = np.zeros(len(self.places), dtype=bool)  # the line from here is
        near[:-1] = self.joined[:-1] & (high >= corner).all(axis=1) & (low <= far).all(axis=1)
        needed = near.copy()
        needed[1:] |= near[:-1]
        places, joined = self.places[needed], near[needed]
        cells = np.floor(places * (scale / FINEST))
        within = np.zeros(len(places), dtype=bool)  # a line, and no further than the place before
        within[1:] = (cells[1:] == cells[:-1]).all(axis=1) & joined[:-1] & joined[1:]
        points = self.points[(self.points >= corner).all(axis=1) & (self.points <= far).all(axis=1)]
        _, first = np.unique(np.floor(points * (scale / FINEST)), axis=0, return_index=True)
        return places[~within], joined[~within], points[np.sort(first)]


def outlines_of(vectors: Vectors, cube: Cube) -> tuple[Outlines, bool]:
    """Lay a layer on a scene; also return whether something of it may be seen there.

    Raises
    ------
    ValueError
        Its coordinate system is not known, or its places are not on the scene's map.
    """
    places = places_on(cube, vectors)
    sizes = np.diff(vectors.starts)
    rings = np.flatnonzero((vectors.kinds >= OUTLINE) & (sizes > 0))
    first, past = vectors.starts[rings], vectors.starts[rings + 1]
    open_ = (vectors.places[first] != vectors.places[past - 1]).any(axis=1)
    order = np.insert(np.arange(len(places)), past[open_], first[open_])  # back to where they began
    part = np.repeat(np.arange(len(sizes)), sizes)[order]
    laid, point = places[order], vectors.kinds[part] == POINT
    known = np.isfinite(laid[:, 0]) & np.isfinite(laid[:, 1])
    joined = np.append((part[1:] == part[:-1]) & known[1:] & known[:-1], False)[: len(part)]
    lines = known & ~point
    return Outlines(laid[lines], joined[lines], laid[known & point]), lies_on(places, cube)
