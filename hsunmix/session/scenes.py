"""Several scenes in one document: one is shown, the others wait as they were left.

Endmembers are common to all that were unmixed together. Where they were edited meanwhile, a scene that is
shown again takes them over, and its maps are provisional until they are solved. All functions return a new
document.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from hsunmix.methods.running.together import Found, NamedCube
from hsunmix.methods.shared.screening import without_noise
from hsunmix.model.chain import scene_names
from hsunmix.model.cube import Cube
from hsunmix.model.spectra import Endmember
from hsunmix.model.unmixing import Unmixing
from hsunmix.session.document import Document, RunSettings, SceneEntry, ScenePlace
from hsunmix.session.members import with_members
from hsunmix.session.runs import bounded, record_run

__all__ = [
    "documents_of",
    "of_cubes",
    "parked",
    "shown",
    "with_bands_left_out",
    "with_found",
    "with_more",
    "without_scene",
]

STATE = ("unmixing", "endmembers", "pins", "regions", "layers", "runs", "run_count")


def of_cubes(scenes: Sequence[NamedCube], settings: RunSettings | None = None) -> Document:
    """Return a document of several scenes, the first of which is shown; of a single one it has no list."""
    entries = tuple(SceneEntry(name, ScenePlace(cube, path=str(cube.path or ""))) for name, cube in scenes)
    first = Document(cube=scenes[0][1], settings=settings or RunSettings())
    return replace(first, scenes=entries if len(entries) > 1 else ())


def parked(document: Document) -> Document:
    """Return the document with the entry of the scene that is shown as it is now."""
    if not document.scenes:
        return document
    entry = document.scenes[document.scene]
    place = entry.place
    if document.cube is not None and place.cube is not document.cube:
        place = ScenePlace(document.cube, path=str(document.cube.path or ""))
    entry = replace(entry, place=place, **{name: getattr(document, name) for name in STATE})
    entries = list(document.scenes)
    entries[document.scene] = entry
    return replace(document, scenes=tuple(entries))


def shown(document: Document, index: int, *, common: bool = True) -> Document:
    """Return the document that shows another of its scenes.

    Parameters
    ----------
    document : Document
    index : int
    common : bool
        Whether the endmembers that are shown now hold for that one too.

    Raises
    ------
    InputError
        An endmember has no value in a band that is used there.
    """
    before = parked(document)
    entry = before.scenes[index]
    cube = entry.place.cube
    if cube is None:
        raise ValueError(f"{entry.name} is not there")
    view = replace(before.view, region=-1, layer=min(before.view.layer, max(0, len(entry.layers) - 1)))
    state = {name: getattr(entry, name) for name in STATE}
    found = replace(before, cube=cube, scene=index, view=view, **state)
    members = before.endmembers
    if common and members and _together(before, entry):
        found = _with_common(found, members)
    elif found.unmixing is None and view.page in ("map", "maps", "residual"):
        found = replace(found, view=replace(view, page="rgb"))
    return _bounded(found)


def with_found(document: Document, found: Found, settings: RunSettings | None = None) -> Document:
    """Return the document with what was found of several of its scenes, by their names."""
    if not document.scenes:
        (one,) = found.scenes
        return record_run(replace(document, cube=one.cube), one.unmixing, settings)
    document = parked(document)
    entries = list(document.scenes)
    names = [entry.name for entry in entries]
    for one in found.scenes:
        k = names.index(one.name)
        own = Document(cube=one.cube, settings=document.settings, view=document.view)
        own = replace(own, **{name: getattr(entries[k], name) for name in STATE})
        own = record_run(own, one.unmixing, settings and replace(settings, rank=one.unmixing.rank))
        own = replace(own, runs=bounded(own.runs, own.unmixing, len(entries)))
        place = ScenePlace(one.cube, path=str(one.cube.path or ""))
        entries[k] = replace(entries[k], place=place, **{name: getattr(own, name) for name in STATE})
    document = replace(document, scenes=tuple(entries))
    used = [names.index(one.name) for one in found.scenes]
    now = document.scene if document.scene in used else used[0]
    entry = entries[now]
    view = replace(
        document.view, page="maps" if document.view.page in ("rgb", "band") else document.view.page
    )
    state = {name: getattr(entry, name) for name in STATE}
    return replace(document, cube=entry.place.cube, scene=now, view=replace(view, endmember=0), **state)


def with_more(document: Document, cubes: Sequence[Cube]) -> Document:
    """Put more scenes behind those there are; names that come twice are told apart."""
    entries = document.scenes
    if not entries:
        place = ScenePlace(document.cube, path=str(document.cube.path or "") if document.cube else "")
        entries = (SceneEntry("scene", place),)
        document = parked(replace(document, scenes=entries, scene=0))
        entries = document.scenes
    paths = [Path(entry.place.path) for entry in entries] + [cube.path for cube in cubes]
    names = scene_names(paths)
    before = tuple(replace(e, name=n) for e, n in zip(entries, names[: len(entries)], strict=True))
    more = tuple(
        SceneEntry(name, ScenePlace(cube, path=str(cube.path or "")))
        for name, cube in zip(names[len(entries) :], cubes, strict=True)
    )
    return replace(document, scenes=before + more)


def with_bands_left_out(document: Document) -> Document:
    """Leave out, in every scene, the bands that a run of all found to be noise."""

    def own(cube: Cube | None, result: Unmixing | None) -> Cube | None:
        return cube if cube is None or result is None else without_noise(cube, result)

    entries = tuple(
        replace(e, place=replace(e.place, cube=own(e.place.cube, e.unmixing))) for e in document.scenes
    )
    return replace(document, scenes=entries, cube=entries[document.scene].place.cube)


def without_scene(document: Document, index: int) -> Document:
    """Return the document without one of its scenes; where it was shown, another one is.

    With the last but one of them the list goes too.
    """
    document = parked(document)
    if index == document.scene:
        others = [k for k, one in enumerate(document.scenes) if k != index and one.place.cube is not None]
        if not others:
            return Document(settings=document.settings)
        document = parked(shown(document, min(others, key=lambda k: (abs(k - index), k)), common=False))
    entries = tuple(one for k, one in enumerate(document.scenes) if k != index)
    now = document.scene - (document.scene > index)
    return replace(document, scenes=entries if len(entries) > 1 else (), scene=now if len(entries) > 1 else 0)


def documents_of(document: Document) -> list[tuple[str, Document]]:
    """Return a document of each scene that has a result, as if it were alone, with its name."""
    if not document.scenes:
        return [("", document)] if document.unmixing is not None else []
    found = []
    for entry in parked(document).scenes:
        if entry.place.cube is not None and entry.unmixing is not None:
            state = {name: getattr(entry, name) for name in STATE}
            own = Document(cube=entry.place.cube, settings=document.settings, view=document.view, **state)
            found.append((entry.name, own))
    return found


def _together(document: Document, entry: SceneEntry) -> bool:
    """Whether a scene has the same bands as the one shown, so that its endmembers can be common."""
    now, then = document.cube, entry.place.cube
    if now is None or then is None or now.bands != then.bands:
        return False
    if now.wavelengths is None or then.wavelengths is None:
        return True
    step = np.abs(np.gradient(now.wavelengths)) if now.bands > 1 else np.ones(1)
    return bool((np.abs(now.wavelengths - then.wavelengths) <= 0.5 * step).all())


def _with_common(document: Document, members: tuple[Endmember, ...]) -> Document:
    """Take over endmembers: where the spectra are the same, only what they are called."""
    own = document.endmembers
    result = document.unmixing
    if len(own) == len(members) and all(map(_same, own, members)):
        named = tuple(
            replace(e, name=m.name, colour=m.colour, locked=m.locked)
            for e, m in zip(own, members, strict=True)
        )
        return replace(document, endmembers=named)
    rows = [tuple(k for k, e in enumerate(own) if _same(e, m))[:1] for m in members]
    kept = tuple(_elsewhere(m, own[row[0]] if row else None) for m, row in zip(members, rows, strict=True))
    if result is None:
        return replace(document, endmembers=kept)
    return with_members(document, kept, rows, result.abundance or "nnls")


def _same(one: Endmember, other: Endmember) -> bool:
    return np.array_equal(one.spectrum, other.spectrum, equal_nan=True)


def _elsewhere(member: Endmember, own: Endmember | None) -> Endmember:
    """Return an endmember as another scene has it: its pixel is not one of that scene's."""
    if own is not None:
        return replace(member, source=own.source)
    source = member.source
    if source.line is None:
        return member
    return replace(member, source=replace(source, kind="computed", line=None, sample=None, text=str(source)))


def _bounded(document: Document) -> Document:
    """Keep the view within what there is."""
    last = max(0, len(document.endmembers) - 1)
    view = document.view
    return replace(document, view=replace(view, endmember=min(view.endmember, last)))
