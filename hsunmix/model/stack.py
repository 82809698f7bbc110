"""Several cubes of the same ground as one, the bands of one behind those of the other."""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import InputError
from hsunmix.model.cube import Cube
from hsunmix.model.pixels import close_sources, prepared
from hsunmix.model.progress import Step

__all__ = ["StackedPixels", "elsewhere", "stacked"]

APART = 0.5  # of a pixel or of a band's distance to the next: what lies further apart is another


@dataclass(frozen=True, eq=False)
class StackedPixels:
    """Physical values of several cubes: NaN where one holds no data.

    Attributes
    ----------
    cubes : tuple of Cube
    """

    cubes: tuple[Cube, ...]

    @property
    def shape(self) -> tuple[int, int, int]:
        """(lines, samples, bands of all cubes)."""
        first = self.cubes[0]
        return first.lines, first.samples, sum(cube.bands for cube in self.cubes)

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """Type of the values."""
        return np.dtype(np.float32)

    @property
    def is_matrix(self) -> bool:
        """Whether its pixels lie in no image."""
        return self.cubes[0].is_matrix

    def read(self, first: int, last: int, bands: Sequence[int] | None = None) -> NDArray[np.generic]:
        """Values of the lines first … last − 1."""
        if bands is None:
            return np.concatenate([cube.read(first, last) for cube in self.cubes], axis=2)
        begins = np.cumsum([0, *(cube.bands for cube in self.cubes)])
        wanted = np.arange(begins[-1])[list(bands)]
        which = np.searchsorted(begins, wanted, side="right") - 1
        band = wanted - begins[which]
        out = np.empty((last - first, self.shape[1], len(which)), dtype=np.float32)
        for n in np.unique(which):
            out[:, :, which == n] = self.cubes[n].read(first, last, band[which == n].tolist())
        return out

    def spectrum(self, line: int, sample: int) -> NDArray[np.generic]:
        """Values of one pixel, (bands of all cubes,)."""
        return np.concatenate([cube.spectrum(line, sample) for cube in self.cubes])

    def prepare(self) -> Generator[Step | None, None, None]:
        """Get the pixels of every cube ready."""
        for cube in self.cubes:
            yield from prepared(cube.pixels)

    def close(self) -> None:
        """Let the cubes' files go."""
        close_sources(*(cube.pixels for cube in self.cubes))


def stacked(cubes: Sequence[Cube]) -> Cube:
    """Return cubes of the same ground as one cube: see ``Cube.stacked``.

    Those with the same bands are a stack. Two sensors that see other bands, such as VNIR and SWIR, are joined
    as one sensor with the bands of both. A pixel is used where all have it. It lies where the first one
    does, and is called like it.

    Raises
    ------
    InputError
        They are of other sizes, of bands that lie near each other without being the same, or lie elsewhere.
    """
    first = cubes[0]
    if len(cubes) == 1:
        return first
    alike = [_same_bands(first, cube) for cube in cubes[1:]]
    for number, (cube, same) in enumerate(zip(cubes[1:], alike, strict=True), 2):
        _check(first, cube, same, f"cube {number} of the stack ({cube.name})")
    joined = () if all(alike) else ("The cubes have other bands, so they are joined as those of one sensor.",)
    chosen = [cube.selection for cube in cubes if cube.selection is not None]
    return replace(
        first,
        pixels=StackedPixels(tuple(cubes)),
        wavelengths=_behind([cube.wavelengths for cube in cubes]),
        fwhm=_behind([cube.fwhm for cube in cubes]),
        bad_bands=np.concatenate([~cube.good_bands for cube in cubes]),
        band_names=_names(cubes),
        band_numbers=None,
        nodata=None,
        gain=1.0,
        offset=0.0,
        **_origin(cubes),
        selection=reduce(np.logical_and, chosen) if chosen else None,
        opened_bad_bands=None,
        seeks_nodata=any(cube.seeks_nodata for cube in cubes),
        notes=(*dict.fromkeys(note for cube in cubes for note in cube.notes), *joined),
        stacked=sum(cube.stacked for cube in cubes) if all(alike) else 1,
    )


