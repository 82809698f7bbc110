"""What is known of a cube in an HDF5 file, once it has been found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.formats.pixels.absence import Absence
from hsunmix.formats.spectra.band_vectors import BandAxis
from hsunmix.model.georeference import Georeference

__all__ = ["Found", "Piece"]


@dataclass(frozen=True, eq=False)
class Piece:
    """A dataset, its axes such as ``yxb``, and which of its bands are taken in which order.

    A dot among the axes is one that is one long; without a ``b`` it is one band. ``decimals`` is a dataset
    of the same axes that is to be added, divided by ``divisor``.
    """

    dataset: Any
    axes: str
    bands: NDArray[np.intp] | None = None
    decimals: Any = None
    divisor: float = 1.0


@dataclass(frozen=True, eq=False)
class Found:
    """A cube and what it means; valid while the file is open.

    Attributes
    ----------
    pieces : tuple of Piece
        Joined along the bands.
    bands : BandAxis
    nodata : float or None
    gain, offset : float or array of float64, (bands,)
    georeference : Georeference or None
        Of the table's map, where there is a table.
    table : tuple of 2 h5py.Dataset, or None
        Line and sample for every cell of a map, counted from 1.
    absence : Absence or None
        Where one nodata value does not say all.
    names : tuple of str
        Of the bands.
    unsigned : bool
        Its values are stored with a sign, and have none.
    plain : bool
        No product's description says what this is.
    guessed : bool
        Nothing in the file speaks for the axes.
    notes : list of str
    """

    pieces: tuple[Piece, ...]
    bands: BandAxis = field(default_factory=BandAxis)
    nodata: float | None = None
    gain: float | NDArray[np.float64] = 1.0
    offset: float | NDArray[np.float64] = 0.0
    georeference: Georeference | None = None
    table: tuple[Any, Any] | None = None
    absence: Absence | None = None
    names: tuple[str, ...] = ()
    unsigned: bool = False
    plain: bool = False
    guessed: bool = False
    notes: list[str] = field(default_factory=list)
