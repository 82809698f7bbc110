"""The results of a session: kept, gone back to, deleted, and bounded in memory.

A result that another one replaces is kept with its endmembers as they are then, names and colours
included; where it was made by editing and not by a run, it becomes an entry of its own. All
functions return a new document; arrays are shared.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hsunmix.model.band_ranges import numbered
from hsunmix.model.choice import Choice
from hsunmix.model.cube import Cube
from hsunmix.model.library import Library, LibraryFile
from hsunmix.model.spectra import Endmember
from hsunmix.model.unmixing import RunInputs, Unmixing
from hsunmix.parameters import to_dict
from hsunmix.session.document import Document, Run, RunSettings, Subset, with_result

if TYPE_CHECKING:
    from hsunmix.methods.running.pipeline import Request

__all__ = [
    "asked_of",
    "bounded",
    "carried",
    "current",
    "for_panel",
    "held",
    "kept",
    "label_of",
    "method_of",
    "record_run",
    "request_of",
    "restore_run",
    "run_bytes",
    "settings_of",
    "solved_only",
    "with_libraries",
    "without_run",
]  # fmt: skip

SOLVERS = ("factorization", "extraction", "abundance")  # kinds of methods that make results
MAX_ENTRIES = 200  # entries
BYTES = 1 << 30  # of all results but the one shown; the oldest are dropped beyond that


def record_run(
    document: Document,
    unmixing: Unmixing,
    settings: RunSettings | None = None,
    locked: tuple[int, ...] = (),
    members: tuple[Endmember, ...] = (),
) -> Document:
    """Return the document showing the result of a run, which is kept among its runs.

    Parameters
    ----------
    document : Document
    unmixing : Unmixing
    settings : RunSettings, optional
        Those it was made with; read off the result where they aren't given.
    locked : tuple of int
        Columns that the run left as they were.
    members : tuple of Endmember
        Where it found only their abundances: they keep their names, colours, sources and locks.
    """
    new, made = with_result(kept(document), unmixing), settings_of(unmixing)
    if members:
        new = replace(new, endmembers=members)
    if settings is not None:
        made = replace(
            settings,
            weights=made.weights,
            spectra=made.spectra,
            locked=made.locked,
            libraries=made.libraries,
            uncertainty=made.uncertainty,
            parameters={**settings.parameters, **made.parameters},
        )
    return _with_entry(new, label_of(unmixing), made, locked)


def kept(document: Document) -> Document:
    """Return the document with the result shown among its runs, its endmembers as they are now."""
    result = document.unmixing
    if result is None or result.provisional:
        return document
    if current(document) is None:
        label = f"Edited, r = {result.rank}"
        origin = document.runs[-1].settings if document.runs else document.settings
        return _with_entry(document, label, origin, (), edited=True)
    runs = tuple(
        replace(run, endmembers=document.endmembers) if run.unmixing is result else run
        for run in document.runs
    )
    return replace(document, runs=runs)


def current(document: Document) -> Run | None:
    """Return the run whose result is shown; None where it was edited since, or there is none."""
    result = document.unmixing
    return next((run for run in document.runs if result is not None and run.unmixing is result), None)


def solved_only(run: Run) -> bool:
    """Whether a run found abundances only, of endmembers that were there."""
    return _kind(run.settings.method) == "abundance"


def for_panel(settings: RunSettings, now: RunSettings) -> RunSettings:
    """Return what the run panel says of a run's settings.

    A run that found abundances only leaves the method as it is. Given spectra are no setting: those that a
    run is to keep are the locked ones of the table.
    """
    method = now.method if _kind(settings.method) == "abundance" else settings.method
    return replace(settings, method=method, spectra=None, locked=(), libraries=_paths(settings))


def _paths(settings: RunSettings) -> tuple[LibraryFile, ...]:
    """Return which libraries were chosen, whatever these held."""
    return tuple(LibraryFile(one.path) for one in settings.libraries if one.path)


def _kind(method: str) -> str:
    from hsunmix.methods import find

    known = find(method, *SOLVERS)
    return "" if known is None else known.kind


def restore_run(document: Document, number: int) -> Document:
    """Return the document showing an earlier result, with the settings that made it.

    The pixels and bands that it was made of are used again. Where its arrays were dropped, only the
    settings are taken.

    Raises
    ------
    KeyError
        There is no such run.
    """
    run = _find(document, number)
    before = kept(document)
    if run.unmixing is None or run.unmixing is document.unmixing:
        return replace(before, settings=for_panel(run.settings, before.settings))
    cube = None if before.cube is None else _made_of(before.cube, run.subset, run.unmixing)
    view = replace(before.view, endmember=min(before.view.endmember, len(run.endmembers) - 1))
    if before.view.page == "rgb":
        view = replace(view, page="maps")
    return replace(
        before,
        cube=cube,
        unmixing=run.unmixing,
        endmembers=run.endmembers,
        settings=for_panel(run.settings, before.settings),
        view=view,
    )


def without_run(document: Document, number: int) -> Document:
    """Return the document without an entry; what is shown stays.

    Raises
    ------
    KeyError
        There is no such run.
    """
    gone = _find(document, number)
    return replace(document, runs=tuple(run for run in document.runs if run is not gone))


def carried(now: Document, then: Document) -> Document:
    """Return a document that is gone back to, with the runs that had not been made when it was shown.

    So undoing a run takes its maps away but not its entry, while a deleted run comes back. An edited
    result was kept because another took its place: where that is undone, it is shown again.
    """
    if now.cube is not None and then.cube is not None and now.cube.pixels is not then.cube.pixels:
        return then  # another of several scenes was shown
    later = tuple(run for run in now.runs if run.number > then.run_count and not run.edited)
    if not later:
        return then
    return replace(then, runs=(*then.runs, *later), run_count=max(now.run_count, then.run_count))


def settings_of(unmixing: Unmixing) -> RunSettings:
    """Return the settings that make a result again."""
    from hsunmix.methods import find

    known = find(unmixing.method, *SOLVERS)
    defaults = {} if known is None else to_dict(known.params())
    changed = {name: v for name, v in unmixing.parameters.items() if v != defaults.get(name, v)}
    asked = unmixing.asked or RunInputs(Choice(unmixing.abundance))
    settings = RunSettings(
        unmixing.method, unmixing.rank, asked.abundance.method, unmixing.seed,
        weights=asked.weights if asked.weights is not None and asked.weights.path else None,
        spectra=asked.spectra, locked=asked.locked, libraries=asked.libraries, uncertainty=asked.uncertainty,
    )  # fmt: skip
    for kind, choice in (
        ("extraction", asked.init),
        ("abundance", asked.abundance),
        (known.kind if known else "", Choice(unmixing.method, changed)),
    ):
        settings = settings.with_choice(kind, choice)
    return settings


def method_of(settings: RunSettings) -> Choice:
    """Return the method of a run with its parameters."""
    return settings.choice(_kind(settings.method), settings.method)


def request_of(settings: RunSettings, locked: NDArray[np.float64] | None = None) -> Request:
    """Return what settings ask of the pipeline, but for weights and libraries.

    Parameters
    ----------
    settings : RunSettings
    locked : array, (bands, k), optional
        Endmembers that stay: they come first, and the others are found beginning with pixels, whatever the
        settings say of a start.

    Raises
    ------
    InputError
        There is no such method.
    """
    from hsunmix.methods import get
    from hsunmix.methods.running.pipeline import Request, start_of

    method = get(settings.method, "factorization", "extraction")
    own, abundance = settings.choice(method.kind, method.id), settings.choice("abundance", settings.abundance)
    if locked is not None:
        own = replace(own, parameters={name: v for name, v in own.parameters.items() if name != "init"})
        columns = tuple(range(locked.shape[1]))
        return Request(
            own,
            settings.rank,
            abundance,
            settings.seed,
            endmembers=locked,
            locked=columns,
            uncertainty=settings.uncertainty,
        )
    init = settings.choice("extraction", start_of(method, own))
    return Request(own, settings.rank, abundance, settings.seed, init, uncertainty=settings.uncertainty)


def with_libraries(request: Request, libraries: tuple[Library, ...]) -> Request:
    """Return a request that chooses from libraries; where endmembers are their classes, as many as these."""
    from hsunmix.methods import get

    of_classes = get(request.method.method, "factorization", "extraction").traits.of_classes
    return replace(request, libraries=libraries, rank=None if of_classes and libraries else request.rank)


def asked_of(settings: RunSettings) -> RunInputs:
    """Return what a run with these settings was asked for; arrays given to it are not known any more."""
    abundance = settings.choice("abundance", settings.abundance)
    made_here = settings.spectra is None and _kind(settings.method) != "abundance"
    init = request_of(settings).init if made_here else Choice()
    return RunInputs(
        abundance,
        None,
        settings.locked,
        settings.weights,
        settings.spectra,
        settings.libraries,
        init,
        settings.uncertainty,
    )


def label_of(unmixing: Unmixing) -> str:
    """Return what was done, in a few words."""
    from hsunmix.methods import find

    known = find(unmixing.method, *SOLVERS)
    given = " of given endmembers" if known is not None and known.kind == "abundance" else ""
    return f"{known.title if known else unmixing.method}{given}, r = {unmixing.rank}"


def run_bytes(run: Run) -> int:
    """Return the bytes of a run's arrays."""
    return sum(size for _, size in held([run.unmixing]))