def _origin(cubes: Sequence[Cube]) -> dict[str, Any]:
    """Return how the stack is opened again from its files; as of an array where it can't be."""
    first, others = cubes[0], [cube.path for cube in cubes[1:] if cube.path is not None]
    whole = all(cube.selection is None and not cube.band_text for cube in cubes)
    alike = len(others) == len(cubes) - 1 and all(cube.options == first.options for cube in cubes)
    if first.path is None or not (whole and alike) or any("," in str(path) for path in others):
        return {"path": None, "files": (), "options": ()}
    beside = first.path.parent
    names = [path.name if path.parent == beside else str(path) for path in others]
    return {"options": (*first.options, ("stack", ",".join(names)))}


def _behind(axes: Sequence[NDArray[np.float64] | None]) -> NDArray[np.float64] | None:
    """Return what every cube says of its bands, one behind the other; None where one says nothing."""
    known = [axis for axis in axes if axis is not None]
    return np.concatenate(known) if len(known) == len(axes) else None


def _same_bands(first: Cube, cube: Cube) -> bool:
    """Whether a cube's bands are those of the first one, by number or by place."""
    if cube.bands != first.bands:
        return False
    if cube.wavelengths is None or first.wavelengths is None:
        return True
    return not (min(_ends(first)[1], _ends(cube)[1]) < max(_ends(first)[0], _ends(cube)[0]))


def _ends(cube: Cube) -> tuple[float, float]:
    assert cube.wavelengths is not None
    return float(np.nanmin(cube.wavelengths)), float(np.nanmax(cube.wavelengths))


def _check(first: Cube, cube: Cube, same: bool, what: str) -> None:
    """Refuse a cube that can't be stacked on the first one."""
    if cube.shape[:2] != first.shape[:2] or cube.is_matrix != first.is_matrix:
        is_, wanted = (" × ".join(map(str, one.shape)) for one in (cube, first))
        raise InputError(
            f"{what} is of {is_} (lines, samples, bands), the first of {wanted}: bring them to the same grid"
        )
    if same and cube.wavelengths is not None and first.wavelengths is not None:
        step = np.abs(np.gradient(first.wavelengths)) if first.bands > 1 else np.ones(1)
        far = np.flatnonzero(~(np.abs(cube.wavelengths - first.wavelengths) <= APART * step))
        if len(far):
            raise InputError(
                f"band {far[0] + 1} of {what} is at {cube.wavelengths[far[0]]:g} nm, that of the first at "
                f"{first.wavelengths[far[0]]:g} nm: resample it to the same bands first"
            )
    if elsewhere(first, cube):
        raise InputError(f"{what} lies elsewhere than the first: bring them to the same grid first")


def elsewhere(first: Cube, cube: Cube) -> bool:
    """Whether two images of the same size lie at other places, as far as that is known."""
    here, there = first.georeference, cube.georeference
    if here is None or there is None:
        return False
    if here.crs and there.crs and here.crs != there.crs:
        return False  # what two systems call the same place is not compared
    corners = ((0, 0), (first.lines - 1, first.samples - 1))
    size = max(here.pixel_size)
    return any(math.dist(here.xy(*at), there.xy(*at)) > APART * size for at in corners)


def _names(cubes: Sequence[Cube]) -> tuple[str, ...]:
    """Name each band by its cube: those of one date are told from those of another."""
    names: list[str] = []
    for number, cube in enumerate(cubes, 1):
        title = cube.path.stem if cube.path else f"cube {number}"
        own: Sequence[Any] = cube.band_names
        if not own:
            nm = cube.wavelengths
            own = [f"band {b + 1}" for b in range(cube.bands)] if nm is None else [f"{v:g} nm" for v in nm]
        names += [f"{title}, {name}" for name in own]
    return tuple(names)
