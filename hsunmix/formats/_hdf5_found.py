"""What is known of a cube in an HDF5 file, once it has been found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hsunmix.formats._band_vectors import BandAxis
from hsunmix.model.georeference import Georeference

__all__ = ["Found"]


@dataclass(frozen=True, eq=False)
class Found:
    """A dataset and what it means.

    Attributes
    ----------
    dataset : h5py.Dataset
        Valid while the file is open.
    axes : str
        Such as ``yxb``.
    bands : BandAxis
    nodata : float or None
    gain, offset : float
    georeference : Georeference or None
    notes : list of str
    """

    dataset: Any
    axes: str
    bands: BandAxis = field(default_factory=BandAxis)
    nodata: float | None = None
    gain: float = 1.0
    offset: float = 0.0
    georeference: Georeference | None = None
    notes: list[str] = field(default_factory=list)
