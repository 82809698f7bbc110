"""Spectral libraries: an input of their own, brought to a scene's bands and units."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import InputError
from hsunmix.model.band_ranges import numbered
from hsunmix.model.hapke import Hapke
from hsunmix.model.library_on_bands import MAX_FILLED, filled, lacking, on_bands, some_pixels
from hsunmix.model.scales import Scale, between
from hsunmix.model.spectra import Source, Spectra

if TYPE_CHECKING:
    from hsunmix.model.cube import Cube

__all__ = ["Library", "LibraryFile", "classes_of", "joined", "material"]

NAMED = 3  # spectra named in a sentence

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class LibraryFile:
    """Where given spectra came from: enough to find them again, and to tell whether they are the same.

    Attributes
    ----------
    path : str
        Absolute; ``builtin`` for the library that comes with the program; empty where the spectra were an
        array.
    sha256 : str
        Of the file that holds the numbers; empty for a folder.
    factor : float
        By what its values were multiplied to be in the scene's units.
    names, classes, colours : tuple of str
        Of the spectra, in their order; no classes and colours where the file has none.
    """

    path: str
    sha256: str = ""
    factor: float = 1.0
    names: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    colours: tuple[str, ...] = ()

    def source(self, k: int) -> Source:
        """Where a spectrum comes from, in an analyst's words."""
        times = "" if self.factor == 1 else f", × {self.factor:g} to the scene's units"
        return Source("library", text=f"{self.names[k]} of {Path(self.path).name}{times}")


