"""Two sensors on one ground: the spectra of a coarse cube with the pixels of a fine one (coupled NMF).

Problem: a fine cube Z with the bands of the coarse cube X and the pixels of the fine cube Y is looked for,
where X is Z seen through the coarse sensor's blur, and Y is Z seen through the fine sensor's broad bands.
Both are explained by the same materials: X ≈ W (H S) and Y ≈ V H, with maps H of fine pixels, S the blur,
and spectra W and V of both sensors; then Z ≈ W H.
Method: W from NMF of X. V follows from the maps that X has and Y blurred to its pixels, so that band
responses needn't be known. H is the nonnegative least squares solution for Y that keeps near the maps of X
where Y's few bands leave it open; W the one for X with H blurred; a few times over. At last what the blurred
result still lacks of X is added, interpolated.
Guarantee: none of optimality. Edges come from Y; a material that Y's bands can't tell from another keeps the
coarse cube's sharpness. Both cubes must be on the same grid but for a whole number, and show the same ground
at the same time.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.loading import from_array
from hsunmix.engine.scene import Scene
from hsunmix.errors import InputError
from hsunmix.methods import Problem, get
from hsunmix.methods.factorization._exact import exact_spectra
from hsunmix.model.cube import ArrayPixels, Cube
from hsunmix.model.georeference import Georeference
from hsunmix.model.progress import Step

__all__ = ["Blur", "fuse"]

Image = NDArray[np.float64]  # (layers, lines, samples)

NEAR = 0.02  # weight of the coarse maps, beside the mean power of a spectrum of the fine sensor
ROUNDS = 3
FWHM_SIGMA = 2.3548


@dataclass(frozen=True)
class Blur:
    """What the coarse sensor sees of fine pixels: a Gaussian around the centres of its own.

    Attributes
    ----------
    ratio : int
        Fine pixels to a coarse one, along lines and samples alike.
    fwhm : float
        Of the Gaussian, in coarse pixels.
    """

    ratio: int
    fwhm: float = 1.0

    def down(self, image: Image) -> Image:
        """Blur, and take the centres: (layers, lines, samples) of coarse pixels."""
        from scipy.ndimage import gaussian_filter1d

        sigma, shape = self.fwhm * self.ratio / FWHM_SIGMA, image.shape
        for axis in (1, 2):
            image = gaussian_filter1d(image, sigma, axis=axis, mode="nearest")
        lines, samples = shape[1] // self.ratio, shape[2] // self.ratio
        cells = image.reshape(len(image), lines, self.ratio, samples, self.ratio)
        middle = slice((self.ratio - 1) // 2, self.ratio // 2 + 1)
        return np.asarray(cells[:, :, middle, :, middle].mean(axis=(2, 4)))

    def up(self, image: Image) -> Image:
        """Interpolate by cubic splines: (layers, lines, samples) of fine pixels."""
        from scipy.ndimage import zoom

        return np.stack([zoom(one, self.ratio, order=3, mode="nearest", grid_mode=True) for one in image])


def fuse(
    coarse: Cube, fine: Cube, rank: int, fwhm: float = 1.0, seed: int = 0
) -> Generator[Step | None, None, Cube]:
    """Return a cube with the bands of one cube and the pixels of another.

    Parameters
    ----------
    coarse : Cube
        Many bands; NaN nowhere in the bands that are used.
    fine : Cube
        Few bands, and a whole number of pixels to each of the coarse cube's.
    rank : int
        Materials.
    fwhm : float
        Of the coarse sensor's blur, in its pixels.
    seed : int

    Raises
    ------
    InputError
        The cubes don't fit on each other, or lack data.
    """
    blur = Blur(_ratio(coarse, fine), fwhm)
    x, y = _image(coarse), _image(fine)
    yield Step(0.0, message="Materials of the coarse cube")
    w, h = yield from _materials(x, rank, seed)
    seen = yield from _each(blur.down, y)
    maps = yield from _each(blur.up, h.reshape(rank, *x.shape[1:]))
    for number in range(ROUNDS):
        yield Step((number + 1) / (ROUNDS + 2), message=f"Round {number + 1} of {ROUNDS}")
        v = _spectra(seen, (yield from _each(blur.down, maps)))
        maps = yield from _maps(y, v, maps)
        w = _spectra(x, (yield from _each(blur.down, maps)))
    yield Step((ROUNDS + 1) / (ROUNDS + 2), message="What is left of the coarse cube")
    rest = x - np.einsum("bk,kls->bls", w, (yield from _each(blur.down, maps)))
    fused = np.empty((*y.shape[1:], len(x)), np.float32)
    for band, (spectrum, lacking) in enumerate(zip(w, rest, strict=True)):
        fused[:, :, band] = np.tensordot(spectrum, maps, 1) + blur.up(lacking[None])[0]
        yield None
    return _cube(coarse, fine, fused, blur.ratio)


def _each(change: Callable[[Image], Image], image: Image) -> Generator[None, None, Image]:
    """Change an image layer by layer."""
    layers = []
    for one in image:
        layers.append(change(one[None])[0])
        yield None
    return np.stack(layers)


def _ratio(coarse: Cube, fine: Cube) -> int:
    """Return how many fine pixels a coarse one is long."""
    ratio, rest = divmod(fine.lines, coarse.lines)
    if ratio < 2 or rest or fine.samples != ratio * coarse.samples:
        raise InputError(
            f"{fine.name} has {fine.lines} lines × {fine.samples} samples and {coarse.name} {coarse.lines} × "
            f"{coarse.samples}: both must be the same whole multiple. Cut or resample one of them"
        )
    return ratio


def _image(cube: Cube) -> Image:
    """Return the values of the bands that are used, (bands, lines, samples)."""
    values = cube.read(0, cube.lines)[:, :, cube.good_bands]
    if not np.isfinite(values).all():
        raise InputError(f"{cube.name} has pixels without data: cut it to a part that has none")
    return np.ascontiguousarray(np.moveaxis(values, 2, 0), dtype=np.float64)


def _materials(x: Image, rank: int, seed: int) -> Generator[Step | None, None, tuple[Image, Image]]:
    """Factorize the coarse cube: spectra (bands, r), maps (r, pixels)."""
    scene = _scene(x)
    hals = get("hals", "factorization")
    found = yield from hals.run(Problem(scene, rank, seed), hals.params())
    assert found.abundances is not None
    return found.endmembers * scene.scale, np.asarray(found.abundances.known(), dtype=np.float64)


def _scene(image: Image) -> Scene:
    """Take every band and pixel, also those that are zero throughout."""
    matrix = image.reshape(len(image), -1)
    scene = from_array(np.where(matrix == 0, 1e-12 * max(float(np.abs(matrix).max()), 1e-300), matrix))
    return replace(scene, shape=(matrix.shape[1],))


def _spectra(image: Image, maps: Image) -> Image:
    """Return the best nonnegative spectra (bands, r) for maps."""
    h = maps.reshape(len(maps), -1)
    return exact_spectra(h @ image.reshape(len(image), -1).T, h @ h.T).T


def _maps(y: Image, v: Image, before: Image) -> Generator[Step | None, None, Image]:
    """Return the best nonnegative maps for the fine cube that keep near those before."""
    pull = np.sqrt(NEAR * np.mean((v**2).sum(axis=0)))
    scene = _scene(np.concatenate([y, pull * before]))
    design = np.concatenate([v, pull * np.eye(len(before))]) / scene.scale
    nnls = get("nnls", "abundance")
    found = yield from nnls.run(scene, design, nnls.params())
    return np.asarray(found.h.known(), dtype=np.float64).reshape(before.shape)


def _cube(coarse: Cube, fine: Cube, fused: NDArray[np.float32], ratio: int) -> Cube:
    """Lay the fused values out as a cube: the coarse one's bands, where the fine one lies."""
    values = np.full((*fine.shape[:2], coarse.bands), np.nan, np.float32)
    values[:, :, coarse.good_bands] = fused
    place = fine.georeference or _finer(coarse.georeference, ratio)
    return Cube(
        ArrayPixels(values), wavelengths=coarse.wavelengths, fwhm=coarse.fwhm, bad_bands=~coarse.good_bands,
        band_names=coarse.band_names, georeference=place, quantity=coarse.quantity,
        notes=(f"Fused of {coarse.name} and {fine.name}.",),
    )  # fmt: skip


def _finer(place: Georeference | None, ratio: int) -> Georeference | None:
    if place is None:
        return None
    a, b, c, d, e, f = place.transform
    return Georeference((a / ratio, b / ratio, c, d / ratio, e / ratio, f), place.crs)
