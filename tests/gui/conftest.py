"""A window without a display, dialogs in place of dialogs, and a check that nothing outlives it."""

from __future__ import annotations

import gc
import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from types import ModuleType
from typing import TypeVar

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from hsunmix.engine.loading import load
from hsunmix.gui.app.main_window import MainWindow
from hsunmix.gui.app.subjects import install
from hsunmix.gui.endmembers.state import EndmembersState
from hsunmix.gui.files.state import FilesState
from hsunmix.gui.help.state import HelpState
from hsunmix.gui.image.pages import page_of
from hsunmix.gui.image.rasters import quick_images
from hsunmix.gui.image.state import ImageState, Shown
from hsunmix.gui.library.state import LibraryState, Subject
from hsunmix.gui.regions.state import RegionsState
from hsunmix.gui.run.state import RunState
from hsunmix.gui.spectra.state import SpectraState
from hsunmix.gui.state.dialogs import Prompt
from hsunmix.gui.state.settings import Preferences, Settings
from hsunmix.gui.state.store import Store
from hsunmix.gui.state.view_state import ViewState
from hsunmix.gui.vectors.state import VectorsState
from hsunmix.gui.widgets.panel import Panel
from hsunmix.gui.widgets.theme import LIGHT
from hsunmix.methods.running import pipeline
from hsunmix.model.cube import Cube
from hsunmix.model.maps import usual_maps
from hsunmix.model.progress import finish
from hsunmix.model.spectra import Endmember, Source, Spectra, colour
from hsunmix.model.unmixing import Unmixing
from hsunmix.session.document import Document, View, with_result
from hsunmix.session.members import unsolved
from tests.conftest import make_cube

Alone = Callable[[ModuleType], tuple[Panel, list[object]]]
A = TypeVar("A")
Wait = Callable[[Callable[[], bool]], None]

MAX_WAIT_MS = 60_000  # milliseconds; kernels may have to be compiled first


@dataclass
class FakeDialogs:
    """Answers every question as told, and remembers what was asked."""

    file: Path | None = None
    cube: Path | None = None
    lines: int | None = None
    layout: dict[str, str] | None = None
    wavelengths: str | None = None
    preferences: dict[str, object] | None = None
    session: Path | None = None
    job: tuple[Path, tuple[str, ...]] | None = None
    changes: str = "discard"
    entries: tuple[int, ...] = ()
    factor: float | None = None
    leave: bool = False
    match: tuple[str, int] | None = None
    picture: Path | None = None
    asked: list[str] = field(default_factory=list)

    def ask(self, prompt: Prompt[A]) -> A:
        """Let the method answer that is named as the prompt: ``open_file`` for ``OpenFile``."""
        return answered(self, prompt)

    def open_file(self, folder: str) -> Path | None:
        self.asked.append(f"open_file {folder}")
        return self.file

    def cube_of(self, session: Path) -> Path | None:
        self.asked.append(f"cube_of {session.name}")
        return self.cube

    def lines_of(self, path: Path, pixels: int) -> int | None:
        self.asked.append(f"lines_of {path.name} {pixels}")
        return self.lines

    def layout_of(self, cube: Cube) -> dict[str, str] | None:
        self.asked.append(f"layout_of {cube.name}")
        return self.layout

    def wavelengths_of(self, cube: Cube) -> str | None:
        self.asked.append(f"wavelengths_of {cube.name}")
        return self.wavelengths

    def session_file(self, suggestion: Path) -> Path | None:
        self.asked.append(f"session_file {suggestion.name}")
        return self.session

    def products(
        self, folder: str, chosen: tuple[str, ...], job: object
    ) -> tuple[Path, tuple[str, ...]] | None:
        self.asked.append(f"products {folder} {','.join(chosen)}")
        return self.job

    def unsaved(self, name: str) -> str:
        self.asked.append(f"unsaved {name}")
        return self.changes

    def region_file(self, folder: Path, writing: bool) -> Path | None:
        self.asked.append(f"region_file {'write' if writing else 'read'}")
        return self.file

    def vector_files(self, folder: Path) -> tuple[Path, ...]:
        self.asked.append("vector_files")
        return () if self.file is None else (self.file,)

    def mask_file(self, folder: Path, writing: bool) -> Path | None:
        self.asked.append(f"mask_file {'write' if writing else 'read'}")
        return self.file

    def cube_to_write(self, suggestion: Path) -> Path | None:
        self.asked.append(f"cube_to_write {suggestion.name}")
        return self.session

    def finer_cube(self, folder: str) -> Path | None:
        self.asked.append(f"finer_cube {folder}")
        return self.file

    def library_file(self, folder: str) -> Path | None:
        self.asked.append(f"library_file {folder}")
        return self.file

    def library_entries(
        self, library: Spectra, good: NDArray[np.bool_], origin: str = ""
    ) -> tuple[tuple[int, ...], float | None, bool]:
        self.asked.append(f"library_entries {len(library.names)}")
        return self.entries, self.factor, self.leave

    def matches(self, subject: Subject, compare: Callable[[int], None]) -> tuple[str, int] | None:
        self.asked.append(f"matches {subject.name}")
        for entry in self.entries:
            compare(entry)
        return self.match

    def preferences_of(self, preferences: Preferences) -> dict[str, object] | None:
        self.asked.append("preferences_of")
        return self.preferences

    def picture_file(self, suggestion: Path) -> Path | None:
        self.asked.append(f"picture_file {suggestion.name}")
        return self.picture

    def about(self) -> None:
        self.asked.append("about")


