"""Spectra that a run was given and that are in no file: beside the products, for a command to name."""

from __future__ import annotations

from pathlib import Path

from hsunmix.exports import ExportJob
from hsunmix.exports.csv import table

__all__ = ["START", "write"]

START = "start.csv"


def write(job: ExportJob, folder: Path) -> list[Path]:
    """Write ``start.csv``, laid out as ``endmembers.csv``, where such spectra were given."""
    asked = job.unmixing.asked
    if asked is None or asked.endmembers is None or (asked.spectra is not None and asked.spectra.path):
        return []
    names = job.names[: asked.endmembers.shape[1]]
    return [table(folder / START, job.wavelengths, names, asked.endmembers)]
