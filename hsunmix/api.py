"""hsunmix from Python: the functions that ``import hsunmix`` offers."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any, Literal, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hsunmix.engine.cluster.connecting import connected
from hsunmix.engine.footprint import Footprint, Resources
from hsunmix.engine.loading import load
from hsunmix.engine.scene import Scene
from hsunmix.errors import InputError
from hsunmix.formats import open_cube as open_file
from hsunmix.methods import get, pruning
from hsunmix.methods.running import footprint, pipeline, together
from hsunmix.methods.shared.units import scale_note
from hsunmix.model.chain import scene_names
from hsunmix.model.choice import Choice
from hsunmix.model.cube import Cube
from hsunmix.model.foreign import is_image, one_cube, spectra
from hsunmix.model.foreign import weights as weights_of
from hsunmix.model.library import Library
from hsunmix.model.progress import finish
from hsunmix.model.spectra import Spectra
from hsunmix.result import Result
from hsunmix.results import Results
from hsunmix.session.libraries import open_library

if TYPE_CHECKING:
    from hsunmix.session.masking import Mask

__all__ = ["abundances", "estimate_rank", "open_cube", "open_library", "prune", "unmix"]

LibraryLike = Library | str | PathLike[str]


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
        What the file doesn't say: ``lines``, ``samples``, ``dataset``, ``axes``, ``grid``; ``nodata``: the
        stored value that means "no data", or "none" where every value is data. ``wavelengths``:
        nanometres of the bands, a file that has them, or text such as "0.4-2.5 um" for equal steps.
        ``stack``: other cubes of the same ground, in a list, to be opened as one with this. ``transform``:
        ``"hapke"`` for reflectance as single-scattering albedo.

    Raises
    ------
    FileError
        The file is missing, or isn't what it should be.
    InputError
        The mask or the bands make no sense for it.
    """
    from hsunmix.session.masking import subset

    if isinstance(options.get("stack"), list | tuple):
        options["stack"] = ",".join(map(fspath, options["stack"]))
    cube = open_file(path, **options)
    return finish(subset(cube, _masks(mask), bands))


def _masks(given: Any) -> Sequence[Mask]:
    """Return each mask of one or several: in a list, texts, files and images are masks, rows are not."""
    if given is None:
        return ()
    alone = isinstance(given, str | PathLike) or not isinstance(given, list | tuple)
    if alone or not all(isinstance(one, str | PathLike) or np.ndim(one) == 2 for one in given):
        return (given,)
    return tuple(given)


@overload
def unmix(cube_or_x: list[Any] | tuple[Any, ...], method: str = ..., **given: Any) -> Results: ...


@overload
def unmix(cube_or_x: Any, method: str = ..., **given: Any) -> Result: ...


