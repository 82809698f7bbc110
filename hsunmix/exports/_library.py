"""Spectral libraries as files: ENVI, or a table."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from hsunmix.errors import InputError
from hsunmix.exports._envi import header, names_fields, numbers
from hsunmix.exports._own_files import header_of
from hsunmix.files import replacing, replacing_all
from hsunmix.model.cells import cell
from hsunmix.model.spectra import Spectra

__all__ = ["library_files", "write_library"]

FORMS = (".sli", ".csv")


def library_files(path: Path) -> list[Path]:
    """Return the files that a library of this name is written into.

    Raises
    ------
    InputError
        The name says no form that can be written, or the header that lies there is another file's.
    """
    if path.suffix.lower() not in FORMS:
        raise InputError(f"{path.name}: a library is written as {' or '.join(FORMS)}: end the name so")
    return [path] if path.suffix.lower() == ".csv" else [path, header_of(path, library=True)]


def write_library(path: Path, spectra: Spectra) -> list[Path]:
    """Write spectra with their classes as ``.sli`` with a header, or ``.csv``; return the files.

    Raises
    ------
    InputError
        As of ``library_files``.
    FileError
        It can't be written.
    """
    files = library_files(path)
    if len(files) == 1:
        return [_table(path, spectra)]
    with replacing_all(*files) as (data_file, head_file):
        data_file.write_bytes(np.ascontiguousarray(spectra.values, dtype="<f4").tobytes())
        head_file.write_text(_header(spectra), encoding="utf-8")
    return files


def _header(spectra: Spectra) -> str:
    lines, samples = spectra.values.shape
    fields = {
        "file type": "ENVI Spectral Library",
        "samples": str(samples),
        "lines": str(lines),
        "bands": "1",
        "reflectance scale factor": "1.0",
        **names_fields("spectra names", spectra.names),
    }
    if spectra.classes:
        fields["class"] = names_fields("class", spectra.classes)["class"]
    if spectra.wavelengths is not None:
        fields |= {"wavelength units": "Nanometers", "wavelength": numbers(spectra.wavelengths)}
        if spectra.fwhm is not None:
            fields["fwhm"] = numbers(spectra.fwhm)
    return header("Spectral library", fields)


def _table(path: Path, spectra: Spectra) -> Path:
    """A column for each spectrum; below the names their classes."""
    nm = spectra.wavelengths
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["band" if nm is None else "wavelength_nm", *map(cell, spectra.names)])
        if spectra.classes:
            table.writerow(["Class", *map(cell, spectra.classes)])
        for k, row in enumerate(spectra.values.T):
            first = str(k + 1) if nm is None else repr(float(nm[k]))
            table.writerow([first, *(repr(float(v)) if np.isfinite(v) else "" for v in row)])
    return path
