"""The maps follow the endmembers: what is looked at first, then the whole scene."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.scene import Scene
from hsunmix.errors import InputError
from hsunmix.gui import commands as cmd
from hsunmix.gui.run.state import SOLVE, STOPPED
from hsunmix.gui.state.channels import QUIET, SHOWN
from hsunmix.gui.state.documents import abundance_of, keep_looking
from hsunmix.gui.state.means import means
from hsunmix.gui.state.store import Store
from hsunmix.methods.running import pipeline
from hsunmix.methods.running.preview import Preview, PreviewRegion, Window, preview, preview_region, within
from hsunmix.model.maps import usual_maps
from hsunmix.model.progress import Step
from hsunmix.model.unmixing import Unmixing
from hsunmix.session.document import Document
from hsunmix.session.history import Entry
from hsunmix.session.members import check_values, places, same_spectra, unsolved

__all__ = ["Controller"]

CHANNELS = {"preview_solve": QUIET, "full_solve": QUIET, "solve": SHOWN}

LONG = 500e6  # bands · endmembers · pixels: work that takes longer is shown, and can be cancelled

Done = Callable[[Unmixing], None]
Failed = Callable[[BaseException], None]


class Controller:
    """Solves whatever document is shown whose abundances are not solved: edited, undone, or opened so.

    The newest document counts; what was solved for an older one is dropped.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self._solving: Document | None = None
        self._edit: Entry | None = None  # the change that asked for it
        self._window: Window | None = None
        self._sight: tuple[Scene, PreviewRegion] | None = None
        store.handle(cmd.LookAt, self.look)
        store.handle(cmd.SolveAgain, self.solve_again)

    def changed(self, old: Document, new: Document) -> None:
        """Solve a document that needs it; end what an older one needed."""
        if new.cube is not old.cube:
            self._window = self._sight = None
        if unsolved(new):
            if self._solving is None or not _same_problem(self._solving, new):
                before = self.store.history.before
                own = before is not None and not _same_problem(before, new)
                self._begin(new, self.store.history.entry if own else None)
        elif self._solving is not None:
            self._solving = self._edit = None
            self._stop(False)
            self.store.cancel("preview_solve", "full_solve", "solve")

    def look(self, command: cmd.LookAt) -> None:
        """Remember what is looked at."""
        self._window = command.window

    def solve_again(self, command: cmd.SolveAgain) -> None:
        """Solve once more, or under another constraint."""
        document = self.store.document
        result = document.unmixing
        if not document.endmembers or document.cube is None:
            return
        check_values(document.endmembers, document.cube)
        abundance = command.abundance or abundance_of(document)
        if result is None or (result.provisional and abundance == abundance_of(document)):
            self._begin(document, None)
            return
        new = replace(
            result,
            method=abundance,
            abundance=abundance,
            parameters={},
            history=np.zeros((0, 2)),
            converged=None,
            iterations=0,
            note="",
            provisional=True,
        )
        self.store.history.apply(f"Solve by {abundance}", replace(document, unmixing=new))

    def _begin(self, document: Document, edit: Entry | None) -> None:
        self._solving, self._edit = document, edit
        self._stop(False)
        self.store.cancel("full_solve", "solve")
        work = self._first(document)
        self.store.start("preview_solve", "Solving for what is seen", work, *self._ends(document))

    def _first(self, document: Document) -> Generator[Step | None, None, Unmixing]:
        """Solve what is looked at; all of it where that is as quick."""
        cube = document.cube
        assert cube is not None  # the document is unsolved
        scene = yield from self.store.scenes.scene(cube)
        rank = len(document.endmembers)
        if within(scene, None, rank)[1] == 1:
            return (yield from _whole(scene, document))
        window, step = within(scene, self._window, rank)
        kept = self._sight
        if kept is None or kept[0] is not scene or (kept[1].window, kept[1].step) != (window, step):
            kept = scene, (yield from preview_region(scene, window, step))
            self._sight = kept
        part = yield from preview(kept[1], _spectra(document), abundance_of(document))
        return _with_part(document, part, scene)

    def _rest(self, document: Document) -> Generator[Step | None, None, Unmixing]:
        cube = document.cube
        assert cube is not None
        scene = yield from self.store.scenes.scene(cube)
        return (yield from _whole(scene, document))

    def _ends(self, document: Document) -> tuple[Done, Failed, Callable[[], None]]:
        """What to do when work for a document has ended: it may not be wanted any more."""

        def done(result: Unmixing) -> None:
            if not self._wanted(document):
                return
            self._show(result)
            if result.provisional:
                channel = "full_solve" if _work(result) <= LONG else "solve"
                work, ends = self._rest(document), self._ends(document)
                self.store.start(channel, "Solving for abundances", work, *ends)

        def failed(error: BaseException) -> None:
            if self._wanted(document):
                self._take_back(for_good=isinstance(error, InputError))
                self.store.fail(error, SOLVE if self.store.state.stopped else ())

        def cancelled() -> None:
            if self._wanted(document):
                self._take_back()
                if self.store.state.stopped:
                    self.store.say(STOPPED, SOLVE)

        return done, failed, cancelled

    def _show(self, result: Unmixing) -> None:
        if not result.provisional:
            self._solving = self._edit = None
            self._stop(False)  # what had ended just before it was cancelled is shown all the same
        self.store.history.amend(replace(self.store.document, unmixing=result))

    def _wanted(self, document: Document) -> bool:
        return self._solving is document and _same_problem(document, self.store.document)

    def _take_back(self, *, for_good: bool = False) -> None:
        """Undo the edit that could not be solved for, or was not to be; not where more was done since."""
        history = self.store.history
        if self._edit is None or history.entry is not self._edit:
            self._stop(True)
        elif for_good:
            history.drop(keep_looking)
        else:
            history.undo(keep_looking)

    def _stop(self, stopped: bool) -> None:
        if self.store.state.stopped != stopped:
            self.store.show(stopped=stopped)


