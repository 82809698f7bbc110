"""What was read from a session file: what does not fit together is refused or set right.

What the result is made of must agree, or the file is damaged. What only says how it is shown, or
how to run next time, falls back to its default, since no work is lost with it.
"""

from __future__ import annotations

import keyword
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Any

from hsunmix.errors import InputError
from hsunmix.model.choice import Choice
from hsunmix.model.cube import Cube
from hsunmix.model.map_kinds import check_name
from hsunmix.model.maps import AnyMap, Map
from hsunmix.model.region import Region
from hsunmix.model.spectra import Endmember, colour
from hsunmix.model.unmixing import RunInputs, Unmixing
from hsunmix.parameters import make
from hsunmix.session.document import Document, MapLook, Run, RunSettings, SceneEntry, VectorLayer, View

__all__ = ["checked", "mended"]

RANKS, SEEDS, RUNS = range(1, 10_000), range(1 << 31), range(1, 1 << 29)
MAX_LOOKS = 1000  # kinds of maps with colours of their own


def mended(cls: type, made: dict[str, Any], place: int) -> None:
    """Give a record its usual colour where it has one that is none."""
    if cls in (Endmember, Region, VectorLayer) and not re.fullmatch(
        "#[0-9a-fA-F]{6}", made.get("colour", "")
    ):
        made["colour"] = colour(place)


def checked(document: Document) -> Document:
    """Return the document as it can be worked with.

    Raises
    ------
    ValueError
        Its parts contradict each other.
    """
    cube = document.cube
    _check_members(document.endmembers, cube)
    known: dict[int, Unmixing | None] = {id(None): None}
    for result in (document.unmixing, *(run.unmixing for run in document.runs)):
        if result is not None and id(result) not in known:
            known[id(result)] = _checked_result(result, cube)
    runs = tuple(_checked_run(run, cube, known) for run in document.runs)
    numbers = [run.number for run in runs]
    if numbers != sorted(set(numbers)) or not all(number in RUNS for number in numbers):
        raise ValueError("its runs are not in order")
    settings, notes = _settings(document.settings)
    if cube is not None and notes:
        cube = replace(cube, notes=(*cube.notes, *notes))
    return replace(
        document,
        cube=cube,
        unmixing=known[id(document.unmixing)],
        settings=settings,
        view=_view(document),
        pins=tuple(p for p in document.pins if cube is None or _inside(cube, p.line, p.sample)),
        runs=runs,
        run_count=max([0, min(document.run_count, RUNS[-1]), *numbers]),
        scenes=_scenes(document),
    )


def _scenes(document: Document) -> tuple[SceneEntry, ...]:
    """Check several scenes, each as if it were alone."""
    names = [entry.name for entry in document.scenes]
    if len(set(names)) < len(names) or not all(names):
        raise ValueError("its scenes are called alike")
    if document.scenes and not 0 <= document.scene < len(names):
        raise ValueError("it shows none of its scenes")
    state = [field.name for field in fields(SceneEntry) if field.name not in ("name", "place")]
    entries = []
    for entry in document.scenes:
        own = checked(Document(cube=entry.place.cube, **{name: getattr(entry, name) for name in state}))
        place = replace(entry.place, cube=own.cube)
        entries.append(replace(entry, place=place, **{name: getattr(own, name) for name in state}))
    return tuple(entries)


def _checked_result(result: Unmixing, cube: Cube | None) -> Unmixing:
    """Check that the parts of a result are of the same pixels, bands and endmembers."""
    for name in ("abundance", "rmse"):
        if name not in result.maps:
            raise ValueError(f"its result has no {name}")
    w, used, pixels = result.endmembers, result.used_bands, result.pixel_shape
    if w.ndim != 2 or not w.shape[1] or used.shape != w.shape[:1]:
        raise ValueError("endmembers and bands do not fit together")
    rank = w.shape[1]
    for name, one in result.maps.items():
        _check_map(name, one, pixels, rank)
    if result.history.ndim != 2 or result.history.shape[1] != 2 or len(result.names) not in (0, rank):
        raise ValueError("the record of its result has another shape than a result")
    sure = result.uncertainty
    if sure is not None and (sure.spectra_sd.shape != w.shape or sure.degrees.shape != (rank,)):
        raise ValueError("how sure its endmembers are does not fit together with these")
    sources, count = result.source_pixels, math.prod(pixels)
    if sources is not None and (sources.shape != (rank,) or sources.min() < -1 or sources.max() >= count):
        raise ValueError("the source pixels of its endmembers are not in the scene")
    if cube is not None and (pixels != cube.shape[:2] or len(w) != cube.bands):
        raise ValueError("its result is of a scene of another size")
    _check_names(result.parameters)
    return result if result.asked is None else replace(result, asked=_asked(result.asked))


