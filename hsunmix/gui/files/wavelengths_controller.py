"""Wavelengths given by hand to the cube that is open."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

from hsunmix.errors import InputError, ParameterError
from hsunmix.gui import commands as cmd
from hsunmix.gui.files.prompts import WavelengthsOf
from hsunmix.gui.state.channels import SHOWN
from hsunmix.gui.state.store import Store
from hsunmix.model.cube import Cube
from hsunmix.session.document import Document

__all__ = ["Controller"]

CHANNELS = {"wavelengths": SHOWN}


class Controller:
    """Asks for them, and gives them to the cube: its pixels, and all work on it, stay what they are."""

    def __init__(self, store: Store) -> None:
        self.store = store
        store.handle(cmd.ChooseWavelengths, self.choose)

    def changed(self, old: Document, new: Document) -> None:
        """Nothing to follow."""

    def choose(self, _command: cmd.ChooseWavelengths) -> None:
        """Ask, and read the cube's header again with the answer."""
        store, cube = self.store, self.store.document.cube
        if cube is None or cube.path is None or store.document.scenes:
            return
        path, text = cube.path, store.ask(WavelengthsOf(cube))
        if text is None:
            return
        options = {**dict(cube.options), "wavelengths": text or None}

        def work() -> Generator[None, None, Cube]:
            from hsunmix.formats import open_header

            yield
            return open_header(path, **options)

        def done(found: Cube) -> None:
            now = store.document
            assert now.cube is not None  # its scene is open
            store.history.apply("Wavelengths", replace(now, cube=now.cube.with_wavelengths_of(found)))
            store.note(_told(found))

        def failed(error: BaseException) -> None:
            if isinstance(error, ParameterError):
                error = InputError(f"These wavelengths can't be used: {error.reason}.")
            store.fail(error)

        store.start("wavelengths", "Reading wavelengths", work(), done, failed, of=cube)


def _told(cube: Cube) -> str:
    nm = cube.wavelengths
    return "The bands go by number." if nm is None else f"Wavelengths: {nm[0]:.6g} to {nm[-1]:.6g} nm."
