"""Where a cube's stored numbers come from."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from hsunmix.model.progress import Step

__all__ = ["ArrayPixels", "MatrixPixels", "Pixels", "close_sources", "prepared"]


class Pixels(Protocol):
    """Where a cube's stored numbers come from.

    ``read`` returns stored values, not yet scaled, as a new native-endian array of shape
    (last − first, samples, bands); ``bands`` picks some (all by default). It may be called from
    several threads at once, and raises FileError when the file has changed under it.

    Pixels that take long to get ready may also have ``prepare()``, a generator of ``Step`` to be run
    before they are read, so that this can be watched and cancelled; see ``prepared``.
    """

    @property
    def shape(self) -> tuple[int, int, int]:
        """(lines, samples, bands)."""

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """Type of the stored values."""

    def read(self, first: int, last: int, bands: Sequence[int] | None = None) -> NDArray[np.generic]:
        """Stored values of the lines first … last − 1."""

    def spectrum(self, line: int, sample: int) -> NDArray[np.generic]:
        """Stored values of one pixel, (bands,)."""


@dataclass(frozen=True, eq=False)
class ArrayPixels:
    """Pixels of an array in memory, (lines, samples, bands)."""

    values: NDArray[np.generic]

    @property
    def whole(self) -> NDArray[np.generic]:
        """All, (lines, samples, bands): the caller's own."""
        return self.values

    @property
    def shape(self) -> tuple[int, int, int]:
        """(lines, samples, bands)."""
        lines, samples, bands = self.values.shape
        return lines, samples, bands

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """Type of the values."""
        return self.values.dtype

    def read(self, first: int, last: int, bands: Sequence[int] | None = None) -> NDArray[np.generic]:
        """Values of the lines first … last − 1."""
        block = self.values[first:last]
        return block.copy() if bands is None else block[:, :, list(bands)]

    def spectrum(self, line: int, sample: int) -> NDArray[np.generic]:
        """Values of one pixel."""
        spectrum: NDArray[np.generic] = self.values[line, sample].copy()
        return spectrum


@dataclass(frozen=True, eq=False)
class MatrixPixels:
    """Pixels of a matrix, (bands, pixels): lines of one sample each."""

    values: NDArray[np.generic]
    is_matrix = True

    @property
    def whole(self) -> NDArray[np.generic]:
        """All, (pixels, 1, bands): the caller's own."""
        return self.values.T[:, np.newaxis]

    @property
    def shape(self) -> tuple[int, int, int]:
        """(pixels, 1, bands)."""
        return self.values.shape[1], 1, self.values.shape[0]

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """Type of the values."""
        return self.values.dtype

    def read(self, first: int, last: int, bands: Sequence[int] | None = None) -> NDArray[np.generic]:
        """Values of the pixels first … last − 1."""
        block = self.values[:, first:last] if bands is None else self.values[list(bands), first:last]
        return block.copy(order="K").T[:, np.newaxis]

    def spectrum(self, line: int, sample: int) -> NDArray[np.generic]:  # noqa: ARG002 - there is one
        """Values of one pixel."""
        return self.values[:, line].copy()


def prepared(pixels: Pixels) -> Generator[Step | None, None, None]:
    """Get pixels ready to be read; close the generator to cancel. Most need no time for it."""
    prepare = getattr(pixels, "prepare", None)
    if prepare is not None:
        yield from prepare()


def close_sources(*sources: object) -> None:
    """Let the files go that pixels have open, where they have any."""
    for pixels in sources:
        close = getattr(pixels, "close", None)
        if close is not None:
            close()
