"""Several scenes as one: their pixels one behind the other, each read from where it lies."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import InputError
from hsunmix.model.cube import Cube
from hsunmix.model.pixels import close_sources, prepared
from hsunmix.model.progress import Step

__all__ = ["ChainedPixels", "Span", "chained", "grids_of", "parts_of", "scene_names", "spans"]


@dataclass(frozen=True, eq=False)
class ChainedPixels:
    """Physical values of several cubes of the same bands and units, a line for each pixel.

    Attributes
    ----------
    cubes : tuple of Cube
    """

    cubes: tuple[Cube, ...]
    is_matrix = True

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """Number of the first pixel of each, and how many there are: (cubes + 1,)."""
        return np.cumsum([0, *(cube.lines * cube.samples for cube in self.cubes)], dtype=np.int64)

    @property
    def name(self) -> str:
        """What to call them in a title."""
        return f"{len(self.cubes)} scenes"

    @property
    def shape(self) -> tuple[int, int, int]:
        """(pixels, 1, bands)."""
        return int(self.starts[-1]), 1, self.cubes[0].bands

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """float64 where float32 may not reach."""
        stored = [cube.pixels.dtype for cube in self.cubes]
        wide = any(one.kind == "f" and one.itemsize > 4 for one in stored)
        return np.dtype(np.float64 if wide else np.float32)

    @property
    def stored_bytes(self) -> int:
        """Bytes of what is stored."""
        return sum(cube.nbytes for cube in self.cubes)

    def place(self, pixel: int) -> tuple[int, int, int]:
        """Return whose pixel it is: the number of the cube, line and sample."""
        k = int(np.searchsorted(self.starts, pixel, side="right")) - 1
        return k, *divmod(pixel - int(self.starts[k]), self.cubes[k].samples)

    def read(self, first: int, last: int, bands: Sequence[int] | None = None) -> NDArray[np.generic]:
        """Values of the pixels first … last − 1."""
        if last - first == 1:
            one = self.spectrum(first, 0)
            return (one if bands is None else one[list(bands)])[None, None]
        found = [np.empty((0, 1, self.shape[2] if bands is None else len(bands)), self.dtype)]
        for k, cube in enumerate(self.cubes):
            begin, end = (int(np.clip(n, *self.starts[k : k + 2]) - self.starts[k]) for n in (first, last))
            if begin < end:
                lines = begin // cube.samples, -(-end // cube.samples)
                block = cube.read(*lines, bands, dtype=self.dtype).reshape(-1, 1, found[0].shape[2])
                found.append(block[begin - lines[0] * cube.samples :][: end - begin])
        return np.concatenate(found)

    def spectrum(self, line: int, sample: int) -> NDArray[np.generic]:  # noqa: ARG002 - there is one
        """Values of one pixel, (bands,)."""
        k, *at = self.place(line)
        return self.cubes[k].spectrum(*at).astype(self.dtype, copy=False)

    def prepare(self) -> Generator[Step | None, None, None]:
        """Get the pixels of every cube ready."""
        for cube in self.cubes:
            yield from prepared(cube.pixels)

    def close(self) -> None:
        """Let the cubes' files go."""
        close_sources(*(cube.pixels for cube in self.cubes))

    def whole_lines(self, first: int, last: int) -> tuple[int, int]:
        """Return the pixels of all lines that have some of the pixels first … last − 1."""
        k, line, _ = self.place(first)
        begin = int(self.starts[k]) + line * self.cubes[k].samples
        k, line, _ = self.place(last - 1)
        return begin, int(self.starts[k]) + (line + 1) * self.cubes[k].samples


