"""A scene on the bands and in the units of another one, so that the same spectra explain both."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import InputError
from hsunmix.model.cube import Cube
from hsunmix.model.library_on_bands import some_pixels
from hsunmix.model.pixels import close_sources, prepared
from hsunmix.model.progress import Step
from hsunmix.model.resampling import resample, weighted, weights
from hsunmix.model.scales import between
from hsunmix.model.spectra import Spectra

__all__ = ["BroughtPixels", "Terms", "brought", "source_of_scene", "terms_for", "terms_of"]

MIN_COMMON = 0.5  # share of the other scene's good bands in which a scene must have values
SAME = 0.05  # of the distance between bands: what lies nearer is the same band
OTHER_UNITS = (
    1000.0  # times as bright: scenes of one kind of numbers that differ by less are darker or brighter
)


@dataclass(frozen=True, eq=False)
class Terms:
    """What a scene is brought to.

    Attributes
    ----------
    wavelengths, fwhm : array of float64, (bands,), or None
        Nanometres; without wavelengths its bands stay what they are.
    factor : float
        By what its values are multiplied.
    """

    wavelengths: NDArray[np.float64] | None = None
    fwhm: NDArray[np.float64] | None = None
    factor: float = 1.0


@dataclass(frozen=True, eq=False)
class BroughtPixels:
    """Physical values of a cube on other bands and in other units; NaN where it holds no data.

    Attributes
    ----------
    cube : Cube
    terms : Terms
    """

    cube: Cube
    terms: Terms

    @property
    def shape(self) -> tuple[int, int, int]:
        """(lines, samples, bands)."""
        nm = self.terms.wavelengths
        return self.cube.lines, self.cube.samples, self.cube.bands if nm is None else len(nm)

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """Type of the values."""
        return np.dtype(np.float32)

    @property
    def is_matrix(self) -> bool:
        """Whether its pixels lie in no image."""
        return self.cube.is_matrix

    @property
    def block_lines(self) -> int:
        """As many lines as the file decodes together."""
        return int(getattr(self.cube.pixels, "block_lines", 1))

    def read(self, first: int, last: int, bands: Sequence[int] | None = None) -> NDArray[np.generic]:
        """Values of the lines first … last − 1."""
        wanted = slice(None) if bands is None else list(bands)
        needed = self._needed(wanted)
        block = self.cube.read(first, last, needed)
        on_bands = self._on_bands(block.reshape(-1, block.shape[2]), wanted, needed)
        return on_bands.reshape(*block.shape[:2], -1)

    def spectrum(self, line: int, sample: int) -> NDArray[np.generic]:
        """Values of one pixel, (bands,)."""
        return np.asarray(self._on_bands(self.cube.spectrum(line, sample)[None], slice(None), None)[0])

    def prepare(self) -> Generator[Step | None, None, None]:
        """Get the pixels of the cube ready."""
        yield from prepared(self.cube.pixels)

    def close(self) -> None:
        """Let the cube's file go."""
        close_sources(self.cube.pixels)

    @cached_property
    def _weights(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """By which each band is a mean of the cube's, (bands, its bands), and what a whole one adds up to."""
        nm, source = self.terms.wavelengths, self.cube.wavelengths
        if nm is None or source is None:  # its bands stay what they are
            return np.eye(self.cube.bands), np.ones(self.cube.bands)
        return weights(source, nm, self.terms.fwhm)

    def _needed(self, wanted: list[int] | slice) -> list[int] | None:
        """Return which of the cube's bands some bands are made of; None for all."""
        if isinstance(wanted, slice):
            return None
        return np.flatnonzero((self._weights[0][wanted] != 0).any(axis=0)).tolist() or [0]

    def _on_bands(
        self, values: NDArray[np.float32], wanted: list[int] | slice, needed: list[int] | None
    ) -> NDArray[np.float32]:
        """Bring spectra, (pixels, bands that are needed), to the terms."""
        pick = slice(None) if needed is None else needed
        given = np.where(self.cube.good_bands[pick], values, np.nan).astype(np.float64)
        weight, whole = self._weights
        made = weighted(given, weight[wanted][:, pick], whole[wanted])
        return np.asarray(made * self.terms.factor, np.float32)


def terms_for(cube: Cube, first: Cube) -> tuple[Terms, str]:
    """Return what brings a scene to the bands and units of the first one, and say so.

    Raises
    ------
    InputError
        It holds another quantity, or has no values in half of that one's bands.
    """
    common, resampled = _common(cube, first)
    used = first.good_bands
    if common.sum() < MIN_COMMON * used.sum():
        raise InputError(
            f"{cube.name} has values in {int(common.sum())} of the {int(used.sum())} bands of {first.name}: "
            "too few for common endmembers"
        )
    nm, fwhm = (first.wavelengths, first.fwhm) if resampled else (None, None)
    scene = BroughtPixels(cube, Terms(nm, fwhm))
    pixels = some_pixels(replace(cube, pixels=scene, gain=1.0, offset=0.0, nodata=None))
    scale = between(pixels[:, common], some_pixels(first)[:, common])
    factor = scale.factor
    if _same_numbers(cube, first) and 1 / OTHER_UNITS < factor < OTHER_UNITS:
        factor = 1.0
    said = []
    if resampled:
        said.append(f"brought from {cube.bands} to the {first.bands} bands of {first.name}")
    if factor != 1:
        said.append(scale.sentence)
    return Terms(nm, fwhm, factor), f"{cube.name}: {'; '.join(said)}." if said else ""


def brought(cube: Cube, terms: Terms) -> Cube:
    """Return a scene in other terms; its place, mask and name stay."""
    if terms.wavelengths is None:
        if terms.factor == 1:
            return cube
        gain, offset = (np.multiply(number, terms.factor) for number in (cube.gain, cube.offset))
        scaled = replace(
            cube,
            gain=float(gain) if gain.ndim == 0 else gain,
            offset=float(offset) if offset.ndim == 0 else offset,
            scaled_by=cube.scaled_by * terms.factor,
        )
        return _known(cube, scaled)
    pixels = BroughtPixels(cube, terms)
    return replace(
        cube,
        pixels=pixels,
        wavelengths=terms.wavelengths,
        fwhm=terms.fwhm,
        bad_bands=~_supported(cube, terms.wavelengths, terms.fwhm),
        opened_bad_bands=None,
        band_text="",
        band_names=(),
        nodata=None,
        gain=1.0,
        offset=0.0,
        default_rgb=None,
    )


def source_of_scene(cube: Cube) -> Cube:
    """Return a scene that was brought to other bands with those that its file has."""
    return cube.pixels.cube if isinstance(cube.pixels, BroughtPixels) else cube


def terms_of(cube: Cube) -> Terms:
    """Return what a scene was brought to."""
    if isinstance(cube.pixels, BroughtPixels):
        return cube.pixels.terms
    return Terms(factor=cube.scaled_by)


def _known(before: Cube, after: Cube) -> Cube:
    """Hand on what is known of dead bands."""
    if "dead_bands" in before.__dict__:
        after.__dict__["dead_bands"] = before.dead_bands
    return after


def _common(cube: Cube, first: Cube) -> tuple[NDArray[np.bool_], bool]:
    """Tell in which good bands of the first scene another has values, and whether it must be resampled."""
    used = first.good_bands
    if cube.stacked != first.stacked:
        raise InputError(
            f"{cube.name} is a stack of {cube.stacked} cubes, {first.name} one of {first.stacked}"
        )
    if cube.quantity and first.quantity and cube.quantity != first.quantity:
        raise InputError(
            f"{cube.name} holds {cube.quantity.lower()} and {first.name} {first.quantity.lower()}: "
            "no spectra explain both"
        )
    if cube.wavelengths is None or first.wavelengths is None:
        if cube.bands != first.bands:
            raise InputError(
                f"{cube.name} has {cube.bands} bands and {first.name} {first.bands}, and without wavelengths "
                "of both they can't be laid on each other"
            )
        return used & cube.good_bands, False
    if cube.bands == first.bands:
        step = np.abs(np.gradient(first.wavelengths)) if first.bands > 1 else np.ones(1)
        if (np.abs(cube.wavelengths - first.wavelengths) <= SAME * step).all():
            return used & cube.good_bands, False
    return used & _supported(cube, first.wavelengths, first.fwhm), True


def _supported(
    cube: Cube, wavelengths: NDArray[np.float64], fwhm: NDArray[np.float64] | None
) -> NDArray[np.bool_]:
    """Tell which bands get a value from a scene's good ones."""
    one = np.where(cube.good_bands, 1.0, np.nan)[None]
    return np.asarray(np.isfinite(resample(_spectra(one, cube), wavelengths, fwhm).values[0]))


def _spectra(values: NDArray[np.float64], cube: Cube) -> Spectra:
    return Spectra(values, ("",) * len(values), cube.wavelengths, cube.fwhm)


def _same_numbers(cube: Cube, first: Cube) -> bool:
    """Whether both are stored as the same kind of numbers with the same scale: then a dark one is dark."""
    kinds = cube.pixels.dtype.kind in "iu", first.pixels.dtype.kind in "iu"
    return kinds[0] == kinds[1] and bool(np.all(np.mean(cube.gain) == np.mean(first.gain)))
