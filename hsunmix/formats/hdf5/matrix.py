"""The benchmarks' matrix bands × pixels in a MATLAB 7.3 file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import FormatError, ParameterError
from hsunmix.formats.hdf5.file import by_columns, matlab_numbers, usable
from hsunmix.formats.matlab.matrix import image_of
from hsunmix.formats.opening.options import Options

__all__ = ["Matrices", "find"]

MAX_BYTES = 2 << 30  # read as a whole


@dataclass(frozen=True, eq=False)
class Matrices:
    """The matrices of a file, as MATLAB has them: HDF5 lists a variable's axes in reverse.

    Attributes
    ----------
    path : Path
    every : dict of str to h5py.Dataset
    """

    path: Path
    every: dict[str, Any]

    @cached_property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shapes of the numeric matrices; what lies in a struct or in a cell is no variable."""
        return {
            name: tuple(map(int, dataset.shape[::-1]))
            for name, dataset in self.every.items()
            if "/" not in name and _is_matrix(name, dataset)
        }

    def array(self, name: str) -> NDArray[np.generic]:
        """Read one of them.

        Raises
        ------
        FormatError
            Reading it would not be safe, or it is too large.
        """
        dataset = self.every[name]
        usable(self.path, dataset)
        if dataset.size * dataset.dtype.itemsize > MAX_BYTES:
            raise FormatError(self.path, f"{name} is a matrix of more than {MAX_BYTES >> 30} GB")
        values: NDArray[np.generic] = dataset[()].T
        return values.astype(values.dtype.newbyteorder("="), copy=False)

    def scalar(self, *names: str) -> int | None:
        """Return the first of these variables that is a single whole number."""
        for name in names:
            dataset = self.every.get(name)  # Octave's numbers have no axes, MATLAB's have two
            if (
                dataset is not None
                and dataset.size == 1
                and dataset.dtype.kind in "iuf"
                and by_columns(dataset)
            ):
                value = float(np.ravel(self.array(name))[0])
                if value.is_integer() and value > 0:
                    return int(value)
        return None


def find(
    path: Path, every: dict[str, Any], options: Options, notes: list[str]
) -> tuple[str, NDArray[np.generic]] | None:
    """Return the name and the values (lines, samples, bands) of the largest matrix, or the one asked for.

    None where there is no matrix that could be an image.

    Raises
    ------
    ShapeUnknownError, ParameterError
        As ``_matlab_matrix.image_of``.
    """
    matrices = Matrices(path, every)
    able = {name: shape for name, shape in matrices.shapes.items() if min(shape) > 1}
    asked = (options.dataset or "").strip("/")
    if asked:
        able = {name: shape for name, shape in able.items() if name == asked}
    if not able:
        return None
    name = max(able, key=lambda n: able[n][0] * able[n][1])
    if options.axes is not None:
        raise ParameterError("axes", f"{name} is a matrix bands × pixels, it has no three axes")
    top = matrices.scalar("maxValue")
    if top is not None:
        notes.append(f"maxValue is {top}: the values are kept as they are, not divided by it.")
    return name, image_of(matrices, name, options, notes)


def _is_matrix(name: str, dataset: Any) -> bool:
    numbers = dataset.dtype.kind in "iuf" and matlab_numbers(name, dataset)
    return dataset.ndim == 2 and numbers and by_columns(dataset)
