"""Look things up in an HDF5 file by the short references in which products are described.

``a/b``
    The dataset of this name, from the file's root.
``./b``
    From the group that holds the cube.
``a/b@c``, ``@c``, ``/@c``, ``.@c``
    Attribute ``c`` of an object, of the cube itself, of the root, of the cube's group.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.formats.hdf5.file import attribute, is_small, number, require_filters, text

__all__ = ["Look"]


@dataclass(frozen=True, eq=False)
class Look:
    """What a product's description may ask of a file.

    Attributes
    ----------
    file : h5py.File
    every : mapping of str to h5py.Dataset
        All datasets of the file; links out of it are not among them.
    cube : h5py.Dataset
    axes : str
        The order of the cube's axes.
    """

    file: Any
    every: Mapping[str, Any]
    cube: Any
    axes: str

    def size(self, axis: str) -> int:
        """Return the cube's size along ``y``, ``x`` or ``b``."""
        return int(self.cube.shape[self.axes.index(axis)])

    def value(self, reference: str) -> Any:
        """Return what a reference leads to, or None; an empty one leads nowhere."""
        if not reference:
            return None
        place, at, name = reference.partition("@")
        if at:
            owner = self._object(place) if place else self.cube
            return None if owner is None else attribute(owner, name)
        dataset = self.dataset(reference)
        if dataset is None or not (is_small(dataset) or _is_text(dataset)):
            return None
        require_filters(dataset)
        return dataset[()]

    def dataset(self, reference: str) -> Any:
        """Return a dataset of this file, or None."""
        return self.every.get(self._absolute(reference))

    def number(self, reference: str) -> float | None:
        """Return one finite number, or None."""
        return number(self.value(reference))

    def text(self, reference: str) -> str:
        """Return a text, also a whole number as such; empty where there is none."""
        found = self.value(reference)
        said = text(found)
        whole = None if said else number(found)
        return f"{whole:.0f}" if whole is not None and whole.is_integer() else said

    def vector(self, reference: str, size: int) -> NDArray[np.float64] | None:
        """Return so many numbers, or None."""
        found = self.value(reference)
        if not isinstance(found, np.ndarray) or found.dtype.kind not in "iufb" or found.size != size:
            return None
        return found.astype(np.float64).ravel()

    def unit(self, reference: str) -> str:
        """Return the unit that a dataset gives for its values; empty where it gives none."""
        dataset = None if "@" in reference else self.dataset(reference)
        return "" if dataset is None else text(attribute(dataset, "Units", "units", "unit"))

    def _absolute(self, place: str) -> str:
        if place.startswith("."):
            group = self.cube.name.strip("/").rpartition("/")[0]
            place = f"{group}/{place[1:].strip('/')}"
        return place.strip("/")

    def _object(self, place: str) -> Any:
        """Return a group or a dataset of this file, without following links out of it."""
        import h5py

        here = self.file
        for part in filter(None, self._absolute(place).split("/")):
            link = here.get(part, getlink=True) if isinstance(here, h5py.Group) else None
            if not isinstance(link, h5py.HardLink):
                return None
            here = here[part]
        return here


def _is_text(dataset: Any) -> bool:
    """Whether a dataset is one short text in this file."""
    short = dataset.size == 1 and dataset.dtype.kind in "SO" and dataset.dtype.itemsize <= 1 << 20
    return bool(short and not dataset.is_virtual and not dataset.external)
