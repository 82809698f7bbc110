"""From a scene to an unmixing: what the window, the command line and Python all call."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterator
from dataclasses import replace
from functools import partial
from itertools import count
from time import perf_counter
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.footprint import Footprint
from hsunmix.engine.known import with_weights
from hsunmix.engine.loading import load
from hsunmix.engine.scene import Scene
from hsunmix.engine.source import PerPixel
from hsunmix.methods import Abundances, Extraction, Factorization, Method, Problem, RankEstimate, get
from hsunmix.methods.running._in_blocks import Solver, solved_in_blocks
from hsunmix.methods.running.problem import started
from hsunmix.methods.running.request import Plan, Request, plan, start_of
from hsunmix.methods.shared._maps import maps_of, without_abundances
from hsunmix.methods.shared._misfit import Misfit, misfit
from hsunmix.methods.shared._missing import abundances_of_known, filled_by_model, known_by
from hsunmix.methods.shared.locked import with_locked
from hsunmix.methods.shared.screening import filled, screened, screens
from hsunmix.methods.shared.units import noted, scaled_to_sum_one
from hsunmix.methods.trust.diagnosis import diagnose
from hsunmix.methods.trust.uncertainty import sure_of
from hsunmix.model.choice import Choice
from hsunmix.model.cube import Cube
from hsunmix.model.foreign import spectra
from hsunmix.model.library import Library, LibraryFile
from hsunmix.model.progress import Step, relay
from hsunmix.model.uncertainty import SD_MAP
from hsunmix.model.unmixing import RunInputs, Unmixing, Weights
from hsunmix.model.wording import percent
from hsunmix.parameters import make, to_dict

__all__ = ["Plan", "Request", "estimate_rank", "load_for", "plan", "solve", "start_of", "unmix"]

Steps = Generator[Step | None, None, Unmixing]

UNSURE = "How sure fractions are can't be told from the noise: every pixel has spectra of its own."
AUTO, NNLS = Choice("auto"), Choice("nnls")
NOTHING_EXPLAINED = 1 - 1e-6  # relative error from which on no iteration has come to anything


def load_for(
    cube: Cube, request: Request, footprint: Footprint | None = None
) -> Generator[Step | None, None, Scene]:
    """Read the pixels of a cube as a request needs them, to where the footprint says.

    Given spectra make measurements of bands of zeros; weights let pixels stay whose missing values they name.

    Raises
    ------
    InputError, TooLargeError, FileError
        As of ``load``.
    """
    plan(request)
    if request.weights is not None:
        cube = with_weights(cube, request.weights)
    return (yield from load(cube, request.endmembers, footprint=footprint))


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
    asked = plan(request)
    request, method, params = asked.request, asked.method, asked.params
    whole, screening = scene, ""
    if screens(method, params):
        scene, screening = yield from screened(scene)
    problem, said = yield from started(scene, asked)
    said = f"{screening} {said}".strip()
    known = known_by(scene, params, problem.weights)
    if method.kind == "extraction":
        result = _extracted((yield from method.run(problem, params)))
    else:
        work = method.run(problem, params)
        result = yield from relay(work, partial(_in_cube_units, scene))
    result = with_locked(result, problem, method)
    # Scaled, then solved, then measured: fractions that sum to one need spectra that have their scale.
    if not result.fixed_scale and not result.abundance:
        result = yield from scaled_to_sum_one(scene, result, problem.locked)
    wanted, left = request.abundance.method or result.abundance, None
    if wanted and (wanted != result.abundance or result.abundances is None or request.abundance.parameters):
        result, left = yield from _with_abundances(scene, result, wanted, asked.abundance, known)
        if problem.weights is not None:
            said = f"{said} {wanted.upper()} counts all known values alike, whatever their weights.".strip()
    if request.uncertainty and result.rest is not None:
        said = f"{said} {UNSURE}".strip()
    result = replace(result, note=" ".join(filter(None, [said, result.note, result.abundance_note])))
    sure_for = problem if request.uncertainty and result.rest is None else None
    unmixing = yield from _finish(scene, result, method, to_dict(params), known, left, sure_for)
    if whole is not scene and result.abundances is not None:
        w = yield from filled(whole, scene, result.endmembers, result.abundances)
        if request.endmembers is not None and problem.locked:
            left_out = np.flatnonzero(whole.bands & ~scene.bands)
            place = np.ix_(left_out, np.array(problem.locked))
            w[place] = np.asarray(spectra(request.endmembers))[place]
        unmixing = replace(unmixing, endmembers=w)
    unmixing = noted(scene, unmixing, request.endmembers)
    record = _asked(asked)
    names = _names(record.spectra, asked.locked, unmixing.rank, result.names)
    note = _with_notes(unmixing.note, request.spectra_from, *request.libraries)
    return replace(
        unmixing, seed=request.seed, seconds=perf_counter() - began, asked=record, names=names, note=note
    )


def _asked(plan: Plan) -> RunInputs:
    request, weights = plan.request, plan.request.weights_from
    if weights is None and request.weights is not None:
        weights = Weights(shape=np.shape(request.weights))
    spectra = None
    if request.endmembers is not None:
        spectra = LibraryFile("") if request.spectra_from is None else request.spectra_from.file
    libraries = tuple(library.file for library in request.libraries)
    return RunInputs(
        request.abundance,
        request.endmembers,
        plan.locked,
        weights,
        spectra,
        libraries,
        plan.init,
        request.uncertainty,
    )


def _with_notes(note: str, *libraries: Library | None) -> str:
    """Say behind a note what was done to the libraries that were given."""
    said = [text for one in libraries if one is not None for text in one.notes if text not in note]
    return " ".join(filter(None, [note, *said]))


def _names(
    given: LibraryFile | None, locked: Collection[int], rank: int, chosen: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """Name endmembers as the file of given spectra names those that stay; no name comes twice.

    Those that were chosen from a library have the names they have there.
    """
    kept = locked if given is not None and given.names else ()
    if not kept and not any(chosen):
        return ()
    names: list[str] = []
    for k in range(rank):
        one = (chosen[k] if chosen else "") or f"Endmember {k + 1}"
        if given is not None and k in kept:
            one = given.names[k]
        names.append(next(n for i in count(1) if (n := one if i == 1 else f"{one} {i}") not in names))
    return tuple(names)


def solve(
    scene: Scene,
    endmembers: NDArray[np.float64],
    abundance: Choice = NNLS,
    given: Library | None = None,
    solver: Solver | None = None,
    uncertainty: bool = False,
) -> Steps:
    """Find the abundances of given endmembers.

    Parameters
    ----------
    scene : Scene
    endmembers : array, (bands, r)
        In the cube's units.
    abundance : Choice
        An abundance method.
    given : Library, optional
        What they are the spectra of, brought to the cube's bands and units: the result has its names.
    solver : Solver, optional
        That has seen the scene while it was read.
    uncertainty : bool
        Whether the result says how sure its abundances are.
    """
    began = perf_counter()
    endmembers = spectra(endmembers)
    w = scene.used_spectra(endmembers)
    method = get(abundance.method, "abundance")
    params = make(method.params, abundance.parameters)
    found, left = yield from _solved(scene, endmembers, method, params, solver)
    result = Factorization(
        w, found.h, np.zeros((0, 2)), abundance=method.id, note=found.note, maps=found.maps
    )
    sure_for = Problem(scene, w.shape[1], start=w, locked=tuple(range(w.shape[1]))) if uncertainty else None
    work = _finish(scene, result, method, to_dict(params), None, left, sure_for)
    unmixing = noted(scene, (yield from work), endmembers)
    if given is not None:
        asked = RunInputs(abundance, spectra=given.file, uncertainty=uncertainty)
        names = _names(given.file, range(w.shape[1]), w.shape[1])
        unmixing = replace(unmixing, asked=asked, names=names, note=_with_notes(unmixing.note, given))
    return replace(unmixing, seconds=perf_counter() - began)


def _solved(
    scene: Scene, spectra: NDArray[np.float64], method: Method, params: msgspec.Struct, solver: Solver | None
) -> Generator[Step | None, None, tuple[Abundances, Misfit | None]]:
    """Solve for spectra in the cube's units, unless that was done while the scene was read."""
    if solver is not None and solver.fits(scene):
        return solver.found(scene)
    if scene.in_file and not method.traits.whole_scene:
        return (yield from solved_in_blocks(scene, spectra, method, params))
    return (yield from method.run(scene, scene.used_spectra(spectra), params)), None


