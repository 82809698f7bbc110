"""What the window's controller does when the analyst presses Unmix, without the window."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

from hsunmix.engine.loading import load
from hsunmix.gui.run.controller import Controller
from hsunmix.model.cube import Cube
from hsunmix.model.progress import finish
from hsunmix.model.spectra import Endmember
from hsunmix.model.unmixing import Unmixing
from hsunmix.session.document import RunSettings

__all__ = ["run_in_window"]


class Store:
    """As much of the window's store as a run asks for."""

    def __init__(self, libraries: tuple[str, ...]) -> None:
        self.scenes = self.settings = self.preferences = self
        self.libraries = libraries
        self.memory = self.scratch = ""

    def scene(self, cube: Cube) -> Generator[Any, None, Any]:
        return (yield from load(cube))


def run_in_window(
    cube: Cube, settings: RunSettings, locked: Sequence[Endmember] = (), libraries: tuple[str, ...] = ()
) -> tuple[Unmixing, tuple[int, ...]]:
    """Return the result of a run, and the columns that were locked."""
    controller = Controller.__new__(Controller)
    controller.store = Store(libraries)  # type: ignore[assignment]
    return finish(controller._work(cube, settings, tuple(locked)))
