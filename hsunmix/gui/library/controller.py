"""Spectral libraries: what the endmembers are like, and endmembers from them."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QTimer

from hsunmix.errors import FileError, InputError
from hsunmix.gui import commands as cmd
from hsunmix.gui.library.prompts import LibraryEntries, LibraryFile, Matches
from hsunmix.gui.library.state import Compared, LibraryState, Likeness, Subject
from hsunmix.gui.state.channels import IN_TURN, QUIET, QUIET_IN_TURN
from hsunmix.gui.state.documents import same_bands
from hsunmix.gui.state.store import Store
from hsunmix.model.cube import Cube
from hsunmix.model.library_on_bands import filled, lacking, merge_libraries
from hsunmix.model.matching import METRICS, Match, rank
from hsunmix.model.scales import to_brightness
from hsunmix.model.spectra import Endmember, Source, Spectra
from hsunmix.model.wording import sentences
from hsunmix.session.document import Document

__all__ = ["Controller"]

CHANNELS = {"read library": IN_TURN, "match": QUIET, "pick": QUIET_IN_TURN}

PAUSE = 250  # milliseconds after an edit: while edits follow each other nobody asks
TOP = 5  # matches that are remembered of every metric

Found = tuple[Spectra, tuple[Likeness, ...]]


class Controller:
    """Keeps the libraries on the cube's bands, and looks the endmembers up in them."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._timer = QTimer(store)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE)
        self._timer.timeout.connect(lambda: store.attempt(self._look_up))
        store.handle(cmd.OpenLibrary, self.open)
        store.handle(cmd.CloseLibraries, self.close)
        store.handle(cmd.AddFromLibrary, self.add)
        store.handle(cmd.ShowMatches, self.show_matches)
        store.handle(cmd.Compare, self.compare)

    def changed(self, old: Document, new: Document) -> None:
        """Look new spectra up; bring the libraries to the bands of another cube."""
        store = self.store
        if _pixels(old) is not _pixels(new):
            store.channels["match"].cancel()
            store.show(LibraryState, library=None, likenesses=(), compared=None)
        elif not same_bands(old.cube, new.cube) and new.endmembers:
            self._timer.start()  # they are compared in the bands that are used
        known = {id(likeness.spectrum) for likeness in store.state[LibraryState].likenesses}
        if any(id(e.spectrum) not in known for e in new.endmembers):
            self._timer.start()
        compared = store.state[LibraryState].compared
        if compared is not None and all(e.spectrum is not compared.spectrum for e in new.endmembers):
            store.show(LibraryState, compared=None)

    def open(self, command: cmd.OpenLibrary) -> None:
        """Use another library as well."""
        store = self.store
        known = store.settings.preferences
        path = command.path or store.ask(LibraryFile(known.library_folder or known.open_folder))
        if path is None:
            return

        def work() -> Generator[None, None, Spectra]:
            from hsunmix.formats import open_spectra

            yield
            return open_spectra(path)

        def done(library: Spectra) -> None:
            others = tuple(p for p in store.settings.preferences.libraries if p != str(path))
            store.settings.change(libraries=(*others, str(path)), library_folder=str(path.parent))
            offer = [("Add its spectra…", cmd.AddFromLibrary(origin=library.label))]
            told = f"{path.name} is among the libraries now, with {_counted(len(library.names))}."
            store.say(told, offer if store.document.cube is not None else ())
            self._forget()

        store.start("read library", f"Reading {path.name}", work(), done)

    def close(self, _command: cmd.CloseLibraries) -> None:
        """Use only the library that comes with the program."""
        self.store.settings.change(libraries=())
        self._forget()

    def add(self, command: cmd.AddFromLibrary) -> None:
        """Make spectra of the library endmembers."""

        def then(library: Spectra) -> None:
            asked = _pixels(self.store.document)
            entries, factor, leave = command.entries, command.factor, False
            cube = self.store.document.cube
            if not entries and cube is not None:
                entries, factor, leave = self.store.ask(
                    LibraryEntries(library, cube.good_bands, command.origin)
                )
            cube = self.store.document.cube  # while the dialog was open, a mask may have changed, or maps
            if cube is None or cube.pixels is not asked:
                return
            gaps = {entry: lacking(library.values[entry], cube.good_bands) for entry in entries}
            whole = [entry for entry in entries if not gaps[entry].any()]
            if whole:
                self._add(library, whole, cube, factor)
            if len(whole) < len(entries):
                lacking_ones = {entry: gaps[entry] for entry in entries if gaps[entry].any()}
                self._offer_bands(library, lacking_ones, cube, factor, leave=leave)

        self._with_library(then)

    def _add(self, library: Spectra, entries: list[int], cube: Cube, factor: float | None) -> None:
        """Add spectra in one change, multiplied by what the analyst said or else their library needs."""
        added = []
        for entry in entries:
            name = library.names[entry]
            spectrum = filled(library.values[entry], cube.good_bands, name)
            own = 1.0 if library.factors is None else float(library.factors[entry])
            times = own if factor is None else factor
            text = name if times == 1 else f"{name}, × {times:g} to the scene's units"
            added.append(Endmember(name, times * spectrum, source=Source("library", text=text)))
        label = f"Add {added[0].name}" if len(added) == 1 else f"Add {len(added)} spectra of the library"
        self.store.send(cmd.AddEndmembers(tuple(added), label))

    def _offer_bands(
        self,
        library: Spectra,
        gaps: dict[int, NDArray[np.bool_]],
        cube: Cube,
        factor: float | None,
        *,
        leave: bool,
    ) -> None:
        """Say which spectra have too many gaps for this scene, and what can be done; or do it where asked."""
        bands = np.flatnonzero(np.logical_or.reduce(list(gaps.values())))
        names = [library.names[entry] for entry in gaps]
        who = f"{names[0]} has" if len(names) == 1 else f"{len(names)} spectra ({names[0]}, …) have"
        text = f"{who} no values in {len(bands)} of the {int(cube.good_bands.sum())} bands used."
        if len(bands) == cube.good_bands.sum():
            self.store.say(f"{text} No band would be left without them: choose other spectra.")
            return
        without = cmd.LeaveOut(tuple(bands.tolist()), cmd.AddFromLibrary(tuple(gaps), factor))
        if leave:
            self.store.send(without)
            return
        self.store.say(
            f"{text} They can be endmembers of this scene when those bands are left out.",
            [(f"Leave out {len(bands)} bands and add", without)],
            about="gaps",
        )

    def show_matches(self, command: cmd.ShowMatches) -> None:
        """Show what is most like an endmember; what comes of it is the analyst's choice."""
        store, asked = self.store, self.store.document
        index = command.index if command.index >= 0 else asked.view.endmember
        if asked.cube is None or not index < len(asked.endmembers):
            return
        member, pixels = asked.endmembers[index], asked.cube.pixels

        def compare(entry: int) -> None:
            store.send(cmd.Compare(_place_of(member, store.document), entry))

        def then(library: Spectra) -> None:
            document = store.document
            assert document.cube is not None  # its scene is open
            now = document.endmembers[_place_of(member, document)]
            answer = store.ask(
                Matches(Subject(now.name, now.spectrum, library, document.cube.good_bands), compare)
            )
            if answer is None or _pixels(store.document) is not pixels:
                return
            what, entry = answer
            if what == "name":
                store.send(cmd.Rename(_place_of(member, store.document), library.names[entry]))
            else:
                store.send(cmd.AddFromLibrary((entry,)))

        self._with_library(then)

    def compare(self, command: cmd.Compare) -> None:
        """Draw a spectrum of the library over an endmember."""
        store, library = self.store, self.store.state[LibraryState].library
        members = store.document.endmembers
        inside = library is not None and 0 <= command.entry < len(library.names)
        if library is None or not inside or not 0 <= command.index < len(members):
            store.show(LibraryState, compared=None)
            return
        spectrum = members[command.index].spectrum
        values = to_brightness(library.values[command.entry], spectrum)
        store.show(LibraryState, compared=Compared(spectrum, library.names[command.entry], values))

    def _look_up(self) -> None:
        store, document = self.store, self.store.document
        cube = document.cube
        if cube is None or not document.endmembers:
            return
        if store.state.running is not None or any(
            store.channels[channel].busy for channel in ("preview_solve", "match", "pick")
        ):
            self._timer.start()  # later
            return

        def done(found: Found) -> None:
            if same_bands(store.document.cube, cube):
                store.show(LibraryState, library=found[0], likenesses=found[1])
            else:
                self._timer.start()

        known = store.state[LibraryState].library
        work = _look_up(cube, known, document.endmembers, store.settings.preferences.libraries)
        store.start("match", "Looking endmembers up", work, done, of=cube)

    def _with_library(self, then: Callable[[Spectra], None]) -> None:
        """Get the libraries on the cube's bands, at once or when they have been read."""
        store, cube = self.store, self.store.document.cube
        if cube is None:
            return
        library = store.state[LibraryState].library
        if library is not None:
            then(_some(library, cube))
            return

        def done(found: Found) -> None:
            store.show(LibraryState, library=found[0], likenesses=found[1])
            if found[0].notes:
                store.say(sentences(found[0].notes))
            then(_some(found[0], cube))

        members, paths = store.document.endmembers, store.settings.preferences.libraries
        store.start("pick", "Reading the libraries", _look_up(cube, None, members, paths), done, of=cube)

    def _forget(self) -> None:
        self.store.show(LibraryState, library=None, likenesses=(), compared=None)
        self._timer.start()