@dataclass(frozen=True, eq=False, repr=False)
class Library(Spectra):
    """A spectral library that is given to a method: all of ``Spectra``, and what became of it.

    Attributes
    ----------
    sha256 : str
        Of the file that holds the numbers; empty for a folder.
    factor : float or None
        By what the file's values were multiplied to be in a scene's units; None until ``on`` has done it.
    colours : tuple of str
        ``#rrggbb`` for each spectrum, where a session gave them; else empty.
    """

    sha256: str = ""
    factor: float | None = None
    colours: tuple[str, ...] = ()

    @classmethod
    def of(cls, spectra: Spectra, sha256: str = "", colours: tuple[str, ...] = ()) -> Library:
        """Make a library of spectra."""
        kept = {f.name: getattr(spectra, f.name) for f in fields(Spectra)}
        return cls(**kept, sha256=sha256, colours=colours)

    def __len__(self) -> int:
        return len(self.names)

    @property
    def spectra(self) -> Matrix:
        """The spectra as columns, (bands, spectra), as methods take them."""
        return self.values.T

    @property
    def file(self) -> LibraryFile:
        """Where it came from, for records."""
        factor = 1.0 if self.factor is None else self.factor
        return LibraryFile(self.path, self.sha256, factor, self.names, self.classes, self.colours)

    def pick(self, *wanted: int | str) -> Library:
        """Return some of the spectra: by number from 0, by name, or all of a class.

        Raises
        ------
        InputError
            There is no such spectrum or class.
        """
        chosen: list[int] = []
        for one in wanted:
            chosen += [k for k in self._places(one) if k not in chosen]

        def some(entries: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(entries[k] for k in chosen) if entries else ()

        return replace(
            self,
            values=self.values[chosen],
            names=some(self.names),
            classes=some(self.classes),
            colours=some(self.colours),
            origins=some(self.origins),
        )

    def _places(self, wanted: int | str) -> list[int]:
        if isinstance(wanted, str):
            found = [k for k, name in enumerate(self.names) if name == wanted]
            found = found or [k for k, name in enumerate(self.classes) if name == wanted]
        else:
            found = [int(wanted)] if 0 <= wanted < len(self) else []
        if not found:
            raise InputError(f"{self.label} has no spectrum and no class {wanted!r}")
        return found

    def on(self, cube: Cube, factor: float | None = None) -> Library:
        """Bring the library to a cube's bands and units.

        One factor holds for the whole library, so that bright spectra stay brighter than dark ones. A
        library that was brought to a scene's units keeps them.

        Parameters
        ----------
        cube : Cube
        factor : float, optional
            By what the values are to be multiplied; told from the values of both, unless given.

        Returns
        -------
        Library
            Values NaN where a band has no value, and the notes say of which spectra; see ``endmembers``.

        Raises
        ------
        InputError
            It can't be brought there: it has no wavelengths, or the cube has none, and other bands.
        """
        if factor is not None and not (np.isfinite(factor) and factor > 0):
            raise InputError(f"spectra can't be multiplied by {factor:g}: a factor is above zero")
        one, notes = on_bands(self, cube)
        scale = self._scale(one, cube, factor)
        if scale.sentence:
            notes.append(f"{self.label}: {scale.sentence}.")
        before = 1.0 if self.factor is None else self.factor
        values = one.values if scale.factor == 1 else one.values * scale.factor
        if cube.transform and self.factor is None:
            values = np.asarray(Hapke.read(cube.transform).albedo(values), dtype=np.float64)
            notes.append(f"{self.label}: its spectra were taken for reflectance and made albedo.")
        brought = replace(
            one, values=values, wavelengths=cube.wavelengths, fwhm=cube.fwhm, factor=before * scale.factor
        )
        said = [f"{self.label}: {note}" for note in self.notes if self.factor is None]
        said += self.notes if self.factor is not None else ()
        return replace(brought, notes=(*said, *notes, *brought._gaps(cube.good_bands)))

    def _scale(self, one: Spectra, cube: Cube, factor: float | None) -> Scale:
        if factor is not None:
            before = 1.0 if self.factor is None else self.factor
            said = "" if factor == 1 else f"multiplied by {factor:,g}, as asked"
            return Scale(factor / before, said)
        if self.factor is not None:
            return Scale()
        good = cube.good_bands
        return between(one.values[:, good], some_pixels(cube)[:, good])

    def _gaps(self, good: NDArray[np.bool_]) -> list[str]:
        """Say which spectra have no value in bands that are used, and in how many."""
        missing = (~np.isfinite(self.values) & good).sum(axis=1)
        said = []
        for number in sorted({int(k) for k in missing if k}):
            who = _named([name for name, k in zip(self.names, missing, strict=True) if k == number])
            few = number <= MAX_FILLED * good.sum()
            what = ": filled in from the bands around" if few else ""
            said.append(f"{who} no value in {number} of the {int(good.sum())} bands used{what}.")
        return said

    def endmembers(self, cube: Cube) -> Matrix:
        """Return the spectra as endmembers of a cube, (bands, spectra): a value in every band that is used.

        The library is one that ``on`` has brought to the cube. Up to a tenth of a spectrum's bands is
        filled in from their neighbours.

        Raises
        ------
        InputError
            A spectrum lacks more; the message says which bands to choose.
        """
        good = cube.good_bands
        gaps = np.stack([lacking(values, good) for values in self.values])
        short = [name for name, row in zip(self.names, gaps, strict=True) if row.any()]
        if short:
            missing, left = gaps.any(axis=0), good & ~gaps.any(axis=0)
            way = "no band would be left without them: choose other spectra"
            if left.any():
                choice = numbered(left).removeprefix("all,")
                way = f'leave those out with --bands "{choice}" (bands= in Python), or choose other spectra'
            raise InputError(
                f"{self.label}: {_named(short)} no values in {int(missing.sum())} of the "
                f"{int(good.sum())} bands used: {way}"
            )
        # A band that seems to hold no data may prove to be measured: it keeps its values.
        bad = np.zeros_like(good) if cube.bad_bands is None else cube.bad_bands
        whole = [
            np.where(good, filled(values, good, name), np.where(bad, np.nan, values))
            for name, values in zip(self.names, self.values, strict=True)
        ]
        return np.stack(whole, axis=1)

    def usable(self, cube: Cube) -> Library:
        """Return the spectra that a method can choose from: those that lack too many bands are left out.

        The notes name them. The library is one that ``on`` has brought to the cube.

        Raises
        ------
        InputError
            None is left.
        """
        short = [k for k, values in enumerate(self.values) if lacking(values, cube.good_bands).any()]
        if len(short) == len(self):
            raise InputError(f"{self.label}: no spectrum has values in enough of the bands used")
        whole = self.pick(*(k for k in range(len(self)) if k not in short)) if short else self
        if short:
            said = f"{self.label}: {_named([self.names[k] for k in short])} too few values: left out."
            whole = replace(whole, notes=(*self.notes, said))
        return replace(whole, values=whole.endmembers(cube).T)


def joined(libraries: Sequence[Library]) -> Library:
    """Put libraries on the same bands behind each other; their classes stay, and which file each is of."""
    every = [(one, k) for one in libraries for k in range(len(one))]
    classes = tuple(one.classes[k] if one.classes else "" for one, k in every)
    return Library(
        np.concatenate([one.values for one in libraries]),
        tuple(one.names[k] for one, k in every),
        libraries[0].wavelengths,
        libraries[0].fwhm,
        notes=tuple(note for one in libraries for note in one.notes),
        classes=classes if any(classes) else (),
        origins=tuple(one.label for one, _ in every),
        factor=1.0,
    )


def classes_of(libraries: Sequence[Library]) -> tuple[str, ...]:
    """Return the class of each spectrum: as the library says, else its file, where there are several.

    In a single file without classes it is the material that the spectrum's name begins with. Classes that
    differ only in small and capital letters are one.
    """
    every = [(one, k) for one in libraries for k in range(len(one))]
    files = [one.origins[k] if one.origins else one.label for one, k in every]
    several = len(set(files)) > 1
    spelt: dict[str, str] = {}
    found = []
    for (one, k), file in zip(every, files, strict=True):
        own = one.classes[k].strip() if one.classes else ""
        name = own or (Path(file).stem if several else material(one.names[k]))
        found.append(spelt.setdefault(name.casefold(), name))
    return tuple(found)


def material(name: str) -> str:
    """Return the words of a library's name before the number of its sample: "Kaolinite CM9" is kaolinite."""
    words = name.split()
    count = next((k for k, word in enumerate(words) if k and re.search(r"\d|^[A-Z]{2}", word)), len(words))
    return " ".join(words[:count])


def _named(names: Sequence[str]) -> str:
    """Name the first of some spectra, and say that they have."""
    some = ", ".join(names[:NAMED])
    if len(names) == 1:
        return f"{some} has"
    return f"{some}{' …' if len(names) > NAMED else ''} ({len(names)} spectra) have"
