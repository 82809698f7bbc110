"""The results of several scenes of a document, on their way out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hsunmix.errors import InputError
from hsunmix.exports import DPI, ExportJob
from hsunmix.exports._several import SeveralJobs
from hsunmix.session.document import Document
from hsunmix.session.reproduce import facts_of, python_script
from hsunmix.session.scenes import documents_of

__all__ = ["several_jobs"]


def several_jobs(document: Document, command: str = "", dpi: int = DPI[0]) -> SeveralJobs:
    """Return the results of all scenes that have one; those without are named.

    Raises
    ------
    InputError
        No scene has a result, or maps are still to be solved.
    """
    jobs, errors, pixels = {}, [], []
    for name, own in documents_of(document):
        result = own.unmixing
        assert result is not None
        if result.provisional:
            raise InputError(f"the maps of {name} are of endmembers before they were edited: show it first")
        own = replace(own, scenes=document.scenes, scene=_place(document, name))
        jobs[name] = ExportJob(result, own.endmembers, own.cube, command, _script(own), dpi)
        errors.append(result.relative_error)
        pixels.append(int(np.isfinite(result.rmse).sum()))
    if not jobs:
        raise InputError("no scene has a result yet: unmix first")
    shares = {job.unmixing.share for job in jobs.values()}
    known = next((share.relative_error for share in shares if share is not None), None)
    weight = np.array(pixels, dtype=np.float64)
    error = float(np.sqrt((weight * np.square(errors)).sum() / weight.sum())) if known is None else known
    missing = {e.name: "has no result" for e in document.scenes if e.name not in jobs}
    note = next(iter(jobs.values())).unmixing.note
    return SeveralJobs(jobs, missing, error, note, command)


def _place(document: Document, name: str) -> int:
    return [entry.name for entry in document.scenes].index(name) if document.scenes else 0


def _script(document: Document) -> str:
    """Return the lines that make the result of one scene."""
    try:
        return python_script(document, facts_of(document, None))
    except InputError:
        return ""