def chained(cubes: Sequence[Cube]) -> Cube:
    """Return scenes as one cube, whose lines are their pixels: those of one behind those of the other.

    Nothing is copied, and where they don't fit into memory each is read from its file. A band is good where
    it is good in all of them.

    Parameters
    ----------
    cubes : sequence of Cube
        Of the same bands and units: see ``hsunmix.model.brought``. Their order is that of the pixels.

    Raises
    ------
    InputError
        No band is good in all.
    """
    first = cubes[0]
    if len(cubes) == 1:
        return first
    bad = ~np.logical_and.reduce([cube.good_bands for cube in cubes])
    if bad.all():
        raise InputError("no band holds data in all scenes")
    chosen = None
    if any(cube.selection is not None for cube in cubes):
        every = [np.ones(cube.shape[:2], bool) if (s := cube.selection) is None else s for cube in cubes]
        chosen = np.concatenate([one.reshape(-1, 1) for one in every])
    made = Cube(
        ChainedPixels(tuple(cubes)),
        first.wavelengths,
        first.fwhm,
        bad if bad.any() else None,
        first.band_names,
        wavelength_unit=first.wavelength_unit,
        default_rgb=first.default_rgb,
        selection=chosen,
        seeks_nodata=any(cube.seeks_nodata for cube in cubes),
        quantity=first.quantity,
        stacked=first.stacked,
        notes=tuple(dict.fromkeys(note for cube in cubes for note in cube.notes)),
    )
    made.__dict__["dead_bands"] = np.zeros(made.bands, bool)  # they are among the bad ones
    return made


def parts_of(cube: Cube) -> tuple[Cube, ...]:
    """Return the scenes that a cube is made of; itself, where it is no chain."""
    return cube.pixels.cubes if isinstance(cube.pixels, ChainedPixels) else (cube,)


def grids_of(cube: Cube) -> tuple[tuple[int, int], ...]:
    """Return lines and samples of every scene of a chain; nothing where a cube is none."""
    if not isinstance(cube.pixels, ChainedPixels):
        return ()
    return tuple((one.lines, one.samples) for one in cube.pixels.cubes)


class Span(NamedTuple):
    """What of a cube is read together.

    Attributes
    ----------
    lines : slice
        Lines of the cube; of a chain these are pixels.
    part : int
        Whose they are: the number of the scene.
    own : slice
        Which lines of it.
    """

    lines: slice
    part: int
    own: slice


def spans(cube: Cube, first: int, last: int, lines: Sequence[int]) -> Iterator[Span]:
    """Yield what of a cube is read together, in order.

    Parameters
    ----------
    cube : Cube
    first, last : int
        From this of its lines to that before this one.
    lines : sequence of int
        So many of each of its parts are read at a time.
    """
    pixels = cube.pixels
    if not isinstance(pixels, ChainedPixels):
        for begin in range(first, last, lines[0]):
            some = slice(begin, min(begin + lines[0], last))
            yield Span(some, 0, some)
        return
    for k, part in enumerate(pixels.cubes):
        start = int(pixels.starts[k])
        begin, end = (int(np.clip(n - start, 0, part.lines * part.samples)) for n in (first, last))
        if begin == end:
            continue
        final = -(-end // part.samples)
        for line in range(begin // part.samples, final, lines[k]):
            own = slice(line, min(line + lines[k], final))
            yield Span(slice(start + own.start * part.samples, start + own.stop * part.samples), k, own)


def scene_names(paths: Sequence[Path | None]) -> tuple[str, ...]:
    """Name scenes by their files, such that no two are called alike, whatever the case of the letters."""
    stems = ["scene" if path is None else _stem(path) for path in paths]
    folders = [path.parent.name if path is not None else "" for path in paths]
    plain = [stem.casefold() for stem in stems]
    named: list[str] = []
    for stem, folder in zip(stems, folders, strict=True):
        others = {f for f, s in zip(folders, plain, strict=True) if s == stem.casefold()}
        one = f"{folder} {stem}" if len(others) > 1 and folder else stem
        taken, number, name = {n.casefold() for n in named}, 1, one
        while name.casefold() in taken:
            number += 1
            name = f"{one} {number}"
        named.append(name)
    return tuple(named)


def _stem(path: Path) -> str:
    packed = path.suffix.lower() == ".gz"
    return (path.with_suffix("") if packed else path).stem
