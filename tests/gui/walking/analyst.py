"""Answers of an analyst in no hurry: while a dialog is open, work goes on and the document changes."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QApplication

from hsunmix.gui.library.state import Subject
from hsunmix.gui.state.dialogs import Prompt
from hsunmix.gui.state.settings import Preferences
from hsunmix.gui.state.store import Store
from hsunmix.model.cube import Cube
from hsunmix.model.spectra import Spectra
from tests.gui.conftest import answered

__all__ = ["Analyst"]

A = TypeVar("A")

PRODUCTS = ("csv", "geotiff", "report", "sli")


class Analyst:
    """Answers every question at random.

    Parameters
    ----------
    chance : random.Random
    folder : Path
        With ``a.hdr``, ``b.hdr``, ``mask.npy`` and ``regions.geojson``.
    """

    def __init__(self, chance: random.Random, folder: Path) -> None:
        self.chance, self.folder = chance, folder
        self.asked: list[str] = []
        self.store: Store | None = None
        self.closing = False

    def _wait(self, question: str) -> None:
        self.asked.append(question)
        if self.chance.random() < 0.5:
            for _ in range(self.chance.randint(1, 20)):
                QApplication.processEvents()

    def ask(self, prompt: Prompt[A]) -> A:
        return answered(self, prompt)

    def open_file(self, folder: str) -> Path | None:
        self._wait("open_file")
        return self.chance.choice([None, self.folder / "a.hdr", self.folder / "b.hdr"])

    def cube_of(self, session: Path) -> Path | None:
        self._wait("cube_of")
        return None

    def lines_of(self, path: Path, pixels: int) -> int | None:
        self._wait("lines_of")
        return None

    def layout_of(self, cube: Cube) -> dict[str, str] | None:
        self._wait("layout_of")
        return None

    def wavelengths_of(self, cube: Cube) -> str | None:
        self._wait("wavelengths_of")
        return self.chance.choice([None, "", "400-900", "0.4-2.5 um", "900-400", "nowhere.csv"])

    def session_file(self, suggestion: Path) -> Path | None:
        self._wait("session_file")
        name = self.chance.choice(["one.hsu", "two.hsu", ""])
        return self.folder / name if name else None

    def products(self, folder: str, chosen: object, job: object) -> tuple[Path, tuple[str, ...]] | None:
        self._wait("products")
        count = self.chance.randint(1, 2)
        return self.folder / "products", tuple(self.chance.sample(PRODUCTS, count))

    def unsaved(self, name: str) -> str:
        self._wait("unsaved")
        return "discard" if self.closing else self.chance.choice(["discard", "save", "cancel"])

    def region_file(self, folder: Path, writing: bool) -> Path | None:
        self._wait("region_file")
        return self.folder / ("out.geojson" if writing else "regions.geojson")

    def vector_files(self, folder: Path) -> tuple[Path, ...]:
        self._wait("vector_files")
        return self.chance.choice([(), (self.folder / "regions.geojson",), (self.folder / "gone.geojson",)])

    def mask_file(self, folder: Path, writing: bool) -> Path | None:
        self._wait("mask_file")
        if writing:
            return self.folder / "mask_out.tif"
        shown = self.store.document.cube if self.store is not None else None
        return self.folder / f"mask_{'a' if shown is None or shown.path is None else shown.path.stem}.npy"

    def cube_to_write(self, suggestion: Path) -> Path | None:
        self._wait("cube_to_write")
        return self.chance.choice([None, self.folder / "derived.img"])

    def finer_cube(self, folder: str) -> Path | None:
        self._wait("finer_cube")
        return self.chance.choice([None, self.folder / "b.hdr"])

    def preferences_of(self, preferences: Preferences) -> dict[str, object] | None:
        self._wait("preferences_of")
        text, unit = self.chance.choice([90, 100, 120]), self.chance.choice(["nm", "µm"])
        return self.chance.choice([None, {"text_size": text, "wavelength_unit": unit}])

    def picture_file(self, suggestion: Path) -> Path | None:
        self._wait("picture_file")
        return self.chance.choice([None, self.folder / "picture.png"])

    def library_file(self, folder: str) -> Path | None:
        self._wait("library_file")
        return None

    def library_entries(
        self, library: Spectra, good: NDArray[np.bool_], origin: str = ""
    ) -> tuple[tuple[int, ...], float | None, bool]:
        self._wait("library_entries")
        return tuple(self.chance.sample(range(len(library.names)), self.chance.randint(0, 2))), None, False

    def matches(self, subject: Subject, compare: Callable[[int], None]) -> tuple[str, int] | None:
        self._wait("matches")
        entry = self.chance.randrange(len(subject.library.names))
        compare(entry)
        self._wait("matches")
        return self.chance.choice([None, ("name", entry), ("add", entry)])

    def about(self) -> None:
        self._wait("about")

    def licences(self) -> None:
        self._wait("licences")