def unmix(
    cube_or_x: Any,
    method: str = "auto",
    *,
    rank: int | None = None,
    seed: int = 0,
    init: str | ArrayLike | Library | None = None,
    init_parameters: Mapping[str, Any] | None = None,
    abundance: str | None = None,
    abundance_parameters: Mapping[str, Any] | None = None,
    locked: Sequence[int] = (),
    weights: ArrayLike | None = None,
    library: LibraryLike | Sequence[LibraryLike] = (),
    nodata: float | str | None = None,
    memory: str | float | None = None,
    scratch: str | PathLike[str] | None = None,
    cluster: Any = None,
    uncertainty: bool = False,
    **parameters: Any,
) -> Result | Results:
    """Find the spectra of the materials and how much of each lies in every pixel.

    Parameters
    ----------
    cube_or_x : Cube or array, (bands, pixels)
        Never changed. Masked values hold no data. An xarray DataArray, an image of Spectral Python or a
        pandas frame is taken with what it says of dimensions, wavelengths, nodata and scale. Several in a
        list are scenes that get one set of endmembers, found on the pixels of all: the bands and units of
        the first one hold, and one that can't be used is warned of and left out.
    method : str
        A factorization or an extraction method: see ``methods()``.
    rank : int
        Number of endmembers; may be left out where ``init`` holds spectra, and be more than these where all
        of them are locked.
    seed : int
        Zero or more.
    init : str, Library or array, (bands, rank), optional
        An extraction method's identifier, or spectra to start from. A library is brought to the cube's bands
        and units; arrays are taken as they are. Those of a frame or DataArray that says their wavelengths are
        put in the order of the scene's bands, or refused where they lie elsewhere.
    init_parameters : mapping, optional
        Those of the extraction method that ``init`` names, such as ``{"runs": 5}`` for ``vca``.
    abundance : str, optional
        Abundance method; by default the factorization's own, or nnls after an extraction.
    abundance_parameters : mapping, optional
        The abundance method's own, such as ``{"penalty": 0.01}`` for ``sunsal``.
    locked : sequence of int
        Columns of ``init`` that must stay as they are, counted from 0. Every method honours them; those that
        start from no spectra (``auto``, extractions) put them in the places of the ones found that are
        most like them.
    weights : array, optional
        A number for each value, in the cube's layout, for each pixel, (lines, samples), or for each band;
        zero for a missing one, which may then be NaN or masked. For the method ``weighted``.
    library : Library or path-like, or several in a list, optional
        For a method that chooses spectra from a library.
    nodata : float or "none", optional
        The value that means "no data". Without it one that lies far outside all others, such as −9999 in
        every band of a pixel, is found, left out and told in the note; "none" takes it as data.
    memory : str or int, optional
        What may be used, such as ``"4GB"`` or a number of bytes; by default most of what is free. A scene
        beyond it stays in its file, or is laid out in a scratch file, and the same is found.
    scratch : path-like, optional
        Folder for scratch files, which vanish by themselves; by default the system's.
    cluster : str, path-like or distributed.Client, optional
        A Dask cluster whose workers do the work, and read the scene from its file themselves: a client, the
        scheduler's address, its scheduler file, or ``"config"`` for the one of Dask's configuration.
    uncertainty : bool
        Say how sure the result is: ``result["abundance_sd"]`` holds the standard deviation of every
        abundance, ``result.intervals(0.9)`` from where to where it may lie, ``result.uncertainty`` how far
        each endmember might be another, and whether any of it can be trusted.
    **parameters
        The method's own.

    Returns
    -------
    Result, or Results
        Of several scenes a ``Results``: ``result.scenes`` are those of each.

    Raises
    ------
    InputError
        The request makes no sense for these data; ParameterError names a parameter.
    TooLargeError
        It takes more memory, or more of the disk, than there is.
    """
    several = _several(cube_or_x, nodata)
    cube = several[0][1] if several else one_cube(cube_or_x, nodata)
    named, library_of = isinstance(init, str), isinstance(init, Spectra)
    endmembers = None if init is None or named or library_of else spectra(init, "init", cube.wavelengths)
    request = pipeline.Request(
        Choice(method, parameters),
        rank,
        Choice(abundance or "", abundance_parameters or {}),
        seed,
        Choice(init if isinstance(init, str) else "", init_parameters or {}),
        endmembers,
        locked,
        None if weights is None else _weights(weights, cube_or_x, cube),
        spectra_from=_library(init) if library_of else None,
        libraries=_libraries(library),
        uncertainty=uncertainty,
    )
    with connected(cluster, open_file) as workers:
        resources = Resources.given(memory, scratch, workers)
        if several:
            return _together(several, request, resources)
        request = request.on(cube)
        taken = footprint.of_run(cube, request, resources)
        scene = _told(finish(pipeline.load_for(cube, request, taken)), cube, cube_or_x)
        unmixing = finish(pipeline.unmix(scene, request))
        if endmembers is not None:
            _warn_of_units(scene, endmembers)
    return Result.of(unmixing, None if cube.is_matrix else cube)


def _together(
    several: Sequence[together.NamedCube], request: pipeline.Request, resources: Resources
) -> Results:
    """Unmix several scenes; warn of those that can't take part."""

    def of_run(cube: Cube, request: pipeline.Request) -> Footprint:
        return footprint.of_run(cube, request, resources)

    found = Results.of(finish(together.unmix(several, request, footprint=of_run)))
    for one in found.failed:
        warnings.warn(f"{one.scene} took no part: {one.reason}", UserWarning, stacklevel=3)
    return found


