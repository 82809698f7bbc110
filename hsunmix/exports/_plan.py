"""What a product would write: names, sizes and a picture, before anything is written.

The product is written twice, for the scene with most of its pixels left out, into a folder that is
thrown away. So every product is known here, also one that was added a minute ago: its names are those
it will have, and its size grows with the pixels about as it did between the two.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsunmix.exports import ExportJob, exports
from hsunmix.exports._figure_files import figure_bytes
from hsunmix.exports._figures import drawn, spectra_figure
from hsunmix.exports._georeference import metres_per_pixel
from hsunmix.exports._map_figure import extension, map_figure, step_of
from hsunmix.exports._smaller import smaller
from hsunmix.model.cube import Cube, Pixels

__all__ = ["Plan", "plan", "subsample"]

SMALL_PIXELS, LARGE_PIXELS = 100**2, 200**2  # pixels of the two
PICTURES = (".png", ".svg", ".html")
ALIKE = 0.6  # power of the pixels with which pictures grow, as measured on scenes up to 900 × 700


@dataclass(frozen=True, eq=False)
class Plan:
    """What a product would write.

    Attributes
    ----------
    product : str
    files : mapping of str to int
        Names and about how many bytes.
    exact : bool
        The scene is so small that the sizes are those of the files.
    picture : bytes
        A PNG: one of the product's own, or the figure of a map, or of the spectra.
    """

    product: str
    files: dict[str, int]
    exact: bool
    picture: bytes

    @property
    def bytes(self) -> int:
        """All files together."""
        return sum(self.files.values())


def plan(job: ExportJob, product: str) -> Generator[None, None, Plan]:
    """Look what a product would write.

    Raises
    ------
    InputError
        The product can't be made of this result.
    """
    exact = _pixels(job) <= LARGE_PIXELS
    files, picture = yield from _written(subsample(job, LARGE_PIXELS), product)
    if not exact:
        files = yield from _grown(job, product, files)
    picture = picture or (yield from _figure(subsample(job, LARGE_PIXELS), product))
    return Plan(product, files, exact, picture)


def _grown(job: ExportJob, product: str, more: dict[str, int]) -> Generator[None, None, dict[str, int]]:
    """Return the sizes for all pixels.

    Data grow with the pixels. Pictures grow less, since neighbours are alike where none is left out.
    """
    low, high = (_pixels(subsample(job, most)) for most in (SMALL_PIXELS, LARGE_PIXELS))
    pixels = _pixels(job)
    few = more
    if any(Path(name).suffix not in PICTURES for name in more):
        few, _ = yield from _written(subsample(job, SMALL_PIXELS), product)
    times, factor = (pixels - high) / (high - low), (pixels / high) ** ALIKE
    return {
        name: round(size * factor)
        if Path(name).suffix in PICTURES
        else max(size + round((size - few.get(name, size)) * times), 0)
        for name, size in more.items()
    }


def subsample(job: ExportJob, most: int) -> ExportJob:
    """Return a job of every n-th line and sample, of about so many pixels at most."""
    result = job.unmixing
    shape = result.pixel_shape
    step = max(1, math.ceil((math.prod(shape) / most) ** (1 / len(shape))))
    if step == 1:
        return job
    pick = (slice(None, None, step),) * len(shape)
    small = replace(
        result,
        maps={name: one.part(pick) for name, one in result.maps.items()},
        source_pixels=None,
    )
    return replace(job, unmixing=small, cube=_thinned(job.cube, step))


@dataclass(frozen=True, eq=False)
class _Thinned:
    """Every n-th line and sample of some pixels."""

    pixels: Pixels
    step: int

    @property
    def shape(self) -> tuple[int, int, int]:
        lines, samples, bands = self.pixels.shape
        return -(-lines // self.step), -(-samples // self.step), bands

    @property
    def dtype(self) -> np.dtype[np.generic]:
        return self.pixels.dtype

    def read(self, first: int, last: int, bands: Sequence[int] | None = None) -> NDArray[np.generic]:
        rows = [self.pixels.read(k * self.step, k * self.step + 1, bands) for k in range(first, last)]
        return np.concatenate(rows)[:, :: self.step]

    def spectrum(self, line: int, sample: int) -> NDArray[np.generic]:
        return self.pixels.spectrum(line * self.step, sample * self.step)


def _thinned(cube: Cube | None, step: int) -> Cube | None:
    if cube is None:
        return None
    selection = None if cube.selection is None else cube.selection[::step, ::step]
    return replace(cube, pixels=_Thinned(cube.pixels, step), selection=selection)


def _pixels(job: ExportJob) -> int:
    return math.prod(job.unmixing.pixel_shape)


def _written(job: ExportJob, product: str) -> Generator[None, None, tuple[dict[str, int], bytes]]:
    """Write a product into a folder that is thrown away; return its files and the first picture."""
    yield
    with tempfile.TemporaryDirectory(prefix="hsunmix-plan-") as name:
        folder = Path(name)
        work = exports()[product].write(job, folder)
        paths = work if isinstance(work, list) else (yield from work)
        files = {path.relative_to(folder).as_posix(): path.stat().st_size for path in paths}
        pictures = [path for path in paths if path.suffix == ".png"]
        return files, pictures[0].read_bytes() if pictures else b""


def _figure(job: ExportJob, product: str) -> Generator[None, None, bytes]:
    """Draw the first map, or the spectra where the product has no maps."""
    if exports()[product].needs_image and job.has_image:
        metres = metres_per_pixel(job.cube)
        values = job.unmixing.abundances[0]
        step = step_of(values.shape)
        size = None if metres is None else (metres[0] * step, metres[1] * step)
        small, most = smaller(values, step), extension(values)
        figure = yield from drawn(map_figure, small, job.names[0], size, extend=most)
    else:
        colours = [member.colour for member in job.endmembers]
        spectra = job.spectra, job.wavelengths, job.names
        figure = yield from drawn(spectra_figure, *spectra, colours)
    return (yield from figure_bytes(figure, "png"))