def solve_cube(
    cube: Cube,
    endmembers: NDArray[np.float64],
    abundance: Choice = NNLS,
    given: Library | None = None,
    footprint: Footprint | None = None,
    uncertainty: bool = False,
) -> Generator[Step | None, None, tuple[Scene, Unmixing]]:
    """Read a cube and find the abundances of given endmembers; both in one read where it stays in its file.

    See ``solve`` and ``load``.
    """
    scene, solver = yield from _read_for(cube, endmembers, abundance, footprint)
    return scene, (yield from solve(scene, endmembers, abundance, given, solver, uncertainty))


def abundances_of_cube(
    cube: Cube,
    endmembers: NDArray[np.float64],
    abundance: Choice = NNLS,
    footprint: Footprint | None = None,
) -> Generator[Step | None, None, tuple[Scene, NDArray[np.float32]]]:
    """As ``solve_cube``, without measuring what they leave: (r, *shape of the cube)."""
    scene, solver = yield from _read_for(cube, endmembers, abundance, footprint)
    method = get(abundance.method, "abundance")
    params = make(method.params, abundance.parameters)
    found, _ = yield from _solved(scene, spectra(endmembers), method, params, solver)
    return scene, scene.spread(found.h)


def _read_for(
    cube: Cube, endmembers: NDArray[np.float64], abundance: Choice, footprint: Footprint | None
) -> Generator[Step | None, None, tuple[Scene, Solver | None]]:
    """Read a cube; where it stays in its file, a solver sees it meanwhile."""
    method = get(abundance.method, "abundance")
    if method.traits.whole_scene:
        return (yield from load(cube, endmembers, footprint=footprint)), None
    solver = Solver(method, make(method.params, abundance.parameters), spectra(endmembers))
    scene = yield from load(cube, endmembers, footprint=footprint, visitors=[solver])
    return scene, solver if scene.in_file else None