def answered(dialogs: object, prompt: Prompt[A]) -> A:
    """Let the method of the prompt's name answer it."""
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", type(prompt).__name__).lower()
    return getattr(dialogs, name)(*(getattr(prompt, f.name) for f in fields(prompt)))


@pytest.fixture(autouse=True)
def collected_here() -> Iterator[None]:
    """As ``Collector`` does: no worker may delete a Qt object because it happens to collect garbage."""
    gc.disable()
    yield
    began = time.perf_counter()
    gc.collect()
    if time.perf_counter() - began > 0.03:
        gc.freeze()  # libraries' own objects; what a test made is gone by now
    gc.enable()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "config" / "settings.json")


@pytest.fixture
def dialogs() -> FakeDialogs:
    return FakeDialogs()


@pytest.fixture
def store(qapp: QApplication, settings: Settings, dialogs: FakeDialogs) -> Iterator[Store]:
    """The middle of the window, with its controllers and without a widget."""
    made = Store(settings, dialogs)
    install(made)
    yield made
    made.close()


def own_widgets() -> list[str]:
    """Names of all widgets that are left, but those that Qt keeps for itself."""
    return [w.objectName() or type(w).__name__ for w in QApplication.topLevelWidgets()]


def settle() -> None:
    """Let Qt delete what waits for it."""
    for _ in range(3):
        QApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()


@pytest.fixture
def window(qtbot: QtBot, settings: Settings, dialogs: FakeDialogs) -> Iterator[MainWindow]:
    """A window with its panels; after the test nothing of it may be left."""
    settle()
    before = len(own_widgets())
    made = MainWindow(settings, dialogs)
    made.resize(1280, 800)
    made.show()
    made.load_panels()
    qtbot.waitExposed(made)
    yield made
    dialogs.changes = "discard"
    made.close()
    settle()
    assert not isValid(made), "the window outlives its closing"
    assert len(own_widgets()) <= before, own_widgets()
    assert not [t.name for t in threading.enumerate() if t.name.startswith("hsunmix-job")]


@pytest.fixture
def wait(qtbot: QtBot) -> Callable[[Callable[[], bool]], None]:
    """Wait until something is so."""

    def until(done: Callable[[], bool]) -> None:
        qtbot.waitUntil(done, timeout=MAX_WAIT_MS)

    return until


def unmixing_of(cube: Cube, rank: int = 3, seed: int = 1) -> Unmixing:
    """A made-up result: random abundances, the last pixel not used."""
    rng = np.random.default_rng(seed)
    shares = rng.dirichlet(np.ones(rank), size=(cube.lines, cube.samples)).astype(np.float32)
    shares = np.ascontiguousarray(shares.transpose(2, 0, 1))
    shares[:, -1, -1] = np.nan
    rmse = rng.random((cube.lines, cube.samples)).astype(np.float32) * 0.01
    rmse[-1, -1] = np.nan
    spectra = np.linspace(0.1, 0.9, rank)[None, :] + np.linspace(0, 0.1, cube.bands)[:, None]
    used = np.ones(cube.bands, dtype=bool)
    used[4:6] = False
    spectra[~used] = np.nan
    return Unmixing(
        endmembers=spectra,
        maps=usual_maps(shares, rmse),
        relative_error=0.0123,
        history=np.zeros((0, 2)),
        source_pixels=np.resize([2 * cube.samples + 1, -1, 4 * cube.samples + 5], rank),
        converged=None,
        used_bands=used,
        method="spa",
        abundance="nnls",
    )


