"""From a manifest and arrays back to a document: what does not fit is refused or set right.

What the result is made of must agree, or the file is damaged. What only says how it is shown, or
how to run next time, falls back to its default, since no work is lost with it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import InputError
from hsunmix.model.band_numbers import choice_from_1, expression_from_1
from hsunmix.model.cube import Cube
from hsunmix.model.region import Region
from hsunmix.model.spectra import Endmember, colour
from hsunmix.model.unmixing import Unmixing
from hsunmix.parameters import make
from hsunmix.session._manifest import EndmemberRecord, Manifest, ResultRecord, RunRecord, SubsetRecord
from hsunmix.session.document import Document, Layer, Run, RunSettings, Subset, View
from hsunmix.session.runs import asked_of

__all__ = ["restored"]

Arrays = Mapping[str, NDArray[Any]]
RANKS, SEEDS = range(1, 10_000), range(1 << 31)


def restored(manifest: Manifest, arrays: Arrays, cube: Cube | None) -> Document:
    """Build the document.

    Raises
    ------
    ValueError
        The parts contradict each other.
    """
    masks, band_text, layers = _texts(manifest, cube)
    if cube is not None and "selection" in arrays:
        cube = cube.with_selection(arrays["selection"], *masks)
    if cube is not None and "bad_bands" in arrays:
        before = np.zeros(cube.bands, dtype=bool) if cube.bad_bands is None else cube.bad_bands
        if band_text or not np.array_equal(arrays["bad_bands"], before):
            cube = cube.with_bad_bands(arrays["bad_bands"], band_text)
    shown = next((run for run in manifest.runs if run.shown), None)
    unmixing = None if manifest.unmixing is None else _unmixing(manifest.unmixing, arrays, cube, shown)
    endmembers = _endmembers(manifest.endmembers, arrays, cube)
    runs = _runs(manifest.runs, arrays, cube, unmixing)
    count = max([manifest.run_count, *(run.number for run in runs)])
    settings, notes = _settings(manifest.settings)
    if cube is not None and notes:
        cube = replace(cube, notes=(*cube.notes, *notes))
    pins = tuple(p for p in manifest.pins if cube is None or _inside(cube, p.line, p.sample))
    view = _view(manifest, cube)
    regions = _regions(manifest, arrays)
    return Document(cube, endmembers, unmixing, settings, view, pins, regions, layers, runs, count)


def _texts(manifest: Manifest, cube: Cube | None) -> tuple[tuple[str, ...], str, tuple[Layer, ...]]:
    """Return what was written about bands: the masks', the choice of bands, the layers'; counted from 1."""
    masks = manifest.cube.masks if manifest.cube else ()
    choice = manifest.cube.band_text if manifest.cube else ""
    if manifest.bands_from == 1:
        return masks, choice, manifest.layers
    known = cube is None or cube.wavelengths is not None
    layers = (
        replace(layer, text=expression_from_1(layer.text, has_wavelengths=known)) for layer in manifest.layers
    )
    return (
        tuple(expression_from_1(mask, has_wavelengths=known) for mask in masks),
        choice_from_1(choice, has_wavelengths=known),
        tuple(layers),
    )


def _unmixing(record: ResultRecord, arrays: Arrays, cube: Cube | None, run: RunRecord | None) -> Unmixing:
    """Build a result, which knows what it was asked for where a run made it and no lock of the window."""
    needed = ("endmembers", "abundances", "rmse", "history", "used_bands")
    for name in needed:
        if name not in arrays:
            raise ValueError(f"its result has no {name}")
    w, h, used = arrays["endmembers"], arrays["abundances"], arrays["used_bands"]
    sources = arrays.get("source_pixels")
    if w.ndim != 2 or h.ndim not in (2, 3) or not 0 < w.shape[1] == h.shape[0]:
        raise ValueError("endmembers and abundances do not fit together")
    rank, pixels = w.shape[1], math.prod(h.shape[1:])
    if arrays["rmse"].shape != h.shape[1:] or used.shape != w.shape[:1]:
        raise ValueError("residual, bands and abundances do not fit together")
    if arrays["history"].ndim != 2 or arrays["history"].shape[1] != 2 or len(record.names) not in (0, rank):
        raise ValueError("the record of its result has another shape than a result")
    if sources is not None and (sources.shape != (rank,) or sources.min() < -1 or sources.max() >= pixels):
        raise ValueError("the source pixels of its endmembers are not in the scene")
    if cube is not None and (h.shape[1:] != cube.shape[:2] or len(w) != cube.bands):
        raise ValueError("its result is of a scene of another size")
    fields: dict[str, Any] = {name: arrays[name] for name in needed}
    fields |= {name: getattr(record, name) for name in record.__struct_fields__}
    as_asked = run is not None and not run.edited and not run.locked
    asked = asked_of(_settings(run.settings, of_run=True)[0]) if run is not None and as_asked else None
    return Unmixing(**fields, source_pixels=sources, asked=asked)


def _runs(
    records: tuple[RunRecord, ...], arrays: Arrays, cube: Cube | None, shown: Unmixing | None
) -> tuple[Run, ...]:
    """Build the runs; their arrays are those with their number before the name."""
    numbers = [record.number for record in records]
    if numbers != sorted(set(numbers)):
        raise ValueError("its runs are not in order")
    runs = []
    for record in records:
        prefix = f"run{record.number}_"
        own = {name.removeprefix(prefix): a for name, a in arrays.items() if name.startswith(prefix)}
        unmixing = shown if record.shown else None
        if record.result is not None and not record.shown:
            unmixing = _unmixing(record.result, own, cube, record)
        members = _endmembers(record.endmembers, own, cube)
        if unmixing is not None and len(members) != unmixing.rank:
            raise ValueError(f"run {record.number} has {len(members)} endmembers but another result")
        settings, _ = _settings(record.settings, of_run=True)
        locked = tuple(k for k in record.locked if k in range(len(members)))
        runs.append(
            Run(
                record.number, record.label, record.made, settings, record.relative_error, record.seconds,
                members, unmixing, locked, record.edited, _subset(record.subset, arrays, cube),
            )
        )  # fmt: skip
    return tuple(runs)


def _subset(record: SubsetRecord | None, arrays: Arrays, cube: Cube | None) -> Subset | None:
    """Build what a run is restricted to."""
    if record is None:
        return None
    found: list[NDArray[Any] | None] = []
    for name, shape in (
        (record.selection, None if cube is None else cube.shape[:2]),
        (record.bad_bands, None if cube is None else cube.shape[2:]),
    ):
        if name and (name not in arrays or (shape is not None and arrays[name].shape != shape)):
            raise ValueError("a run has no pixels or bands that fit the scene")
        found.append(arrays[name] if name else None)
    return Subset(found[0], record.masks, found[1], record.band_text)


def _endmembers(
    records: tuple[EndmemberRecord, ...], arrays: Arrays, cube: Cube | None
) -> tuple[Endmember, ...]:
    spectra = arrays.get("spectra", np.empty((0, 0)))
    if spectra.ndim != 2 or len(spectra) != len(records):
        raise ValueError(f"it has {len(records)} endmembers but {len(spectra)} spectra")
    if records and cube is not None and spectra.shape[1] != cube.bands:
        raise ValueError("its endmembers have another number of bands than the scene")
    result = []
    for k, (record, spectrum) in enumerate(zip(records, spectra, strict=True)):
        shown = record.colour if re.fullmatch("#[0-9a-fA-F]{6}", record.colour) else colour(k)
        result.append(Endmember(record.name, spectrum, shown, record.visible, record.locked, record.source))
    return tuple(result)


def _regions(manifest: Manifest, arrays: Arrays) -> tuple[Region, ...]:
    records = manifest.regions
    runs = arrays.get("region_runs", np.empty((0, 4), np.int32))
    if (
        runs.ndim != 2
        or runs.shape[1] != 4
        or (len(runs) and not 0 <= runs[:, 0].min() <= runs[:, 0].max() < len(records))
    ):
        raise ValueError("the runs of its regions do not fit the regions")
    return tuple(
        Region(
            record.name,
            record.colour if re.fullmatch("#[0-9a-fA-F]{6}", record.colour) else colour(k),
            record.kind,
            record.vertices,
            runs[runs[:, 0] == k, 1:],
        )
        for k, record in enumerate(records)
    )


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


def _view(manifest: Manifest, cube: Cube | None) -> View:
    view = manifest.view
    bands = range(cube.bands if cube is not None else 0)
    return View(
        page=view.page,  # the panel shows RGB for a page that it doesn't know
        endmember=view.endmember if view.endmember in range(len(manifest.endmembers)) else 0,
        rgb=view.rgb if view.rgb is not None and all(b in bands for b in view.rgb) else None,
        stretch=view.stretch if _percentiles(view.stretch) else View.stretch,
        band=view.band if view.band in bands else None,
        layer=view.layer if view.layer in range(len(manifest.layers)) else 0,
        map_stretch=view.map_stretch if view.map_stretch and _percentiles(view.map_stretch) else None,
        veiled=view.veiled,
        overview=view.overview,
    )


def _percentiles(pair: tuple[float, float]) -> bool:
    return 0 <= pair[0] < pair[1] <= 100


def _inside(cube: Cube, line: int, sample: int) -> bool:
    return line in range(cube.lines) and sample in range(cube.samples)
