"""SIG: text of Spectra Vista's field spectrometers (SVC HR series, GER)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from hsunmix.errors import FormatError
from hsunmix.formats.spectra.spectrum_text import one_spectrum, read_lines, tables
from hsunmix.model.spectra import Spectra

TITLE = "Spectra Vista SIG"
SUFFIXES = (".sig",)


def sniff(path: Path, head: bytes) -> bool:  # noqa: ARG001 - the content decides
    """Whether it begins as a SIG file does."""
    return head.lstrip().startswith(b"/*** Spectra Vista SIG")


def open_spectra(path: Path) -> Spectra:
    """Read the spectrum as reflectance.

    The columns are wavelength, reference, target and, in percent, target over reference. Where
    the last is missing it is computed; where there is no reference the target is kept as it is.

    Raises
    ------
    FormatError
        The rows after ``data=`` are missing or are none.
    """
    lines = read_lines(path)
    start = next((k for k, line in enumerate(lines) if line.lower().replace(" ", "").startswith("data=")), -1)
    if start < 0:
        raise FormatError(path, "has no line data= with numbers after it")
    notes: list[str] = []
    _, table, _ = tables(path, lines[start + 1 :], notes)
    nm, *columns = table.T
    if len(columns) >= 3:
        return one_spectrum(path, path.stem, nm, "nm", columns[2], notes, percent=True)
    if len(columns) == 2:
        notes.append("reflectance: the target divided by the reference.")
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            return one_spectrum(path, path.stem, nm, "nm", columns[1] / columns[0], notes)
    notes.append("the file has no reference: the values are as they are stored.")
    return one_spectrum(path, path.stem, nm, "nm", columns[0], notes)
