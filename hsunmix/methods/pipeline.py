"""From a scene to an unmixing: what the window, the command line and Python all call."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.passes import norms_squared, residuals
from hsunmix.engine.scene import Scene
from hsunmix.errors import InputError, ParameterError
from hsunmix.methods import Abundances, Extraction, Factorization, Method, RankEstimate, Start, get
from hsunmix.methods._layout import laid_out
from hsunmix.methods.units import noted
from hsunmix.model.unmixing import Asked, Step, Unmixing, Weights
from hsunmix.parameters import make, to_dict

__all__ = ["Request", "estimate_rank", "solve", "unmix"]

Steps = Generator[Step | None, None, Unmixing]


@dataclass(frozen=True, eq=False)
class Request:
    """What is asked for.

    Attributes
    ----------
    method : str
        A factorization or an extraction method.
    rank : int
    parameters : mapping
        The method's, by name; what is left out has its default.
    abundance : str
        Abundance method; empty for the factorization's own, and nnls after an extraction.
    seed : int
    endmembers : array, (bands, r), or None
        Spectra to start from, in the cube's units.
    locked : tuple of int
        Columns of ``endmembers`` that must stay.
    weights : array, or None
        A number for each value, laid out as the cube, (lines, samples, bands), or as the matrix,
        (bands, pixels); or one for each pixel, (lines, samples); or one for each band.
    weights_from : Weights or None
        The file that they were read from.
    """

    method: str = "auto"
    rank: int = 4
    parameters: Mapping[str, Any] = field(default_factory=dict)
    abundance: str = ""
    seed: int = 0
    endmembers: NDArray[np.float64] | None = None
    locked: tuple[int, ...] = ()
    weights: NDArray[Any] | None = None
    weights_from: Weights | None = None


def unmix(scene: Scene, request: Request) -> Steps:
    """Find endmembers and abundances.

    Raises
    ------
    InputError
        The request makes no sense: unknown method, rank above what the scene allows, …
    ParameterError
        A parameter was refused, by name.
    """
    began = perf_counter()
    method = get(request.method, "factorization", "extraction")
    params = make(method.params, request.parameters)
    _check_rank(scene, request.rank)
    if request.abundance:
        get(request.abundance, "abundance")
    start = _start(scene, request, method)
    if method.kind == "extraction":
        found: Extraction = yield from method.run(scene, request.rank, params, start)
        result = Factorization(
            found.endmembers, np.empty((0, 0, 0), np.float32), np.zeros((0, 2)), None, found.columns,
            found.smoothed, fixed_scale=True, note=found.note,
        )  # fmt: skip
        result = yield from _with_abundances(scene, result, request.abundance or "nnls")
    else:
        result = yield from _in_cube_units(scene, method.run(scene, request.rank, params, start))
        if request.abundance and request.abundance != result.abundance:
            result = yield from _with_abundances(scene, result, request.abundance)
    if not result.fixed_scale and not result.abundance:
        result = _scaled_to_sum_one(result, request.locked)
    parameters = to_dict(params)
    unmixing = noted(scene, (yield from _finish(scene, result, method, parameters)), request.endmembers)
    return replace(unmixing, seed=request.seed, seconds=perf_counter() - began, asked=_asked(request))


def _asked(request: Request) -> Asked:
    weights = request.weights_from
    if weights is None and request.weights is not None:
        weights = Weights(shape=np.shape(request.weights))
    return Asked(request.abundance, request.endmembers, request.locked, weights)


def solve(
    scene: Scene,
    endmembers: NDArray[np.float64],
    abundance: str = "nnls",
    parameters: Mapping[str, Any] | None = None,
) -> Steps:
    """Find the abundances of given endmembers, (bands, r) in the cube's units."""
    began = perf_counter()
    w = scene.used_spectra(np.asarray(endmembers, dtype=np.float64))
    method = get(abundance, "abundance")
    params = make(method.params, parameters or {})
    found: Abundances = yield from method.run(scene, w, params)
    result = Factorization(w, found.tiles, np.zeros((0, 2)), abundance=abundance, note=found.note)
    unmixing = noted(scene, (yield from _finish(scene, result, method, to_dict(params))), endmembers)
    return replace(unmixing, seconds=perf_counter() - began)


def estimate_rank(
    scene: Scene, method: str = "auto", parameters: Mapping[str, Any] | None = None
) -> Generator[Step | None, None, RankEstimate]:
    """Estimate the number of endmembers."""
    chosen = get(method, "rank")
    estimate: RankEstimate = yield from chosen.run(scene, make(chosen.params, parameters or {}))
    return estimate