def held(results: Iterable[Unmixing | None]) -> Iterator[tuple[int, int]]:
    """Yield an identity and the bytes of every array of some results; the same array comes again."""
    for result in results:
        if result is not None:
            of_maps = (array for one in result.maps.values() for array in one.arrays)
            sure = [] if result.uncertainty is None else [result.uncertainty.spectra_sd]
            for array in (*of_maps, result.endmembers, result.history, *sure):
                yield id(array), array.nbytes


def _with_entry(
    document: Document, label: str, settings: RunSettings, locked: tuple[int, ...], edited: bool = False
) -> Document:
    result = document.unmixing
    assert result is not None  # it is the entry
    run = Run(
        document.run_count + 1,
        label,
        datetime.now(UTC).isoformat(timespec="seconds"),
        settings,
        float(result.relative_error) if math.isfinite(result.relative_error) else 1.0,
        float(result.seconds),
        document.endmembers,
        result,
        locked,
        edited,
        _subset(document, result),
    )
    runs = bounded((*document.runs, run)[-MAX_ENTRIES:], result)
    return replace(document, runs=runs, run_count=run.number)


def _subset(document: Document, result: Unmixing) -> Subset | None:
    """Return the pixels and bands that a result is of: those in use, unless it was made with other bands."""
    cube = document.cube
    if cube is None:
        return None
    now = Subset.of(cube)
    used = result.used_bands
    if used.shape == (cube.bands,) and not np.array_equal(used, cube.good_bands):
        return replace(now, bad_bands=~used, band_text=numbered(used))
    return now


def _made_of(cube: Cube, subset: Subset | None, result: Unmixing) -> Cube:
    """Restrict a cube to what a result is of."""
    if subset is not None:
        return subset.on(cube)
    if cube.selection is None:
        return cube
    return Subset(np.isfinite(result.rmse), (), cube.bad_bands, cube.band_text).on(cube)


def bounded(runs: tuple[Run, ...], shown: Unmixing | None, scenes: int = 1) -> tuple[Run, ...]:
    """Drop the arrays of the oldest runs until the rest fits; those of the result shown cost nothing.

    Parameters
    ----------
    runs : tuple of Run
    shown : Unmixing or None
    scenes : int
        So many share the room.
    """
    left, result = BYTES // scenes, []
    for run in reversed(runs):
        if run.unmixing is not shown:
            left -= run_bytes(run)
        result.append(run if left >= 0 or run.unmixing is shown else replace(run, unmixing=None))
    return tuple(reversed(result))


def _find(document: Document, number: int) -> Run:
    for run in document.runs:
        if run.number == number:
            return run
    raise KeyError(f"there is no run {number}")
