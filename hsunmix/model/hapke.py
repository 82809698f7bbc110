"""Single-scattering albedo instead of reflectance: in it, intimate mixtures of grains are linear.

Hapke's model for a surface of isotropic scatterers without an opposition effect, where a pixel's reflectance
factor, relative to a white surface under the same light, is

    R = w / ((1 + 2 μ √(1 − w)) (1 + 2 μ₀ √(1 − w)))

with the albedo w of single grains and the cosines μ₀ and μ of the angles of the sun and of the view from the
vertical. (Hapke, Journal of Geophysical Research 86, 1981; Heylen, Parente and Gader, IEEE JSTARS 7, 2014.)
"""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import InputError, ParameterError
from hsunmix.model.cube import Cube
from hsunmix.model.pixels import close_sources, prepared
from hsunmix.model.progress import Step

__all__ = ["AlbedoPixels", "Hapke", "as_albedo", "to_albedo", "to_reflectance"]

TEXT = re.compile(r"hapke(?::(\d+(?:\.\d+)?)(?:,(\d+(?:\.\d+)?))?)?")
STEEPEST = 89.0  # degrees
BRIGHTEST = 2.0  # reflectance factor: values beyond it are in other units


@dataclass(frozen=True)
class Hapke:
    """The model for one geometry.

    Attributes
    ----------
    incidence, emergence : float
        Angles of the sun and of the view from the vertical, in degrees.
    """

    incidence: float = 30.0
    emergence: float = 0.0

    @classmethod
    def read(cls, text: str) -> Hapke:
        """Read ``hapke``, ``hapke:45`` (the sun) or ``hapke:45,10`` (the sun and the view).

        Raises
        ------
        ParameterError
            It is written otherwise, or an angle isn't below 89 degrees.
        """
        found = TEXT.fullmatch(text.strip())
        angles = [float(one) for one in found.groups() if one] if found else [STEEPEST]
        if max(angles, default=0) >= STEEPEST:
            said = f"{text!r:.60}: write hapke, hapke:SUN or hapke:SUN,VIEW, in degrees from the vertical"
            raise ParameterError("transform", said)
        return cls(*angles)

    def albedo(self, reflectance: NDArray[np.floating]) -> NDArray[np.floating]:
        """Return the single-scattering albedo; what is brighter than white counts as white."""
        return to_albedo(reflectance, self.incidence, self.emergence)


@dataclass(frozen=True, eq=False)
class AlbedoPixels:
    """The pixels of a cube of reflectance as albedo.

    Attributes
    ----------
    cube : Cube
    model : Hapke
    """

    cube: Cube
    model: Hapke

    @property
    def shape(self) -> tuple[int, int, int]:
        """(lines, samples, bands)."""
        return self.cube.shape

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """Type of the values."""
        return np.dtype(np.float32)

    @property
    def is_matrix(self) -> bool:
        """Whether its pixels lie in no image."""
        return self.cube.is_matrix

    def read(self, first: int, last: int, bands: Sequence[int] | None = None) -> NDArray[np.generic]:
        """Values of the lines first … last − 1."""
        return self.model.albedo(self.cube.read(first, last, bands)).astype(np.float32, copy=False)

    def spectrum(self, line: int, sample: int) -> NDArray[np.generic]:
        """Values of one pixel, (bands,)."""
        return self.model.albedo(self.cube.spectrum(line, sample)).astype(np.float32, copy=False)

    def prepare(self) -> Generator[Step | None, None, None]:
        """Get the cube's pixels ready."""
        yield from prepared(self.cube.pixels)

    def close(self) -> None:
        """Let the cube's file go."""
        close_sources(self.cube.pixels)


def to_albedo(
    reflectance: NDArray[np.floating], incidence: float = 30.0, emergence: float = 0.0
) -> NDArray[np.floating]:
    """Return the single-scattering albedo of reflectance factors, of any shape; NaN stays.

    Parameters
    ----------
    reflectance : array
        1 is white, and so is what is above; what is below zero stays about as it is.
    incidence, emergence : float
        Degrees from the vertical.
    """
    mu0, mu = np.cos(np.radians((incidence, emergence)))
    r = np.minimum(reflectance, 1)
    dark = r < 0
    r = np.abs(r)  # an odd function: noise around zero must keep its mean
    product, total = 4 * mu * mu0, mu + mu0
    root = (np.sqrt(total**2 * r**2 + (1 + product * r) * (1 - r)) - total * r) / (1 + product * r)
    return np.asarray(np.where(dark, root**2 - 1, 1 - root**2))


def to_reflectance(
    albedo: NDArray[np.floating], incidence: float = 30.0, emergence: float = 0.0
) -> NDArray[np.floating]:
    """Return the reflectance factor of single-scattering albedo: the opposite of ``to_albedo``."""
    mu0, mu = np.cos(np.radians((incidence, emergence)))
    w = np.minimum(np.abs(albedo), 1)
    gamma = np.sqrt(1 - w)
    return np.asarray(np.sign(albedo) * w / ((1 + 2 * mu * gamma) * (1 + 2 * mu0 * gamma)))


def as_albedo(cube: Cube, text: str, *, looked_at: bool = True) -> Cube:
    """Return a cube of reflectance as one of single-scattering albedo.

    Parameters
    ----------
    cube : Cube
    text : str
        See ``Hapke.read``.
    looked_at : bool
        Whether to see by a line of the cube that its values are fractions.

    Raises
    ------
    ParameterError
        The text makes no sense.
    InputError
        The cube's values are in other units than fractions.
    """
    model = Hapke.read(text)
    if looked_at:
        _check_units(cube)
    said = (
        f"Single-scattering albedo by Hapke's model, the sun at {model.incidence:g}° and the view at "
        f"{model.emergence:g}° from the vertical."
    )
    return replace(
        cube,
        pixels=AlbedoPixels(cube, model),
        nodata=None,
        gain=1.0,
        offset=0.0,
        quantity="Single-scattering albedo",
        transform=text.strip(),
        notes=(*cube.notes, said),
    )


def _check_units(cube: Cube) -> None:
    line = cube.read(cube.lines // 2, cube.lines // 2 + 1)[:, :, cube.good_bands]
    known = line[line > 0]
    high = float(np.percentile(known, 99)) if known.size else 0.0
    if high > BRIGHTEST:
        raise InputError(
            f"{cube.name}: hapke needs reflectance as a fraction, but values here reach {high:.4g}: give the "
            "file a reflectance scale factor, or scale the values first"
        )
