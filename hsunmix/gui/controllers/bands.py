"""Bands painted out and in; the unit of the wavelength axis."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import InputError
from hsunmix.gui import intents as i
from hsunmix.gui.workbench import Workbench
from hsunmix.model.cube import Cube
from hsunmix.model.spectra import Endmember
from hsunmix.model.stretches import runs
from hsunmix.session.document import Document

__all__ = ["Controller", "bands_in_words", "made_with_other_bands"]


class Controller:
    """Changes which bands are used; the maps follow where the endmembers have values in them."""

    def __init__(self, bench: Workbench) -> None:
        self.bench = bench
        bench.show(unit=bench.settings.preferences.wavelength_unit)
        bench.handle(i.PaintBands, self.paint)
        bench.handle(i.LeaveOut, self.leave_out)
        bench.handle(i.SetUnit, self.set_unit)

    def changed(self, old: Document, new: Document) -> None:
        """Nothing to follow."""

    def set_unit(self, intent: i.SetUnit) -> None:
        """Choose nanometres or micrometres."""
        unit = "µm" if intent.unit == "µm" else "nm"
        self.bench.settings.change(wavelength_unit=unit)
        self.bench.show(unit=unit)

    def paint(self, intent: i.PaintBands) -> None:
        """Leave bands out, or take them in again."""
        cube = self.bench.document.cube
        if cube is None:
            return
        first, last = (
            max(min(intent.first, intent.last), 0),
            min(max(intent.first, intent.last), cube.bands - 1),
        )
        bad = _bad(cube)
        bad[first : last + 1] = intent.bad
        self._use(bad, f"{'Leave out' if intent.bad else 'Take in'} {_bands_in_words(cube, first, last)}")

    def leave_out(self, intent: i.LeaveOut) -> None:
        """Leave out bands that a message named."""
        cube = self.bench.document.cube
        if cube is None or not all(0 <= band < cube.bands for band in intent.bands):
            return
        bad = _bad(cube)
        bad[list(intent.bands)] = True
        self._use(bad, f"Leave out {len(intent.bands)} band{'s' if len(intent.bands) > 1 else ''}")
        if intent.then is not None:
            self.bench.send(intent.then)

    def _use(self, bad: NDArray[np.bool_], label: str) -> None:
        """Use the bands that are not bad."""
        bench, document = self.bench, self.bench.document
        cube = document.cube
        if cube is None or np.array_equal(bad, _bad(cube)):
            return
        other = cube.with_bad_bands(bad)
        if not other.good_bands.any():
            raise InputError("No band would be left.")
        missing = [e for e in document.endmembers if not np.isfinite(e.spectrum[other.good_bands]).all()]
        if not missing:
            self._apply(label, document, other, {})
        elif all(e.source.kind == "pixel" for e in missing):
            # A pixel's values in these bands are in the file.
            bench.start(
                "glance",
                "Reading spectra",
                _read(cube, missing),
                lambda spectra: self._apply(label, document, other, spectra),
            )
        else:
            bench.history.apply(label, replace(document, cube=other))
            text = "The endmembers have no values in these bands, so the result stays as it was."
            bench.say(f"{text} Unmix again to use them.", [("Unmix", i.Unmix())])

    def _apply(
        self, label: str, document: Document, cube: Cube, spectra: dict[int, NDArray[np.float64]]
    ) -> None:
        """Use other bands, and have the abundances solved again."""
        if self.bench.document is not document:
            raise InputError("Something else was changed meanwhile; please paint again.")
        members = tuple(
            replace(e, spectrum=spectra[k]) if (k := id(e.spectrum)) in spectra else e
            for e in document.endmembers
        )
        result = document.unmixing
        if result is not None:
            result = replace(result, provisional=True)
        self.bench.history.apply(label, replace(document, cube=cube, endmembers=members, unmixing=result))


def _bad(cube: Cube) -> NDArray[np.bool_]:
    return np.zeros(cube.bands, dtype=bool) if cube.bad_bands is None else cube.bad_bands.copy()


def made_with_other_bands(document: Document) -> bool:
    """Whether a document's result was made with other bands than are used now."""
    result, cube = document.unmixing, document.cube
    if result is None or cube is None or result.provisional:
        return False
    return not np.array_equal(result.used_bands, cube.good_bands)


def bands_in_words(cube: Cube, chosen: NDArray[np.bool_], most: int = 4) -> str:
    """Name bands by their wavelengths, or their numbers from 1; of many ranges the first few."""
    parts = [_bands_in_words(cube, first, last) for first, last in runs(chosen)]
    return ", ".join(parts[:most]) + (", …" if len(parts) > most else "")


def _bands_in_words(cube: Cube, first: int, last: int) -> str:
    if cube.wavelengths is None:
        return f"band {first + 1}" if first == last else f"bands {first + 1} to {last + 1}"
    low, high = sorted((cube.wavelengths[first], cube.wavelengths[last]))
    return f"{low:.0f} nm" if first == last else f"{low:.0f} to {high:.0f} nm"


def _read(cube: Cube, members: list[Endmember]) -> Generator[None, None, dict[int, NDArray[np.float64]]]:
    found = {}
    for member in members:
        yield None
        line, sample = member.source.line, member.source.sample
        if line is not None and sample is not None:
            found[id(member.spectrum)] = cube.spectrum(line, sample).astype(np.float64)
    return found
