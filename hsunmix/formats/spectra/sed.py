"""SED: text of Spectral Evolution's field spectrometers."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import FormatError
from hsunmix.formats.spectra.spectrum_text import one_spectrum, read_lines, tables
from hsunmix.model.spectra import Spectra

TITLE = "Spectral Evolution SED"
SUFFIXES = (".sed",)
_START = re.compile(rb"^(Comment|Version|File Name):", re.MULTILINE)


def sniff(path: Path, head: bytes) -> bool:  # noqa: ARG001 - the content decides
    """Whether its header is that of a SED file."""
    return _START.match(head.lstrip()) is not None and b"Detectors:" in head and b"Instrument:" in head


def open_spectra(path: Path) -> Spectra:
    """Read the spectrum as reflectance.

    After ``Data:`` come the columns' names. A column of reflectance is taken; else target over
    reference; else the target as it is.

    Raises
    ------
    FormatError
        The columns after ``Data:`` are missing, or there is none that is known.
    """
    lines = read_lines(path)
    start = next((k for k, line in enumerate(lines) if line.strip().lower() == "data:"), -1)
    if start < 0:
        raise FormatError(path, "has no line Data: with columns after it")
    notes: list[str] = []
    head, table, _ = tables(path, lines[start + 1 :], notes)
    names = [name.strip().lower() for name in head[-1].split("\t")] if head else []
    if len(names) != table.shape[1]:
        raise FormatError(path, f"names {len(names)} columns, but its rows have {table.shape[1]}")
    values, percent = _reflectance(path, names, table, notes)
    axis = next((k for k, name in enumerate(names) if name.startswith(("wvl", "wavelength"))), 0)
    return one_spectrum(path, path.stem, table[:, axis], "nm", values, notes, percent=percent)


def _reflectance(
    path: Path, names: list[str], table: NDArray[np.float64], notes: list[str]
) -> tuple[NDArray[np.float64], bool]:
    """Return the values, and whether they are percent."""
    for k, name in enumerate(names):
        if "reflect" in name or "tgt./ref" in name:
            return table[:, k], "%" in name
    target = next((k for k, name in enumerate(names) if "target" in name), -1)
    reference = next((k for k, name in enumerate(names) if "ref" in name), -1)
    if target < 0:
        raise FormatError(path, f"has no column of reflectance or of a target (columns: {', '.join(names)})")
    if reference < 0:
        notes.append("the file has no reference: the values are as they are stored.")
        return table[:, target], False
    notes.append("reflectance: the target divided by the reference.")
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return table[:, target] / table[:, reference], False
