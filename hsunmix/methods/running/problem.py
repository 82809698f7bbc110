"""From what is asked for to what a method is given: laid out as the scene is, and mended with a word."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.memory import require
from hsunmix.engine.passes import norms_squared, residuals
from hsunmix.engine.scene import Scene
from hsunmix.engine.source import PerPixel
from hsunmix.errors import InputError, ParameterError
from hsunmix.methods import Extraction, Problem, get
from hsunmix.methods.running.request import Plan
from hsunmix.methods.shared.locked import replace_most_similar
from hsunmix.model.library import Library, joined
from hsunmix.model.progress import Step
from hsunmix.model.wording import counted

__all__ = ["started"]

Array = NDArray[np.float64]

FAR = 1e3  # times as long, or as short, as a pixel: float32 has no room for what follows from it
ROOM = 2.0**60  # weights within this of one: float32 has the roots of what is much less, or more, as well
SAME = 1e-10  # squared sine below which two spectra are one


def started(scene: Scene, asked: Plan) -> Generator[Step | None, None, tuple[Problem, str]]:
    """Return what a method is to solve, and what had to be done to what was given.

    Raises
    ------
    ParameterError
        There are fewer pixels or bands than endmembers asked for.
    InputError
        Weights have another shape than the scene.
    """
    request, method = asked.request, asked.method
    rank = asked.rank if asked.of_library else _possible(scene, asked.rank)
    given = None if request.endmembers is None else scene.used_spectra(request.endmembers)
    locked, said = asked.locked, ""
    if given is not None and method.traits.starts_from_spectra:
        given, found = yield from _completed(scene, given, rank, request.seed)
        given, mended = yield from _mended(scene, given, locked)
        said = " ".join(filter(None, [found, mended]))
    elif given is not None and len(locked) < given.shape[1]:
        said = f"{method.id} starts from no spectra: of those given only the locked ones count."
    weights, unit = None, 1.0
    if request.weights is not None:
        numbers = np.asarray(request.weights)
        weights, unit = laid_out(scene, numbers), unit_of(numbers)
    library, start = _library(scene, request.libraries), asked.init.parameters
    return Problem(scene, rank, request.seed, given, locked, weights, unit, library, start), said


def _possible(scene: Scene, rank: int) -> int:
    most = min(scene.n_pixels, scene.n_bands)
    if rank > most:
        here = f"{counted(scene.n_pixels, 'usable pixel')} and {counted(scene.n_bands, 'usable band')}"
        possible = "only 1 is" if most == 1 else f"1 to {most} are"
        raise ParameterError(
            "rank", f"{rank} endmembers are not possible; this scene has {here}, so {possible}"
        )
    return rank


def _library(scene: Scene, libraries: tuple[Library, ...]) -> Library | None:
    """Return the libraries as one, of the bands that are used."""
    if not libraries:
        return None
    whole = libraries[0] if len(libraries) == 1 else joined(libraries)
    w = scene.used_spectra(whole.spectra)
    return replace(whole, values=w.T, wavelengths=None, fwhm=None)


def _completed(
    scene: Scene, given: Array, rank: int, seed: int
) -> Generator[Step | None, None, tuple[Array, str]]:
    """Return as many spectra as there are to be endmembers: behind the locked ones, pixels found by SPA."""
    missing = rank - given.shape[1]
    if not missing:
        return given, ""
    spa = get("spa", "extraction")
    found: Extraction = yield from spa.run(Problem(scene, rank, seed), spa.params())
    width = max(found.endmembers.shape[1], given.shape[1])
    pixels = np.pad(found.endmembers, ((0, 0), (0, width - found.endmembers.shape[1])))
    spectra, places = replace_most_similar(pixels, given)
    rest = np.setdiff1d(np.arange(width), places)[:missing]
    whole = np.zeros((len(given), rank))  # what SPA doesn't find is mended as other empty starts
    whole[:, : given.shape[1]] = given
    whole[:, given.shape[1] : given.shape[1] + len(rest)] = spectra[:, rest]
    one = "The other one starts from a pixel" if missing == 1 else f"The other {missing} start from pixels"
    return whole, f"{one} found by SPA."


def _mended(
    scene: Scene, given: Array, locked: tuple[int, ...]
) -> Generator[Step | None, None, tuple[Array, str]]:
    """Return spectra that an iteration can start from; the locked ones stay.

    An iteration never finds its way from a spectrum without a value above zero, nor tells two equal ones
    apart: such ones are replaced by the pixels that the others explain worst. Brightness far from the
    scene's is brought near to it; for a factorization it means nothing.
    """
    norms = yield from norms_squared(scene)
    bright = float(np.sqrt(norms.sum() / scene.n_pixels))
    w = given.copy()
    free = np.setdiff1d(np.arange(w.shape[1]), locked)
    positive = np.maximum(w[:, free], 0)
    length = _lengths(positive)
    far = (length > 0) & ((length > FAR * bright) | (length < bright / FAR))
    if far.any():
        w[:, free[far]] *= bright / length[far]
    idle = [int(k) for k in free if _is_idle(w, int(k), free)]
    if not idle:
        return w, ""
    kept = np.setdiff1d(np.arange(w.shape[1]), idle)
    for k in idle:
        rest = norms if not w[:, kept].any() else (yield from _left(scene, w[:, kept]))
        worst = scene.columns(np.array([rest.argmax()]))[:, 0]
        w[:, k] = np.maximum(worst, 0)
        kept = np.append(kept, k)
    which = counted(len(idle), "spectrum", "spectra")
    pixels = "pixel" if len(idle) == 1 else "pixels"
    return w, (
        f"{which} to start from held nothing above zero, or nothing that another didn't: "
        f"started anew with the {pixels} that the others explain worst."
    )


def _is_idle(w: Array, k: int, free: NDArray[np.intp]) -> bool:
    """Whether a spectrum has no value above zero, or the direction of a locked one or one before it."""
    mine = np.maximum(w[:, k], 0)
    length = float(_lengths(mine[:, None])[0])
    if length == 0:
        return True
    others = [j for j in range(w.shape[1]) if j != k and (j < k or j not in free)]
    lengths = _lengths(w[:, others])
    cosine = (mine / length) @ (w[:, others] / np.where(lengths > 0, lengths, 1))
    return bool((cosine > 0).any() and (1 - cosine[cosine > 0] ** 2 < SAME).any())


def _lengths(w: Array) -> Array:
    """Lengths of columns of any size: squares of very large and very small numbers don't exist."""
    largest = np.abs(w).max(axis=0, initial=0)
    return np.asarray(largest * np.linalg.norm(w / np.where(largest > 0, largest, 1), axis=0))