def _check_map(name: str, one: AnyMap, pixels: tuple[int, ...], rank: int) -> None:
    """Check that a map is of these pixels, and of these endmembers where it says so."""
    usual = {"abundance": ("fraction", rank), "rmse": ("residual", 1)}
    if name not in usual:
        check_name(name)
    if one.shape != pixels or (one.kind, one.layers) != usual.get(name, (one.kind, one.layers)):
        raise ValueError(f"the map {name} does not fit together with endmembers or residual")
    fits = one.most < rank if isinstance(one, Map) and one.whole else one.layers == rank
    if one.of_endmembers and not fits:
        raise ValueError(f"the map {name} and the endmembers do not fit together")


def _checked_run(run: Run, cube: Cube | None, known: Mapping[int, Unmixing | None]) -> Run:
    _check_members(run.endmembers, cube)
    if run.unmixing is not None and len(run.endmembers) != run.unmixing.rank:
        raise ValueError(f"run {run.number} has {len(run.endmembers)} endmembers but another result")
    subset = run.subset
    if subset is not None and cube is not None:
        sizes = ((subset.selection, cube.shape[:2]), (subset.bad_bands, cube.shape[2:]))
        if any(array is not None and array.shape != shape for array, shape in sizes):
            raise ValueError("a run has no pixels or bands that fit the scene")
    return replace(
        run,
        unmixing=known[id(run.unmixing)],
        settings=_settings(run.settings, of_run=True)[0],
        locked=tuple(k for k in run.locked if k in range(len(run.endmembers))),
    )


def _check_members(members: Iterable[Endmember], cube: Cube | None) -> None:
    for member in members:
        if member.spectrum.ndim != 1 or (cube is not None and len(member.spectrum) != cube.bands):
            raise ValueError("its endmembers' spectra have another number of bands than the scene")


def _check_names(parameters: Mapping[str, Any]) -> None:
    """Check names that become those of arguments in a script."""
    for name in parameters:
        if not name.isidentifier() or keyword.iskeyword(name):
            raise ValueError(f"no parameter is called {name!r:.60}")


def _settings(settings: RunSettings, *, of_run: bool = False) -> tuple[RunSettings, list[str]]:
    """Keep what this version's methods understand, and say what was dropped.

    A run may have been one of an abundance method alone.
    """
    from hsunmix.methods import get

    default = RunSettings()
    if settings == default:
        return settings, []
    notes, kept = [], {}
    for name, values in settings.parameters.items():
        kind, _, method = name.rpartition("/")
        try:
            entry = get(method, *filter(None, [kind]))
            make(entry.params, values)
            kept[f"{entry.kind}/{entry.id}"] = dict(values)
        except InputError as error:
            notes.append(f"parameters of the session were left out: {name}: {error}")
    solvers = ("factorization", "extraction", "abundance") if of_run else ("factorization", "extraction")
    for kinds, field in ((solvers, "method"), (("abundance",), "abundance"), (("rank",), "estimate")):
        value = getattr(settings, field)
        try:
            if value != getattr(default, field):
                get(value, *kinds)
        except InputError as error:
            notes.append(f"the {field} of the session was left out: {error}")
            settings = replace(settings, **{field: getattr(default, field)})
    rank = settings.rank if settings.rank in RANKS else default.rank
    seed = settings.seed if settings.seed in SEEDS else default.seed
    return replace(settings, parameters=kept, rank=rank, seed=seed), notes


def _asked(asked: RunInputs) -> RunInputs:
    """Keep what this version's methods understand of what a run was asked for."""
    return replace(
        asked, abundance=_choice(asked.abundance, "abundance"), init=_choice(asked.init, "extraction")
    )


def _choice(choice: Choice, kind: str) -> Choice:
    """Return a choice without parameters that its method doesn't have."""
    from hsunmix.methods import get

    if choice.parameters:
        try:
            make(get(choice.method, kind).params, choice.parameters)
        except InputError:
            return replace(choice, parameters={})
    return choice


def _view(document: Document) -> View:
    view, cube = document.view, document.cube
    bands = range(cube.bands if cube is not None else 0)
    return replace(
        view,
        # The page stays: the panel shows RGB for one that it doesn't know.
        endmember=view.endmember if view.endmember in range(len(document.endmembers)) else 0,
        rgb=view.rgb if view.rgb is not None and all(b in bands for b in view.rgb) else None,
        stretch=view.stretch if _percentiles(view.stretch) else View.stretch,
        band=view.band if view.band in bands else None,
        layer=view.layer if view.layer in range(len(document.layers)) else 0,
        map_stretch=view.map_stretch if view.map_stretch and _percentiles(view.map_stretch) else None,
        region=-1,
        looks=tuple(_look(look) for look in {one.of: one for one in view.looks[:MAX_LOOKS]}.values()),
    )


def _look(look: MapLook) -> MapLook:
    """Keep levels that leave something between them."""
    levels = look.levels
    fits = levels is not None and all(map(math.isfinite, levels)) and levels[0] < levels[1]
    return look if fits else replace(look, levels=None)


def _percentiles(pair: tuple[float, float]) -> bool:
    return 0 <= pair[0] < pair[1] <= 100


def _inside(cube: Cube, line: int, sample: int) -> bool:
    return line in range(cube.lines) and sample in range(cube.samples)