def _in_cube_units(
    scene: Scene, work: Generator[Step | None, None, Factorization]
) -> Generator[Step | None, None, Factorization]:
    """Pass on a method's steps with the spectra over all bands and in the cube's units."""
    try:
        while True:
            step = next(work)
            if step is not None and step.endmembers is not None:
                step = replace(step, endmembers=scene.full_spectra(step.endmembers))
            yield step
    except StopIteration as end:
        result: Factorization = end.value
        return result
    finally:
        work.close()


def _check_rank(scene: Scene, rank: int) -> None:
    most = min(scene.n_pixels, scene.n_bands)
    if isinstance(rank, bool) or not isinstance(rank, int | np.integer):
        raise ParameterError("rank", f"{rank!r} is no whole number")
    if not 1 <= rank <= most:
        here = f"{_counted(scene.n_pixels, 'usable pixel')} and {_counted(scene.n_bands, 'usable band')}"
        possible = "only 1 is" if most == 1 else f"1 to {most} are"
        raise ParameterError(
            "rank", f"{rank} endmembers are not possible; this scene has {here}, so {possible}"
        )


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _start(scene: Scene, request: Request, method: Method) -> Start:
    spectra = None
    if request.endmembers is not None:
        spectra = scene.used_spectra(np.asarray(request.endmembers, dtype=np.float64))
    if request.locked and spectra is None:
        raise InputError("locked endmembers need spectra to start from")
    weights = None
    if request.weights is not None:
        if all(p.name != "weights_are" for p in method.parameters):
            raise InputError(f"{method.id} takes no weights; weighted does")
        weights = laid_out(scene, np.asarray(request.weights))
    return Start(request.seed, spectra, request.locked, weights)


def _with_abundances(
    scene: Scene, result: Factorization, abundance: str
) -> Generator[Step | None, None, Factorization]:
    method = get(abundance, "abundance")
    found: Abundances = yield from method.run(scene, result.endmembers, method.params())
    note = " ".join(filter(None, [result.note, found.note]))
    return replace(result, abundances=found.tiles, abundance=abundance, note=note)


def _scaled_to_sum_one(result: Factorization, locked: tuple[int, ...]) -> Factorization:
    """Choose the factors that NMF leaves open so that abundances sum to one as nearly as they can.

    Least squares over all pixels, one positive factor per endmember; locked ones keep theirs.
    """
    from scipy.optimize import nnls

    h = result.abundances
    r = h.shape[1]
    product = sum((tile.astype(np.float64) @ tile.T.astype(np.float64) for tile in h), np.zeros((r, r)))
    total = h.sum(axis=(0, 2), dtype=np.float64)
    factor = np.ones(r)
    free = np.setdiff1d(np.arange(r), locked)
    right = total[free] - product[np.ix_(free, np.array(locked, dtype=np.intp))].sum(axis=1)
    values, vectors = np.linalg.eigh(product[np.ix_(free, free)])
    keep = values > 1e-12 * values.max(initial=0)
    root = np.sqrt(values[keep])[:, None] * vectors[:, keep].T
    if root.size:
        solution, _ = nnls(root, (vectors[:, keep].T @ right) / np.sqrt(values[keep]))
        factor[free] = np.where(solution > 1e-6 * solution.max(initial=0), solution, 1.0)
    note = "Each endmember was scaled so that abundances sum to one as nearly as possible."
    return replace(
        result,
        endmembers=result.endmembers / factor,
        abundances=h * factor.astype(np.float32)[:, None],
        note=" ".join(filter(None, [result.note, note])),
    )


def _finish(scene: Scene, result: Factorization, method: Method, parameters: dict[str, Any]) -> Steps:
    """Measure what the result leaves unexplained, and put everything into the cube's terms."""
    w, h = result.endmembers, result.abundances
    norm = float((yield from norms_squared(scene)).sum())
    rest = yield from residuals(scene, w, h)
    rmse = scene.spread((np.sqrt(rest / scene.n_bands) * scene.scale).astype(np.float32))
    columns = result.columns
    notes = [result.note, *scene.notes]
    if scene.negative:
        notes.append(f"{100 * scene.negative:.2g} % of the values are negative and were used as they are.")
    return Unmixing(
        endmembers=scene.full_spectra(w),
        abundances=scene.spread(h),
        rmse=rmse,
        relative_error=float(np.sqrt(rest.sum() / norm)),
        history=result.history,
        source_pixels=None if columns is None else scene.pixels[columns],
        converged=result.converged,
        used_bands=scene.bands,
        method=method.id,
        abundance=result.abundance,
        parameters=parameters,
        iterations=max(0, len(result.history) - 1),
        note=" ".join(filter(None, notes)),
        smoothed=result.smoothed,
    )