def estimate_rank(scene: Scene, method: Choice = AUTO) -> Generator[Step | None, None, RankEstimate]:
    """Estimate the number of endmembers."""
    chosen = get(method.method, "rank")
    return (yield from chosen.run(scene, make(chosen.params, method.parameters)))


def _in_cube_units(scene: Scene, step: Step | None) -> Step | None:
    """Return a method's step with the spectra over all bands and in the cube's units."""
    if step is None or step.endmembers is None:
        return step
    return replace(step, endmembers=scene.full_spectra(step.endmembers))


def _extracted(found: Extraction) -> Factorization:
    """Make a result of an extraction; its abundances are to be found by nnls, unless others are asked for."""
    maps = {name: replace(one, stays=True) for name, one in found.maps.items()}
    return Factorization(
        found.endmembers, None, np.zeros((0, 2)), None, found.columns,
        found.smoothed, fixed_scale=True, abundance="nnls", note=found.note, names=found.names, maps=maps,
    )  # fmt: skip


def _with_abundances(
    scene: Scene,
    result: Factorization,
    abundance: str,
    params: msgspec.Struct | None,
    weights: PerPixel | None,
) -> Generator[Step | None, None, tuple[Factorization, Misfit | None]]:
    """Solve for abundances; where a read can tell what they leave as well, it does."""
    method, w, left = get(abundance, "abundance"), result.endmembers, None
    given, params = params is not None, params or method.params()
    if scene.in_file and weights is None and not method.traits.whole_scene:
        found, left = yield from solved_in_blocks(scene, scene.full_spectra(w), method, params)
    else:
        found = yield from abundances_of_known(scene, w, method, params, weights)
    # Where the method would have chosen others, nobody could tell from its note which these are.
    other = abundance != result.abundance or result.abundances is not None or given
    asked = f"Abundances by {abundance.upper()}, as asked." if result.abundance_note and other else ""
    maps, went = without_abundances(result.maps) if other else (dict(result.maps), "")
    note = " ".join(filter(None, [result.note, asked, found.note, went]))
    result = replace(
        result,
        abundances=found.h,
        rest=None,
        abundance=abundance,
        abundance_note="" if other else result.abundance_note,
        note=note,
        maps=maps | dict(found.maps),
    )
    return result, left