def _place_of(member: Endmember, document: Document) -> int:
    """Return where an endmember is now.

    Raises
    ------
    InputError
        It is gone.
    """
    for k, other in enumerate(document.endmembers):
        if other.spectrum is member.spectrum:
            return k
    raise InputError(f"{member.name} is no longer among the endmembers, so nothing was done.")


def _some(library: Spectra, cube: Cube) -> Spectra:
    """Return a library that has spectra for a cube.

    Raises
    ------
    InputError
        It has none; the message says why.
    """
    if library.names:
        return library
    if cube.wavelengths is None:
        raise InputError(
            f"{cube.name} has no wavelengths, by which spectra of the library could be laid on it. A library "
            f"of just its {cube.bands} bands can be used: Library ▸ Open a library."
        )
    raise InputError(f"No spectrum of the library covers the wavelengths of {cube.name}.")


def _pixels(document: Document) -> object:
    return None if document.cube is None else document.cube.pixels


def _look_up(
    cube: Cube, library: Spectra | None, members: tuple[Endmember, ...], paths: tuple[str, ...]
) -> Generator[None, None, Found]:
    if library is None:
        library = yield from _libraries(cube, paths)
    if not members or not library.names:
        return library, tuple(Likeness(e.spectrum, {}) for e in members)
    columns = np.stack([e.spectrum for e in members], axis=1)
    ranked: dict[str, list[list[Match]]] = {}
    for metric in METRICS:
        ranked[metric] = rank(columns, library, metric, cube.good_bands, TOP)
        yield None
    found = [
        Likeness(member.spectrum, {metric: tuple(rows[k]) for metric, rows in ranked.items()})
        for k, member in enumerate(members)
    ]
    return library, tuple(found)


def _libraries(cube: Cube, paths: tuple[str, ...]) -> Generator[None, None, Spectra]:
    """Read the built-in library and the analyst's; what can't be read is left out and noted."""
    from hsunmix.formats import builtin_library, open_spectra

    libraries, notes = [builtin_library()], []
    for path in paths:
        yield None
        try:
            libraries.append(open_spectra(Path(path)))
        except FileError as error:
            notes.append(f"{error}.")
    yield None
    library = merge_libraries(libraries, cube)
    return replace(library, notes=(*notes, *library.notes))


def _counted(spectra: int) -> str:
    return "1 spectrum" if spectra == 1 else f"{spectra} spectra"
