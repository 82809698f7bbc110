"""After every result: what its constraints hide, and what its residual asks for."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from PySide6.QtCore import QTimer

from hsunmix.errors import InputError
from hsunmix.gui import commands as cmd
from hsunmix.gui.endmembers.controller import add
from hsunmix.gui.endmembers.state import Checked, EndmembersState, Suggested
from hsunmix.gui.state.channels import QUIET, SHOWN
from hsunmix.gui.state.means import means
from hsunmix.gui.state.store import Store
from hsunmix.methods.trust.constraints import check, sums_to_one
from hsunmix.methods.trust.diagnosis import diagnose
from hsunmix.methods.trust.suggestion import suggest
from hsunmix.model.cube import Cube
from hsunmix.model.progress import Step
from hsunmix.model.spectra import Source
from hsunmix.model.unmixing import Unmixing
from hsunmix.model.wording import percent
from hsunmix.session.document import Document

__all__ = ["Controller"]

CHANNELS = {"check": SHOWN, "suggest": QUIET}

PAUSE = 150  # milliseconds after a result: while edits follow each other nobody asks
LONG = 500e6  # bands · endmembers · pixels: work that takes longer is shown, and can be cancelled

Found = Checked | Suggested


class Controller:
    """Looks at the result that is shown when nothing else is to be done."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._timer = QTimer(store)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE)
        self._timer.timeout.connect(lambda: store.attempt(self._look))
        store.handle(cmd.AddSuggested, self.add)

    def changed(self, old: Document, new: Document) -> None:
        """Look again when the result is another one."""
        if new.unmixing is old.unmixing and new.cube is old.cube:
            return
        store = self.store
        store.withdraw("means")
        store.cancel("suggest", "check")
        gone = new.unmixing is None or (old.cube is not None and new.cube is not old.cube)
        if gone and (
            store.state[EndmembersState].checked is not None
            or store.state[EndmembersState].suggested is not None
        ):
            store.show(EndmembersState, checked=None, suggested=None)
        if new.unmixing is not None and new.cube is not None and not new.unmixing.provisional:
            self._timer.start()
            self._tell_of_means(new, new.unmixing)
        else:
            self._timer.stop()

    def add(self, _command: cmd.AddSuggested) -> None:
        """Make what the residual asks for an endmember."""
        store, suggested = self.store, self.store.state[EndmembersState].suggested
        if suggested is None or suggested.found is None or suggested.result is not store.document.unmixing:
            return
        found = suggested.found
        source = Source("smoothed", found.line, found.sample, text="suggested by the residual")
        name = f"Near {found.line}, {found.sample}"
        add(store, name, found.spectrum, source, f"Add what is missing near {found.line}, {found.sample}")

    def _tell_of_means(self, document: Document, result: Unmixing) -> None:
        """Where fractions mean nothing, say so and offer what helps."""
        found = diagnose(result.endmembers, means(result))
        if found is None or len(document.endmembers) != result.rank:
            return
        shares = means(result)
        if found.endmembers:
            worst = found.endmembers[0]
            name = document.endmembers[worst].name
            what = f"{name} has a mean abundance of {percent(float(shares[worst]))}"
        else:
            what = f"The mean abundances sum to {percent(float(shares.sum()))}"
        why = (
            "its spectrum is so dark that it fills what the others leave, and its map says little"
            if found.cause == "dark"
            else "as it is, the abundances are no fractions"
        )
        cures: dict[str, tuple[str, cmd.Command]] = {
            "fcls": ("Let fractions sum to one", cmd.SolveAgain("fcls")),
            "shade": ("The same with shade", cmd.AddShade()),
        }
        self.store.say(
            f"{what}: {why}.",
            [cures[cure] for cure in found.cures],
            about="means",
        )

    def _look(self) -> None:
        store, document = self.store, self.store.document
        cube, result = document.cube, document.unmixing
        if cube is None or result is None or result.provisional:
            return
        if not np.array_equal(result.used_bands, cube.good_bands):
            return  # it was made with other bands
        if store.state.running is not None:
            self._timer.start()  # later
            return

        def known(found: Suggested) -> None:
            if store.document.unmixing is result and store.document.cube is cube:
                store.show(EndmembersState, suggested=found)
                channel = "suggest" if _work(result) <= LONG else "check"
                store.start(
                    channel, "Checking the constraints", self._checked(cube, result), checked, self._failed
                )

        def checked(found: Checked) -> None:
            if store.document.unmixing is result and store.document.cube is cube:
                store.show(EndmembersState, checked=found)

        store.start("suggest", "Looking at the residual", self._suggested(cube, result), known, self._failed)

    def _suggested(self, cube: Cube, result: Unmixing) -> Generator[Step | None, None, Suggested]:
        scene = yield from self.store.scenes.scene(cube)
        return Suggested(result, (yield from suggest(scene, result)))

    def _checked(self, cube: Cube, result: Unmixing) -> Generator[Step | None, None, Checked]:
        scene = yield from self.store.scenes.scene(cube)
        return Checked(result, (yield from check(scene, result.endmembers, sums_to_one(result))))

    def _failed(self, error: BaseException) -> None:
        if not isinstance(error, InputError):  # nobody asked: spectra that don't fit are no news
            self.store.fail(error)


def _work(result: Unmixing) -> float:
    return float(result.abundances.size) * len(result.endmembers)