def _several(given: Any, nodata: float | str | None) -> list[together.NamedCube]:
    """Return scenes with their names where there is a list of them; else none."""
    if not isinstance(given, list | tuple) or not given or not all(_is_cube(one) for one in given):
        return []
    cubes = [one_cube(one, nodata) for one in given]
    return list(zip(scene_names([cube.path for cube in cubes]), cubes, strict=True))


@overload
def abundances(
    cube_or_x: list[Any] | tuple[Any, ...], endmembers: ArrayLike | Library, method: str = ..., **given: Any
) -> list[Any]: ...


@overload
def abundances(
    cube_or_x: Any,
    endmembers: ArrayLike | Library,
    method: str = ...,
    *,
    uncertainty: Literal[True],
    **given: Any,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]: ...


@overload
def abundances(
    cube_or_x: Any, endmembers: ArrayLike | Library, method: str = ..., **given: Any
) -> NDArray[np.float32]: ...


def abundances(
    cube_or_x: Any,
    endmembers: ArrayLike | Library,
    method: str = "nnls",
    *,
    nodata: float | str | None = None,
    memory: str | float | None = None,
    scratch: str | PathLike[str] | None = None,
    cluster: Any = None,
    uncertainty: bool = False,
    **parameters: Any,
) -> NDArray[np.float32] | tuple[NDArray[np.float32], NDArray[np.float32]] | list[Any]:
    """Find the abundances of given endmembers.

    What had to be assumed of the pixels, such as a value that means "no data", comes as a ``UserWarning``.

    Parameters
    ----------
    cube_or_x : Cube or array, (bands, pixels)
        As of ``unmix``; also a single spectrum, (bands,). A band that is zero throughout counts: what is
        not seen in it isn't there. Several in a list are solved one after the other; a library is brought to
        each one's bands and units.
    endmembers : Library, or array, (bands, r)
        A library is brought to the cube's bands and units by one factor for all its spectra; what that was,
        and bands without values, come as a ``UserWarning``. Bands of an array as of ``init`` in ``unmix``; it
        is in the cube's units: a ``UserWarning`` says so where it seems to be in others, such as values of
        0–1 on a scene of 0–10000, with the factor to multiply them by. Nothing is scaled in silence.
    method : str
        An abundance method.
    nodata, memory, scratch, cluster : optional
        As of ``unmix``.
    uncertainty : bool
        Return the standard deviation of every abundance too: what the noise does, for these endmembers.

    Returns
    -------
    array of float32, (r, lines, samples) or (r, pixels), or two such arrays
        NaN where a pixel is not used. Of several scenes a list of these.
    """
    get(method, "abundance")
    if several := _several(cube_or_x, nodata):
        rest: dict[str, Any] = {
            "memory": memory,
            "scratch": scratch,
            "cluster": cluster,
            "uncertainty": uncertainty,
        }
        return [abundances(cube, endmembers, method, **rest, **parameters) for _, cube in several]
    cube = one_cube(cube_or_x, nodata)
    w, given = _spectra(endmembers, cube, "the endmembers")
    choice = Choice(method, parameters)
    deviations = None
    with connected(cluster, open_file) as workers:
        taken = footprint.of_solve(cube, w.shape[1], choice, Resources.given(memory, scratch, workers))
        if uncertainty:
            scene, result = finish(pipeline.solve_cube(cube, w, choice, None, taken, uncertainty=True))
            found, deviations = result.abundances, result["abundance_sd"]
        else:
            scene, found = finish(pipeline.abundances_of_cube(cube, w, choice, taken))
        scene = _told(scene, cube, cube_or_x)
        if given is None:
            _warn_of_units(scene, w)
    for note in () if given is None else given.notes:
        warnings.warn(note, UserWarning, stacklevel=2)
    _warn_of_assumptions(scene)
    return found if deviations is None else (found, deviations)