SLICES = (
    EndmembersState, FilesState, HelpState, ImageState, LibraryState, RegionsState, RunState, SpectraState,
    VectorsState,
)  # fmt: skip


def state_of(**given: object) -> ViewState:
    """Return a view state with these fields, each in the slice that has it."""
    state = ViewState()
    for name, value in given.items():
        kinds = [None, *(kind for kind in SLICES if name in kind.__dataclass_fields__)]
        state = state.changed(kinds[-1], **{name: value})
    return state


def drawn(document: Document, state: ViewState | None = None) -> ViewState:
    """The view state with the page that a document shows, as the drawing controller makes it."""
    state = state or ViewState()
    page = page_of(document, state)
    drawing = page.draw(document, state, 1 << 20)
    return state.changed(ImageState, shown=Shown(page.id, drawing, quick_images(drawing)))


@pytest.fixture
def cube() -> Cube:
    """13 lines, 9 samples, 20 bands of which two are bad."""
    bad = np.zeros(20, dtype=bool)
    bad[4:6] = True
    return replace(make_cube(), bad_bands=bad)


@pytest.fixture
def document(cube: Cube) -> Document:
    """A made-up document with three endmembers."""
    return with_result(Document(cube=cube), unmixing_of(cube))


@pytest.fixture
def full(
    window: MainWindow, cube: Cube, wait: Callable[[Callable[[], bool]], None], qtbot: QtBot
) -> MainWindow:
    """A window with a result, regions and runs, that has the focus."""
    from hsunmix.gui import commands as cmd
    from tests.gui.states import full_document

    window.store.history.reset(full_document(cube))
    window.store.send(cmd.SelectRegion(0))
    wait(lambda: all(not channel.busy for channel in window.store.channels.values()))
    window.activateWindow()
    qtbot.waitActive(window)
    return window


@pytest.fixture
def open_store(store: Store, document: Document, wait: Wait) -> Store:
    """The made-up document is open, and all reading done."""
    store.history.reset(document)
    wait(lambda: not store.state.tasks and store.state[ImageState].picture is not None)
    return store


def solved_document(materials: int = 3, lines: int = 13, samples: int = 11, noise: float = 0.0) -> Document:
    """A scene with its pure pixels as endmembers, solved by nnls."""
    cube = make_cube(lines, samples, materials=materials, noise=noise)
    members = tuple(
        Endmember(
            f"M{k}",
            cube.spectrum(2 + k, 1 + 2 * k).astype(np.float64),
            colour(k),
            source=Source("pixel", 2 + k, 1 + 2 * k),
        )
        for k in range(materials)
    )
    spectra = np.stack([e.spectrum for e in members], axis=1)
    result = finish(pipeline.solve(finish(load(cube)), spectra))
    return Document(cube, members, replace(result, source_pixels=None), view=View("map", 0))


@pytest.fixture
def solved_store(store: Store, wait: Wait) -> Store:
    """A solved document is open, with five materials and all reading done."""
    store.history.reset(solved_document(5))
    wait(lambda: not store.state.tasks and store.state[ImageState].picture is not None)
    return store


@pytest.fixture
def settled(store: Store, wait: Wait) -> Callable[[], None]:
    """Wait until the document shown is solved."""

    def until() -> None:
        wait(lambda: not unsolved(store.document) and not store.state.tasks)

    return until


@pytest.fixture
def alone(qtbot: QtBot, document: Document) -> Alone:
    """Make a panel show the made-up document."""

    def make(module: ModuleType) -> tuple[Panel, list[object]]:
        panel: Panel = module.View()
        qtbot.addWidget(panel)
        panel.resize(900, 500)
        panel.dress(LIGHT)
        panel.render(Document(), document)
        panel.follow(ViewState(), drawn(document))
        panel.show()
        qtbot.waitExposed(panel)
        seen: list[object] = []
        panel.command.connect(seen.append)
        return panel, seen

    return make
