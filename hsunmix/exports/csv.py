"""The endmembers' spectra as a table: what a spreadsheet reads."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsunmix.exports import ExportJob
from hsunmix.files import replacing
from hsunmix.model.cells import cell

__all__ = ["NEEDS_IMAGE", "TITLE", "table", "write"]

TITLE = "CSV: endmember spectra"
NEEDS_IMAGE = False


def write(job: ExportJob, folder: Path) -> list[Path]:
    """Write ``endmembers.csv``: one line a band, one column an endmember, nothing where not used.

    The first column is ``wavelength_nm``, or ``band`` (counted from 1) where the scene has no
    wavelengths. Numbers are written so that reading them gives the same bits. A name that a spreadsheet
    would compute has ``'`` before it. Of a result that says how sure it is, ``endmembers_sd.csv`` has the
    standard deviations.
    """
    paths = [table(folder / "endmembers.csv", job.wavelengths, job.names, job.spectra)]
    sure = job.unmixing.uncertainty
    if sure is not None:
        paths.append(table(folder / "endmembers_sd.csv", job.wavelengths, job.names, sure.spectra_sd))
    return paths


def table(
    path: Path, nm: NDArray[np.float64] | None, names: Sequence[str], spectra: NDArray[np.float64]
) -> Path:
    """Write spectra, (bands, n), and return the path."""
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["band" if nm is None else "wavelength_nm", *map(cell, names)])
        for k, row in enumerate(spectra):
            first = str(k + 1) if nm is None else repr(float(nm[k]))
            rows.writerow([first, *(repr(float(v)) if np.isfinite(v) else "" for v in row)])
    return path
