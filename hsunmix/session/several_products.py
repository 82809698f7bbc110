"""The results of several scenes of a document, on their way out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from hsunmix.errors import FileError, InputError
from hsunmix.exports import DPI, ExportJob
from hsunmix.exports._several import SeveralJobs
from hsunmix.model.wording import of_each
from hsunmix.session.document import Document, SceneEntry
from hsunmix.session.reproduce import Again, facts_of, found_on, made_again
from hsunmix.session.scenes import documents_of, parked
from hsunmix.session.several_script import script_of_scenes

__all__ = ["several_jobs"]


def several_jobs(
    document: Document,
    out: Path | None = None,
    products: Sequence[str] = (),
    dpi: int = DPI[0],
    typed: str = "",
) -> SeveralJobs:
    """Return the results of all scenes that have one; the others are named, with the reason.

    Parameters
    ----------
    document : Document
    out : Path, optional
        Where the products go; without it nothing is said of how results are made again.
    products : sequence of str
    dpi : int
    typed : str
        What takes the place of a command where none makes a result again.

    Raises
    ------
    InputError
        No scene has a result that can be written.
    """
    document = parked(document)
    own = {name: _beside(document, name, one) for name, one in documents_of(document)}
    failures = {e.name: why for e in document.scenes if (why := _lacking(e))}
    again, jobs = {}, {}
    for name, one in own.items():
        if name in failures or one.unmixing is None:
            continue
        again[name] = Again() if out is None else _again(one, name, out, products, dpi)
        command, script, reason = again[name]
        jobs[name] = ExportJob(one.unmixing, one.endmembers, one.cube, command or typed, script, dpi, reason)
    if not jobs:
        raise InputError(next(iter(failures.values()), "no scene has a result yet: unmix first"))
    command = _of_all([one.command for one in again.values()]) or typed
    script = "" if out is None else _script_of_all([own[name] for name in jobs])
    note = of_each({name: job.unmixing.note for name, job in jobs.items()})
    return SeveralJobs(jobs, failures, _error(list(jobs.values())), note, command, script)


def _beside(document: Document, name: str, own: Document) -> Document:
    """Return the document that shows one scene, the others beside it."""
    names = [entry.name for entry in document.scenes]
    return replace(own, scenes=document.scenes, scene=names.index(name)) if names else own


def _lacking(entry: SceneEntry) -> str:
    """Say why a scene has no products; nothing where it has."""
    place = entry.place
    if entry.unmixing is None:
        return f"{entry.name}: has no result yet: unmix it first"
    if place.cube is None:
        return f"{entry.name}: {place.reason}"
    if entry.unmixing.provisional:
        return (
            f"{entry.name}: its maps are of endmembers before they were edited: show it in the window first"
        )
    return ""


def _again(own: Document, name: str, out: Path, products: Sequence[str], dpi: int) -> Again:
    """Return what makes a scene's result again: with the others where it was found with them."""
    share = own.unmixing.share if own.unmixing is not None else None
    try:
        together = found_on(own) is not None
        beside = out / (share.scenes[0] if together and share is not None else name)
        return made_again(own, facts_of(own, None), out if together else beside, products, dpi, beside)
    except (FileError, InputError) as error:  # a scene is gone, or changed since
        return Again(reason=str(error))


def _of_all(commands: Sequence[str]) -> str:
    """Return the one command that makes all; empty where there are several."""
    return commands[0] if len(set(commands)) == 1 else ""


def _script_of_all(documents: Sequence[Document]) -> str:
    """Return the lines that make all results; empty where they were not found together."""
    results = [one.unmixing for one in documents if one.unmixing is not None]
    runs = {result.share and (result.share.scenes, result.share.relative_error) for result in results}
    share = results[0].share
    try:
        cubes = found_on(documents[0])
    except InputError:
        return ""
    if cubes is None or share is None or len(runs) > 1 or len(results) < len(cubes):
        return ""
    return script_of_scenes(cubes, replace(results[0], relative_error=share.relative_error))


def _error(jobs: Sequence[ExportJob]) -> float:
    """Return the relative error over the pixels of all."""
    known = next((job.unmixing.share for job in jobs if job.unmixing.share is not None), None)
    if known is not None:
        return known.relative_error
    errors = np.array([job.unmixing.relative_error for job in jobs])
    pixels = np.array([np.isfinite(job.unmixing.rmse).sum() for job in jobs], dtype=np.float64)
    return float(np.sqrt((pixels * np.square(errors)).sum() / pixels.sum()))
