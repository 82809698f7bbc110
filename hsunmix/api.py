"""hsunmix from Python: the functions that ``import hsunmix`` offers."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hsunmix.engine.scene import Scene, from_array, load
from hsunmix.jobs import finish
from hsunmix.methods import get, pipeline
from hsunmix.methods.units import scale_note
from hsunmix.model.cube import Cube
from hsunmix.result import Result

if TYPE_CHECKING:
    from hsunmix.session.narrowing import Mask

__all__ = ["abundances", "estimate_rank", "open_cube", "unmix"]


def open_cube(
    path: str | PathLike[str],
    *,
    mask: Mask | Sequence[Mask] | None = None,
    bands: str = "",
    **options: Any,
) -> Cube:
    """Open a hyperspectral cube; its pixels are read when they are needed.

    Parameters
    ----------
    path : path-like
        ENVI header or data, GeoTIFF, MATLAB, HDF5.
    mask : str, path-like or array of bool, (lines, samples), or a list of these, optional
        The pixels to use: a condition such as ``"ndvi > 0.3"``, a file (a raster of one band, an
        array, GeoJSON polygons), or an array; of a list, those that every one wants. A condition reads
        the bands that it names.
    bands : str
        The bands to use, such as ``"400-1300, 1450-2400"`` in nanometres, ``"no-water"``, ``"#10-120"``
        (by number, from 1).
    **options
        What the file doesn't say: ``lines``, ``samples``, ``dataset``, ``axes``, ``grid``.

    Raises
    ------
    FileError
        The file is missing, or isn't what it should be.
    InputError
        The mask or the bands make no sense for it.
    """
    from hsunmix.formats import open_cube as open_file
    from hsunmix.session.narrowing import narrowed

    cube = open_file(path, **options)
    if mask is None or isinstance(mask, str | PathLike | np.ndarray):
        mask = [] if mask is None else [mask]
    return finish(narrowed(cube, mask, bands))


def unmix(
    cube_or_x: Cube | ArrayLike,
    method: str = "auto",
    *,
    rank: int,
    seed: int = 0,
    init: str | ArrayLike | None = None,
    abundance: str | None = None,
    locked: tuple[int, ...] = (),
    weights: ArrayLike | None = None,
    **parameters: Any,
) -> Result:
    """Find the spectra of the materials and how much of each lies in every pixel.

    Parameters
    ----------
    cube_or_x : Cube or array, (bands, pixels)
        Never changed.
    method : str
        A factorization or an extraction method: see ``methods()``.
    rank : int
        Number of endmembers.
    seed : int
    init : str or array, (bands, rank), optional
        An extraction method's identifier, or spectra to start from.
    abundance : str, optional
        Abundance method; by default the factorization's own, or nnls after an extraction.
    locked : tuple of int
        Columns of ``init`` that must stay as they are.
    weights : array, optional
        A number for each value, in the cube's layout, for each pixel, (lines, samples), or for each band;
        zero for a missing one. For the method ``weighted``.
    **parameters
        The method's own.

    Raises
    ------
    InputError
        The request makes no sense for these data; ParameterError names a parameter.
    """
    endmembers = None
    if isinstance(init, str):
        parameters["init"] = init
    elif init is not None:
        endmembers = np.asarray(init, dtype=np.float64)
    request = pipeline.Request(
        method, rank, parameters, abundance or "", seed, endmembers, tuple(locked),
        None if weights is None else np.asarray(weights),
    )  # fmt: skip
    scene = _scene(cube_or_x)
    unmixing = finish(pipeline.unmix(scene, request))
    if endmembers is not None:
        _warn_of_units(scene, endmembers)
    return Result.of(unmixing, cube_or_x if isinstance(cube_or_x, Cube) else None)


def abundances(
    cube_or_x: Cube | ArrayLike, endmembers: ArrayLike, method: str = "nnls", **parameters: Any
) -> NDArray[np.float32]:
    """Find the abundances of given endmembers.

    Parameters
    ----------
    cube_or_x : Cube or array, (bands, pixels)
    endmembers : array, (bands, r)
        In the cube's units: a ``UserWarning`` says so where they seem to be in others, such as a library
        of 0–1 on a scene of 0–10000, with the factor to multiply them by. Nothing is scaled in silence.
    method : str
        An abundance method.

    Returns
    -------
    array of float32, (r, lines, samples) or (r, pixels)
        NaN where a pixel is not used.
    """
    get(method, "abundance")
    w, scene = np.asarray(endmembers, dtype=np.float64), _scene(cube_or_x)
    found = finish(pipeline.solve(scene, w, method, parameters)).abundances
    _warn_of_units(scene, w)
    return found


def estimate_rank(cube_or_x: Cube | ArrayLike, method: str = "auto", **parameters: Any) -> int:
    """Estimate how many endmembers there are.

    Where the scene allows no more than a range, this is the number that is proposed within it.
    """
    return finish(pipeline.estimate_rank(_scene(cube_or_x), method, parameters)).rank


def _warn_of_units(scene: Scene, endmembers: NDArray[np.float64]) -> None:
    said = scale_note(scene, endmembers)
    if said:
        warnings.warn(said, UserWarning, stacklevel=3)


def _scene(cube_or_x: Cube | ArrayLike) -> Scene:
    if isinstance(cube_or_x, Cube):
        return finish(load(cube_or_x))
    return from_array(np.asarray(cube_or_x))