def _same_problem(one: Document, other: Document) -> bool:
    return same_spectra(one, other) and unsolved(other) and abundance_of(one) == abundance_of(other)


def _work(result: Unmixing) -> float:
    return float(result.abundances.size) * len(result.endmembers)


def _spectra(document: Document) -> NDArray[np.float64]:
    return np.stack([e.spectrum for e in document.endmembers], axis=1)


def _whole(scene: Scene, document: Document) -> Generator[Step | None, None, Unmixing]:
    method = abundance_of(document)
    asked = document.settings.choice("abundance", method)
    found = yield from pipeline.solve(scene, _spectra(document), asked)
    result = replace(found, source_pixels=places(document.endmembers, scene.shape))
    means(result)
    return result


def _with_part(document: Document, part: Preview, scene: Scene) -> Unmixing:
    """Put the part that is solved into what was carried over."""
    old = document.unmixing
    top, bottom, left, right = part.window
    if old is None:
        abundances = np.full((len(document.endmembers), *scene.shape), np.nan, np.float32)
        rmse = np.full(scene.shape, np.nan, np.float32)
    else:
        abundances, rmse = old.abundances.copy(), old.rmse.copy()
    abundances[:, top:bottom, left:right] = part.abundances
    rmse[top:bottom, left:right] = part.rmse
    abundance = abundance_of(document)
    result = Unmixing(
        endmembers=scene.full_spectra(scene.used_spectra(_spectra(document))),
        maps=usual_maps(abundances, rmse),
        relative_error=float("nan"),
        history=np.zeros((0, 2)),
        source_pixels=places(document.endmembers, scene.shape),
        converged=None,
        used_bands=scene.bands,
        method=abundance,
        abundance=abundance,
        provisional=True,
    )
    means(result)
    return result