def _finish(
    scene: Scene,
    result: Factorization,
    method: Method,
    parameters: dict[str, Any],
    weights: PerPixel | None = None,
    left: Misfit | None = None,
    sure_for: Problem | None = None,
) -> Steps:
    """Measure what the result leaves unexplained, and put everything into the cube's terms.

    With the problem that it solves it also says how sure it is.
    """
    w, h = result.endmembers, result.abundances
    assert h is not None  # solved for by now
    if left is None:
        left = yield from misfit(scene, w, h, weights, result.rest)
    error, columns = left.relative_error, result.columns
    means = h.totals() / scene.n_pixels
    maps, uncertainty, unsure, first = dict(result.maps), None, "", [*_doubts(w, means, error)]
    if sure_for is not None:
        solver = get(result.abundance, "abundance") if result.abundance else method
        whole = yield from filled_by_model(scene, w, h, weights)
        sure = yield from sure_of(scene, w, h, left, solver.traits, replace(sure_for, scene=whole))
        maps[SD_MAP], uncertainty, unsure = sure.map, sure.record, sure.record.sentence
        first = [sure.record.doubt, *first]
    # Doubts first: the window has room for one line.
    notes = [*first, result.note, unsure, *scene.notes]
    if scene.negative:
        notes.append(_negative(scene, columns))
    return Unmixing(
        endmembers=scene.full_spectra(w),
        maps=maps_of(scene, h, left.rmse(scene), maps),
        relative_error=error,
        own_spectra=result.rest is not None,
        scene_errors=left.relative_errors(scene),
        history=result.history,
        source_pixels=None if columns is None else np.where(columns < 0, -1, scene.pixels[columns]),
        converged=result.converged and error < NOTHING_EXPLAINED,
        used_bands=scene.bands,
        method=method.id,
        abundance=result.abundance,
        parameters=parameters,
        iterations=max(0, len(result.history) - 1),
        note=" ".join(filter(None, notes)),
        smoothed=result.smoothed,
        uncertainty=uncertainty,
    )


def _negative(scene: Scene, columns: NDArray[np.int64] | None) -> str:
    """Say what became of values below zero: spectra that were taken from pixels have none."""
    picked = np.empty(0, np.int64) if columns is None else columns[columns >= 0]
    cut = "; in the spectra of endmembers they are zero" if (scene.columns(picked) < 0).any() else ""
    return f"{percent(scene.negative)} of the values are negative and were used as they are{cut}."


def _doubts(w: NDArray[np.float64], means: NDArray[np.float64], error: float) -> Iterator[str]:
    """Say what makes abundances no shares, and that a result explains nothing."""
    found = diagnose(w, means)
    if found is not None:
        yield found.sentence
    if error >= NOTHING_EXPLAINED:
        yield "These endmembers explain nothing of the scene."
