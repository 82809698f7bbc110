"""Unmixing, and the estimate of how many endmembers there are."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsunmix.gui import commands as cmd
from hsunmix.gui.run.state import RunState
from hsunmix.gui.state.channels import SHOWN
from hsunmix.gui.state.documents import abundance_of
from hsunmix.gui.state.means import means
from hsunmix.gui.state.scenes import is_huge, resources_of, size_told
from hsunmix.gui.state.store import Store
from hsunmix.methods import RankEstimate, find, get
from hsunmix.methods.running import pipeline
from hsunmix.methods.running.footprint import of_run
from hsunmix.methods.shared.noisy_bands import noisy_bands
from hsunmix.methods.shared.screening import without_noise
from hsunmix.model.band_ranges import in_words
from hsunmix.model.cube import Cube
from hsunmix.model.library import Library
from hsunmix.model.progress import Step
from hsunmix.model.spectra import Endmember
from hsunmix.model.unmixing import RunInputs, Unmixing
from hsunmix.session.document import Document, RunSettings
from hsunmix.session.libraries import open_library, paths_for
from hsunmix.session.members import check_values, free_name, places, same_spectra
from hsunmix.session.reproduce import read_weights
from hsunmix.session.runs import record_run, request_of, solved_only, with_libraries

__all__ = ["Controller", "libraries_of"]

CHANNELS = {"run": SHOWN, "rank": SHOWN}

Found = tuple[Unmixing, tuple[int, ...]]


class Controller:
    """Runs methods."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._chosen = False  # the number of endmembers, by the analyst
        self._waiting = False  # to unmix, for the estimate of it
        self._proposed: tuple[object, NDArray[np.bool_]] = (None, np.zeros(0, dtype=bool))  # to leave out
        store.handle(cmd.SetRun, self.set_run)
        store.handle(cmd.Unmix, self.unmix)
        store.handle(cmd.UseEndmembers, self.use_endmembers)
        store.handle(cmd.EstimateRank, self.estimate)
        store.handle(cmd.CancelWork, self.cancel)

    def changed(self, old: Document, new: Document) -> None:
        """Begin with a cube that was opened; one that isn't huge is loaded, and the number estimated."""
        if new.endmembers is not old.endmembers:
            self.store.withdraw("replaced")  # Undo would take something else back now
        if new.cube is old.cube:
            return
        self.store.withdraw("noise")
        self._chosen, self._waiting = new.settings.rank != RunSettings().rank, False
        if self.store.state.running is not None:
            same = new.cube is not None and old.cube is not None and new.cube.pixels is old.cube.pixels
            what = "other pixels or bands are used now" if same else "another scene was opened"
            self.store.note(f"The unmixing under way was cancelled: {what}.")
        self.store.cancel("run", "rank")
        self.store.scenes.expect(new.cube)
        self.store.show(RunState, estimate=None)
        self.store.withdraw("size")
        if new.cube is None:
            return
        if not is_huge(new.cube, self.store.settings):
            self._estimate(new.cube, asked=False)
        elif told := size_told(new.cube, self.store.settings):
            self.store.say(f"Larger than the free memory. To be unmixed, {told}.", about="size")

    def set_run(self, command: cmd.SetRun) -> None:
        """Remember what the run panel says; another constraint holds for the result there is as well."""
        document = self.store.document
        abundance, before = command.settings.abundance, document.settings.abundance
        self._chosen |= command.settings.rank != document.settings.rank
        settings = self._without_weights(command.settings)
        self.store.history.amend(replace(document, settings=settings))
        result = document.unmixing
        if result is not None and abundance not in ("", before, result.abundance):
            self.store.send(cmd.SolveAgain(abundance))

    def _without_weights(self, settings: RunSettings) -> RunSettings:
        """Leave weights out that a method takes none of, and say so: a run of it would be refused."""
        entry = find(settings.method, "factorization", "extraction")
        if settings.weights is None or entry is None or entry.traits.takes_weights:
            return settings
        name = Path(settings.weights.path).name
        self.store.note(f"{entry.title} takes no weights: those of {name} were left out.")
        return replace(settings, weights=None)

    def unmix(self, _command: cmd.Unmix) -> None:
        """Unmix; not with a placeholder for the number of endmembers while that is being estimated."""
        document = self.store.document
        cube, settings = document.cube, document.settings
        if cube is None:
            return
        if "rank" in self.store.state.tasks and self._is_placeholder(document):
            self._waiting = True
            self.store.say("Unmixing starts as soon as the number of endmembers has been estimated.")
            return
        locked = tuple(e for e in document.endmembers if e.locked)
        title = get(settings.method, "factorization", "extraction").title

        def done(found: Found) -> None:
            result, columns = found
            if self.store.document.cube is cube:
                document = _with_bands_of(self.store.document, result)
                new = record_run(document, result, settings, columns)
                new = _with_locked(new, _as_they_are(locked, self.store.document), columns)
                replaced = _by_hand(self.store.document)
                self.store.history.apply(f"Unmix ({title}, r = {result.rank})", new)
                if replaced:
                    self._tell_of(replaced)

        self.store.close_message()
        self.store.start("run", "Unmixing", self._work(cube, settings, locked), done, of=cube)

    def _work(
        self, cube: Cube, settings: RunSettings, locked: tuple[Endmember, ...]
    ) -> Generator[Step | None, None, Found]:
        request = request_of(settings, np.stack([e.spectrum for e in locked], axis=1) if locked else None)
        request = with_libraries(request, libraries_of(self.store, settings, cube))
        if settings.weights is not None:
            values, origin = read_weights(Path(settings.weights.path), cube)
            request = replace(request, weights=values, weights_from=origin)
        taken = of_run(cube, request, resources_of(self.store.settings))
        if settings.weights is not None or taken.way == "scratch":
            # What weights call missing costs no pixel; what is read again and again is laid out first.
            scene = yield from pipeline.load_for(cube, request, taken)
        else:
            scene = yield from self.store.scenes.scene(cube)
        result = yield from pipeline.unmix(scene, request)
        means(result)
        return result, tuple(request.locked)

    def use_endmembers(self, _command: cmd.UseEndmembers) -> None:
        """Find only the abundances of the endmembers there are; a run that is kept as others are."""
        asked = self.store.document
        cube, members = asked.cube, asked.endmembers
        if cube is None or not members:
            return
        check_values(members, cube)
        method = abundance_of(asked)

        def work() -> Generator[Step | None, None, Unmixing]:
            scene = yield from self.store.scenes.scene(cube)
            own = asked.settings.choice("abundance", method)
            spectra = np.stack([e.spectrum for e in members], axis=1)
            sure = asked.settings.uncertainty
            found = yield from pipeline.solve(scene, spectra, own, uncertainty=sure)
            places_of = places(members, scene.shape)
            result = replace(found, source_pixels=places_of, asked=RunInputs(own, uncertainty=sure))
            means(result)
            return result

        def done(result: Unmixing) -> None:
            now = self.store.document
            if not same_spectra(asked, now):
                self.store.say("The endmembers were changed in the meantime: the run was dropped.")
                return
            title = f"{get(method, 'abundance').title} of these endmembers"
            self.store.history.apply(title, record_run(now, result, members=now.endmembers))

        self.store.show(message=None)
        self.store.start("run", "Solving for abundances", work(), done, of=cube)

    def estimate(self, _command: cmd.EstimateRank) -> None:
        """Estimate how many endmembers there are."""
        if self.store.document.cube is not None:
            self._estimate(self.store.document.cube, asked=True)

    def _estimate(self, cube: Cube, asked: bool) -> None:
        settings = self.store.document.settings
        choice = settings.choice("rank", settings.estimate)

        def work() -> Generator[Step | None, None, tuple[RankEstimate, NDArray[np.bool_]]]:
            scene = yield from (self.store.scenes.scene(cube) if asked else self.store.ahead(cube))
            noisy = yield from noisy_bands(scene)
            return (yield from pipeline.estimate_rank(scene, choice)), noisy

        def done(found: tuple[RankEstimate, NDArray[np.bool_]]) -> None:
            if self.store.document.cube is cube:
                estimate, noisy = found
                self.store.show(RunState, estimate=estimate)
                if not asked:
                    self._propose(estimate.rank)
                self._go_on()
                if noisy.any() and (asked or not self._declined(cube, noisy)):
                    self._tell_of_noise(cube, noisy)

        def failed(error: BaseException) -> None:
            # Nobody asked for the first one, so its failure is no message: Unmix will say the same.
            if asked:
                self.store.fail(error)
            self._go_on()

        def cancelled() -> None:
            self._waiting = False
            if self._is_placeholder(self.store.document):
                self.store.say(
                    f"The estimate was cancelled, so {self.store.document.settings.rank} endmembers is a "
                    "placeholder. Choose a number, or estimate it.",
                    [("Estimate", cmd.EstimateRank())],
                )

        title = "Estimating the number of endmembers"
        self.store.start("rank", title, work(), done, failed, cancelled)

    def _tell_of_noise(self, cube: Cube, noisy: NDArray[np.bool_]) -> None:
        """Propose to leave bands of noise out; they move the estimate as well."""
        bands = tuple(np.flatnonzero(noisy).tolist())
        ask = cmd.EstimateRank()
        self._proposed = (cube.pixels, noisy)
        self.store.say(
            f"{_counted(len(bands))} mostly noise: {in_words(noisy, cube.wavelengths, 4)}. Leave "
            f"{'it' if len(bands) == 1 else 'them'} out?",
            [("Leave out", cmd.LeaveOut(bands, ask))],
            about="noise",
        )

    def _declined(self, cube: Cube, noisy: NDArray[np.bool_]) -> bool:
        """Whether these bands were proposed before: another mask is no reason to ask again."""
        pixels, before = self._proposed
        return pixels is cube.pixels and bool(np.all(before[noisy]))

    def _go_on(self) -> None:
        """Unmix, where that had to wait for the estimate."""
        waiting, self._waiting = self._waiting, False
        if waiting:
            self.store.send(cmd.Unmix())

    def _is_placeholder(self, document: Document) -> bool:
        """Whether nobody has chosen or estimated the number of endmembers."""
        return not self._chosen and self.store.state[RunState].estimate is None and not document.endmembers

    def _tell_of(self, replaced: list[str]) -> None:
        """Say that a run took the places of endmembers that came by hand."""
        few = ", ".join(replaced[:3]) + (", …" if len(replaced) > 3 else "")
        self.store.say(
            f"The run replaced what you had added or changed ({few}). It is kept under Runs; lock endmembers "
            "that a run shall keep.",
            [("Undo", cmd.Undo())],
            about="replaced",
        )

    def _propose(self, rank: int) -> None:
        """Fill the estimate in, as long as nobody has chosen anything."""
        document = self.store.document
        if not self._chosen and not document.endmembers and self.store.state.running is None:
            self.store.history.amend(replace(document, settings=replace(document.settings, rank=rank)))

    def cancel(self, _command: cmd.CancelWork) -> None:
        """Cancel the newest work that was asked for; else close the message; else cancel what was not."""
        tasks = [channel for channel, task in self.store.state.tasks.items() if not task.ending]
        asked = [channel for channel in tasks if channel not in ("rank", "check")]
        if self.store.state.message is not None and not asked:
            self.store.close_message()
        elif tasks:
            self.store.cancel((asked or tasks)[-1])


