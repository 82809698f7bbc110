"""The hash of a scene's file, made of what is read anyway: a large file is not read again for its record."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.files import Identity, check_identity, remember_digest
from hsunmix.model.cube import Cube

__all__ = ["PassingDigest"]


@dataclass(eq=False)
class PassingDigest:
    """Takes in the values of one block of lines after the other, as they are stored.

    Attributes
    ----------
    path : Path
    identity : Identity
        The file's, when it was opened.
    start : int
        Bytes before the first value.
    nbytes : int
        Bytes up to the last value.
    """

    path: Path
    identity: Identity
    start: int
    nbytes: int

    def __post_init__(self) -> None:
        self._sum: Any = hashlib.sha256(self._bytes(0, self.start))

    @classmethod
    def of(cls, cube: Cube, bands: NDArray[np.bool_]) -> PassingDigest | None:
        """Return one for a cube of which these bands are read; None where that isn't all of its file."""
        pixels: Any = cube.pixels
        plain = getattr(pixels, "interleave", "") in ("bil", "bip") and pixels.stored.isnative
        if not plain or pixels.unpacked is not None or not bands.all():
            return None
        return cls(pixels.path, pixels.identity, pixels.offset, pixels.nbytes)

    def update(self, values: NDArray[Any]) -> None:
        """Take in the next lines."""
        self._sum.update(values.reshape(-1).view(np.uint8).data)

    def end(self) -> None:
        """Take in what follows, and have the hash remembered for the records; all lines were taken in."""
        self._sum.update(self._bytes(self.nbytes, self.identity.size))
        check_identity(self.path, self.identity)
        remember_digest(self.path, self.identity, self._sum.hexdigest())

    def _bytes(self, first: int, last: int) -> bytes:
        if first >= last:
            return b""
        with self.path.open("rb") as file:
            file.seek(first)
            return file.read(last - first)