def _left(scene: Scene, w: Array) -> Generator[Step | None, None, PerPixel]:
    """What spectra leave of every pixel, squared, with exact nonnegative abundances."""
    nnls = get("nnls", "abundance")
    found = yield from nnls.run(scene, w, nnls.params())
    return (yield from residuals(scene, w, found.h))


def laid_out(scene: Scene, numbers: NDArray[Any]) -> PerPixel:
    """Lay out numbers as the scene is: one for each value, divided by ``unit_of`` all, zero in the padding.

    Parameters
    ----------
    scene : Scene
    numbers : array
        (lines, samples, bands), or (bands, pixels) for a matrix; where an axis but the first of an
        image has the length one it is repeated; (lines, samples) is one for each pixel, and (bands,)
        one for each band.

    Raises
    ------
    InputError
        The shape is another.
    TooLargeError
        They don't fit into memory.
    """
    if numbers.dtype.kind not in "fiub":
        raise InputError(f"weights are numbers, not {numbers.dtype}")
    image = len(scene.shape) == 2
    bands = len(scene.bands)
    whole = (*scene.shape, bands) if image else (bands, *scene.shape)
    given = numbers
    if given.ndim == 2 and image:
        given = given[:, :, None]
    elif given.ndim == 1 and not image:
        given = given[:, None]
    if given.ndim not in (1, len(whole)) or not all(
        a in (1, b) for a, b in zip(given.shape[::-1], whole[::-1], strict=False)
    ):
        raise InputError(f"weights of shape {numbers.shape} for a scene of {whole}")
    pixels_first = np.broadcast_to(given, whole)
    require(4 * scene.n_bands * scene.n_pixels, "the weights")
    out, unit = scene.per_pixel(scene.n_bands, np.float32, 0), unit_of(numbers)
    for columns, pixels in scene.by_tile():
        if image:
            block = pixels_first[pixels // scene.shape[1], pixels % scene.shape[1]].T
        else:
            block = pixels_first[:, pixels]
        out.put(columns, _single(block[scene.bands], unit))
    return out


def unit_of(weights: NDArray[Any]) -> float:
    """Return the power of two by which weights are divided that float32 has no room for; else one."""
    if weights.dtype != np.float64:
        return 1.0
    largest = float(np.max(weights, where=np.isfinite(weights), initial=0))
    return 1.0 if largest == 0 or 1 / ROOM <= largest <= ROOM else math.ldexp(1, math.frexp(largest)[1] - 1)


def _single(weights: NDArray[Any], unit: float) -> NDArray[Any]:
    """Weights as float32 has them; the least of them stay above zero, which would mean a missing value."""
    if weights.dtype != np.float64:
        return weights
    with np.errstate(over="ignore", under="ignore"):
        small = (weights / unit).astype(np.float32)
    return np.where((small == 0) & (weights > 0), np.finfo(np.float32).tiny, small)
