"""Bands painted out and in; the unit of the wavelength axis."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import InputError
from hsunmix.gui import commands as cmd
from hsunmix.gui.spectra.state import SpectraState
from hsunmix.gui.state.channels import QUIET_IN_TURN
from hsunmix.gui.state.store import Store
from hsunmix.model.band_ranges import in_words
from hsunmix.model.cube import Cube
from hsunmix.model.spectra import Endmember
from hsunmix.session.document import Document
from hsunmix.session.members import check_values

__all__ = ["Controller"]

CHANNELS = {"bands": QUIET_IN_TURN}

# By the identity of a spectrum: itself, so that no other one gets its place in memory, and what was read
Known = dict[int, tuple[NDArray[np.float64], NDArray[np.float64]]]


class Controller:
    """Changes which bands are used; the maps follow where the endmembers have values in them."""

    def __init__(self, store: Store) -> None:
        self.store = store
        store.show(SpectraState, unit=store.settings.preferences.wavelength_unit)
        store.handle(cmd.PaintBands, self.paint)
        store.handle(cmd.LeaveOut, self.leave_out)
        store.handle(cmd.SetUnit, self.set_unit)

    def changed(self, old: Document, new: Document) -> None:
        """Nothing to follow."""

    def set_unit(self, command: cmd.SetUnit) -> None:
        """Choose nanometres or micrometres."""
        unit = "µm" if command.unit == "µm" else "nm"
        self.store.settings.change(wavelength_unit=unit)
        self.store.show(SpectraState, unit=unit)

    def paint(self, command: cmd.PaintBands) -> None:
        """Leave bands out, or take them in again."""
        cube = self.store.document.cube
        if cube is None:
            return
        first, last = (
            max(min(command.first, command.last), 0),
            min(max(command.first, command.last), cube.bands - 1),
        )
        chosen = np.zeros(cube.bands, dtype=bool)
        chosen[first : last + 1] = True
        what = "" if cube.wavelengths is not None else "band " if first == last else "bands "
        label = f"{'Leave out' if command.bad else 'Take in'} {what}{in_words(chosen, cube.wavelengths)}"
        self._use(range(first, last + 1), command.bad, label, {})

    def leave_out(self, command: cmd.LeaveOut) -> None:
        """Leave out bands that a message named."""
        cube = self.store.document.cube
        if cube is None or not all(0 <= band < cube.bands for band in command.bands):
            return
        label = f"Leave out {len(command.bands)} band{'s' if len(command.bands) > 1 else ''}"
        self._use(command.bands, True, label, {})
        if command.then is not None:
            self.store.send(command.then)

    def _use(self, bands: Sequence[int], bad: bool, label: str, known: Known) -> None:
        """Leave bands out or take them in; ``known`` are values of endmembers that were read for it."""
        store, document = self.store, self.store.document
        cube = document.cube
        if cube is None:
            return
        if store.channels["bands"].busy:  # in turn
            store.start("bands", label, _read(cube, []), lambda _: self._use(bands, bad, label, {}), of=cube)
            return
        all_bad = _bad(cube)
        all_bad[list(bands)] = bad
        if np.array_equal(all_bad, _bad(cube)):
            return
        other = cube.with_bad_bands(all_bad)
        if not other.good_bands.any():
            raise InputError("No band would be left.")
        members = [
            replace(e, spectrum=known[id(e.spectrum)][1]) if id(e.spectrum) in known else e
            for e in document.endmembers
        ]
        missing = [e for e in members if not np.isfinite(e.spectrum[other.good_bands]).all()]
        read = [id(values) for _, values in known.values()]
        # A pixel's values in these bands are in the file.
        readable = all(e.source.kind == "pixel" and id(e.spectrum) not in read for e in missing)
        if missing and readable:
            store.start(
                "bands",
                label,
                _read(cube, missing),
                lambda found: self._use(bands, bad, label, {**known, **found}),
                of=cube,
            )
        elif not missing:
            self._apply(label, members, other)
        elif document.unmixing is None or document.unmixing.provisional:
            check_values(members, other)
        else:
            store.history.apply(label, replace(document, cube=other))
            text = "The endmembers have no values in these bands, so the result stays as it was."
            store.say(f"{text} Unmix again to use them.", [("Unmix", cmd.Unmix())])

    def _apply(self, label: str, members: list[Endmember], cube: Cube) -> None:
        """Use other bands, and have the abundances solved again."""
        document = self.store.document
        result = document.unmixing
        if result is not None:
            result = replace(result, provisional=True)
        new = replace(document, cube=cube, endmembers=tuple(members), unmixing=result)
        self.store.history.apply(label, new)


def _bad(cube: Cube) -> NDArray[np.bool_]:
    return np.zeros(cube.bands, dtype=bool) if cube.bad_bands is None else cube.bad_bands.copy()


def _read(cube: Cube, members: list[Endmember]) -> Generator[None, None, Known]:
    found = {}
    for member in members:
        yield None
        line, sample = member.source.line, member.source.sample
        if line is not None and sample is not None:
            found[id(member.spectrum)] = (member.spectrum, cube.spectrum(line, sample).astype(np.float64))
    return found