def estimate_rank(
    cube_or_x: Any,
    method: str = "auto",
    *,
    nodata: float | str | None = None,
    memory: str | float | None = None,
    scratch: str | PathLike[str] | None = None,
    cluster: Any = None,
    **parameters: Any,
) -> int:
    """Estimate how many endmembers there are.

    Where the scene allows no more than a range, this is the number that is proposed within it. What had to
    be assumed of the pixels comes as a ``UserWarning``, as of ``abundances``; ``memory``, ``scratch``
    and ``cluster`` are those of ``unmix``. Several scenes in a list are looked at together.
    """
    choice, several = Choice(method, parameters), _several(cube_or_x, nodata)
    cube = finish(together.alike(several)).cube if several else one_cube(cube_or_x, nodata)
    with connected(cluster, open_file) as workers:
        taken = footprint.of_estimate(cube, choice, Resources.given(memory, scratch, workers))
        scene = _told(finish(load(cube, footprint=taken)), cube, cube_or_x)
        _warn_of_assumptions(scene)
        return finish(pipeline.estimate_rank(scene, choice)).rank


def _spectra(given: ArrayLike | Spectra, cube: Cube, what: str) -> tuple[NDArray[np.float64], Library | None]:
    """Return spectra as columns; of a library also what it became on the cube's bands."""
    if not isinstance(given, Spectra):
        return spectra(given, what, cube.wavelengths), None
    library = _library(given).on(cube)
    return library.endmembers(cube), library


def _libraries(given: Any) -> tuple[Library, ...]:
    alone = given is not None and not isinstance(given, list | tuple)
    return tuple(_library(one) for one in ([given] if alone else list(given or ())))


def _library(given: Any) -> Library:
    if isinstance(given, Spectra):
        return given if isinstance(given, Library) else Library.of(given)
    if not isinstance(given, str | PathLike):
        kind = type(given).__name__
        raise InputError(f"library: a library or its path is needed, or several in a list, not {kind}")
    return open_library(given)


def _warn_of_units(scene: Scene, endmembers: NDArray[np.float64]) -> None:
    said = scale_note(scene, endmembers)
    if said:
        warnings.warn(said, UserWarning, stacklevel=3)


def _warn_of_assumptions(scene: Scene) -> None:
    for note in scene.assumed:
        warnings.warn(note, UserWarning, stacklevel=3)


def _told(scene: Scene, cube: Cube, given: Any) -> Scene:
    """Return a scene that tells what had to be assumed of an array; a cube of the caller's has its notes."""
    return scene if isinstance(given, Cube) else replace(scene, notes=(*cube.notes, *scene.notes))


def _is_cube(given: Any) -> bool:
    return isinstance(given, Cube) or is_image(given) or np.ndim(given) == 2


def _weights(given: ArrayLike, values: Any, cube: Cube) -> NDArray[Any]:
    """Weights as numbers; where a value is masked its weight is zero, whatever was given."""
    counts = weights_of(given, cube.wavelengths, cube.georeference)
    mask = np.ma.getmask(values)
    if mask is np.ma.nomask or not mask.any():
        return counts
    whole = counts[:, np.newaxis] if counts.ndim == 1 and mask.ndim == 2 else counts
    try:
        return np.where(mask, 0, whole)
    except ValueError:  # of another shape, which the method refuses by name
        return counts


def prune(
    library: LibraryLike,
    by: pruning.By = "ies",
    *,
    each: int = 3,
    min_fraction: float = -0.05,
    max_fraction: float = 1.05,
    max_rmse: float = 0.025,
) -> pruning.Pruned:
    """Choose which spectra of a library to keep.

    Parameters
    ----------
    library : Library or path-like
        With classes, or names that begin with them.
    by : str
        ``ies`` chooses a set, and how many; ``ear``, ``masa`` and ``cob`` the best ``each`` of every class.
    each : int
        How many of a class, for those.
    min_fraction, max_fraction : float
        Limits on the fraction of a spectrum in a model.
    max_rmse : float
        Limit on the error of a model, in reflectance from 0 to 1, in whatever numbers the library has it.

    Returns
    -------
    Pruned
        ``library``, the spectra kept; ``kept``, which they are; ``scores`` and ``errors`` of all.

    Raises
    ------
    InputError
        The library has fewer than two spectra, or no band in which all have values.
    """
    given = library if isinstance(library, Library) else open_library(library)
    return finish(pruning.pruned(given, by, each, (min_fraction, max_fraction, max_rmse)))