def libraries_of(store: Store, settings: RunSettings, cube: Cube) -> tuple[Library, ...]:
    """Return the libraries that a run chooses from, on the scene's bands."""
    paths = paths_for(settings, store.settings.preferences.libraries)
    return tuple(open_library(path).on(cube).usable(cube) for path in paths)


def _with_bands_of(document: Document, result: Unmixing) -> Document:
    """Leave out the bands that a run found to be noise, in its own step: undo brings them back."""
    cube = document.cube
    rest = None if cube is None else without_noise(cube, result)
    return document if rest is cube else replace(document, cube=rest)


def _counted(bands: int) -> str:
    return "1 band is" if bands == 1 else f"{bands} bands are"


def _by_hand(document: Document) -> list[str]:
    """Names of the endmembers, not locked, that are in no run."""
    made = [run for run in document.runs if not run.edited and not solved_only(run)]
    known = [e.spectrum for run in made for e in run.endmembers]
    return [
        member.name
        for member in document.endmembers
        if not member.locked
        and not any(s is member.spectrum or np.array_equal(s, member.spectrum, True) for s in known)
    ]


def _as_they_are(locked: tuple[Endmember, ...], now: Document) -> tuple[Endmember, ...]:
    """Return endmembers as they are called, coloured and locked by now."""
    known = {id(member.spectrum): member for member in now.endmembers}
    return tuple(known.get(id(member.spectrum), member) for member in locked)


def _with_locked(document: Document, locked: tuple[Endmember, ...], columns: tuple[int, ...]) -> Document:
    """Give locked endmembers back their names, colours and sources; no name and no colour comes twice."""
    members = list(document.endmembers)
    for member, column in zip(locked, columns, strict=False):
        freed = members[column].colour
        members = [replace(e, colour=freed) if e.colour == member.colour else e for e in members]
        members[column] = replace(member, spectrum=members[column].spectrum)
    kept = [members[column] for column in columns]
    for k, member in enumerate(members):
        if k not in columns:
            members[k] = replace(member, name=free_name(member.name, kept))
            kept.append(members[k])
    return replace(document, endmembers=tuple(members))
