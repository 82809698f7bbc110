"""The pixel under the cursor and the pinned ones: their spectra, measured and modelled."""

from __future__ import annotations

from collections.abc import Generator, Iterable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QTimer

from hsunmix.gui import commands as cmd
from hsunmix.gui.spectra.state import SpectraState
from hsunmix.gui.state.channels import QUIET
from hsunmix.gui.state.store import Store
from hsunmix.gui.state.view_state import PixelView
from hsunmix.methods import find
from hsunmix.model.cube import Cube
from hsunmix.model.uncertainty import SD_MAP
from hsunmix.model.unmixing import Unmixing
from hsunmix.session.document import Document

__all__ = ["Controller"]

CHANNELS = {"cursor_spectrum": QUIET}

FRAME = 16  # milliseconds: the cursor is followed once per frame, however often the mouse moves
REMEMBERED = 500  # spectra read from the file

Pixel = tuple[int, int]


class Controller:
    """Follows the cursor. Spectra come from memory when they are there, else from a worker."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._at: Pixel | None = None
        self._shown: Pixel | None = None
        self._known: dict[Pixel, NDArray[np.float32]] = {}
        self._broken = False  # the file can't be read: it would say so at every move of the mouse
        self._timer = QTimer(store)
        self._timer.setSingleShot(True)
        self._timer.setInterval(FRAME)
        self._timer.timeout.connect(lambda: store.attempt(self._tick))
        store.handle(cmd.Hover, self.hover)

    def changed(self, old: Document, new: Document) -> None:
        """Look again: the pins, or what is modelled, may be others."""
        if new.cube is not old.cube:
            self._known.clear()
            self._at, self._broken = None, False
        if new.cube is not old.cube or new.unmixing is not old.unmixing or new.pins != old.pins:
            self._show_cursor()
            self._show_pins()

    def hover(self, command: cmd.Hover) -> None:
        """Follow the cursor."""
        inside = command.line is not None and command.sample is not None
        self._at = (command.line, command.sample) if inside else None  # type: ignore[assignment]
        if not self._timer.isActive():
            self._show_cursor()
            self._timer.start()

    def _tick(self) -> None:
        if self._at != self._shown:
            self._show_cursor()
            self._timer.start()

    def _show_cursor(self) -> None:
        self._shown = self._at
        view = None if self._at is None else self._view(self._at)
        if view is not None or self.store.state.cursor is not None:
            self.store.show(cursor=view)
        if view is not None and view.measured is None:
            self._read([(view.line, view.sample)])

    def _show_pins(self) -> None:
        views = {(p.line, p.sample): self._view((p.line, p.sample)) for p in self.store.document.pins}
        found = {pixel: view for pixel, view in views.items() if view is not None}
        if found or self.store.state[SpectraState].pinned:
            self.store.show(SpectraState, pinned=found)
        missing = [pixel for pixel, view in found.items() if view.measured is None]
        if missing:
            self._read(missing)

    def _view(self, pixel: Pixel) -> PixelView | None:
        document, (line, sample) = self.store.document, pixel
        cube, result = document.cube, document.unmixing
        if cube is None or not (0 <= line < cube.lines and 0 <= sample < cube.samples):
            return None
        measured = self._known.get(pixel)
        if measured is None:
            measured = self.store.scenes.spectrum(cube, line, sample)
        if result is None:
            return PixelView(line, sample, measured)
        shares = result.abundances[:, line, sample]
        known = np.isfinite(shares).all() and not _has_own_spectra(result)
        modelled = result.endmembers @ shares if known else None
        sure = result.maps.get(SD_MAP)
        deviations = None if sure is None else sure.at(line, sample)
        return PixelView(line, sample, measured, modelled, shares, deviations)

    def _read(self, pixels: Iterable[Pixel]) -> None:
        """Read spectra in the worker, unless it reads already: its end looks again."""
        cube = self.store.document.cube
        if cube is None or self._broken or self.store.channels["cursor_spectrum"].busy:
            return

        def done(found: dict[Pixel, NDArray[np.float32]]) -> None:
            if self.store.document.cube is not cube:
                return
            while len(self._known) > REMEMBERED:
                del self._known[next(iter(self._known))]
            self._known.update(found)
            self._show_cursor()
            self._show_pins()

        self.store.start(
            "cursor_spectrum", "Reading a spectrum", _spectra(cube, tuple(pixels)), done, self._failed
        )

    def _failed(self, error: BaseException) -> None:
        self._broken = True
        self.store.fail(error)


def _spectra(
    cube: Cube, pixels: tuple[Pixel, ...]
) -> Generator[None, None, dict[Pixel, NDArray[np.float32]]]:
    found = {}
    for line, sample in pixels:
        values = cube.spectrum(line, sample)
        values[~cube.good_bands] = np.nan  # what they hold means nothing
        found[line, sample] = values
        yield
    return found


def _has_own_spectra(result: Unmixing) -> bool:
    """Whether each pixel has spectra of its own, so that the endmembers are not what it was modelled by."""
    method = find(result.method, "factorization")
    return method is not None and method.traits.of_classes and not result.abundance
