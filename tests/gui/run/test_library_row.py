"""The library of a run: chosen in the panel, its classes shown, and used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hsunmix.exports._library import write_library
from hsunmix.gui import commands as cmd
from hsunmix.gui.app.main_window import MainWindow
from hsunmix.gui.image.pages import further
from hsunmix.gui.run import panel as run
from hsunmix.gui.run.library_state import LibraryClasses
from hsunmix.gui.state.view_state import ViewState
from hsunmix.model.cube import Cube
from hsunmix.model.library import LibraryFile
from hsunmix.model.map_kinds import class_colour
from hsunmix.session.document import Document, RunSettings
from hsunmix.session.libraries import BUILTIN, NO_LIBRARY
from tests.gui.conftest import Alone, FakeDialogs
from tests.scenes import library_of_classes

Wait = Callable[[Callable[[], bool]], None]

CLASSES = ("plant", "straw", "soil")


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Two libraries on the scene's bands: of three classes, and of one."""
    nm = np.linspace(450, 2400, 40)
    found = []
    for name, classes in (("three", CLASSES), ("one", ("water",))):
        library = replace(library_of_classes(classes, 4), wavelengths=nm)
        found.append(write_library(tmp_path / f"{name}.csv", library)[0])
    return found


@pytest.fixture
def scene() -> Document:
    rng = np.random.default_rng(0)
    library = library_of_classes(CLASSES, 4)
    shares = rng.dirichlet(np.full(12, 0.1), (9, 7)) * rng.uniform(0.5, 1, (9, 7, 1))
    values = (shares @ library.values).astype(np.float32)
    return Document(Cube.from_array(values, np.linspace(450, 2400, 40)), settings=RunSettings("mesma", 5))


def shown(panel: object, opened: tuple[str, ...], **settings: object) -> list[str]:
    state = ViewState().changed(LibraryClasses, opened=opened, classes=(("plant", 3), ("soil", 1)))
    panel.follow(ViewState(), state)  # type: ignore[attr-defined]
    panel.render(Document(), Document(settings=replace(RunSettings("mesma"), **settings)))  # type: ignore
    box = panel.library.box  # type: ignore[attr-defined]
    return [box.itemText(k) for k in range(box.count())]


def test_what_can_be_chosen(alone: Alone) -> None:
    panel, seen = alone(run)
    library = panel.library  # type: ignore[attr-defined]
    assert shown(panel, ()) == ["None: pixels of the scene", "Built-in library", "Open a library…"]
    assert shown(panel, ("/a/x.csv", "/b/x.csv")) == [
        "All open libraries (2)", "x.csv", "/b/x.csv", "Built-in library", "None: pixels of the scene",
        "Open a library…",
    ]  # fmt: skip
    for at, wanted in enumerate([(), *((LibraryFile(p),) for p in ("/a/x.csv", "/b/x.csv", BUILTIN))]):
        library.box.activated.emit(at)
        assert seen[-1] == cmd.SetRun(RunSettings("mesma", libraries=wanted))  # type: ignore[arg-type]
    library.box.activated.emit(4)
    assert seen[-1] == cmd.SetRun(RunSettings("mesma", libraries=(NO_LIBRARY,)))
    library.box.activated.emit(5)
    assert seen[-1] == cmd.OpenLibrary()
    assert shown(panel, ("/a/x.csv",), libraries=(LibraryFile("/c/lost.sli"),))[1] == "lost.sli"
    assert library.box.currentText() == "lost.sli"
    for k in range(2):
        assert class_colour(k) in library.classes.text()
    assert library.classes.accessibleDescription() == "plant: 3 spectra, soil: 1 spectrum"
    assert not panel.rank.isEnabled()  # type: ignore[attr-defined]


@pytest.mark.parametrize("opened", [(), ("/c/z.csv",)])
def test_several_of_the_settings_are_shown_as_what_they_are(alone: Alone, opened: tuple[str, ...]) -> None:
    panel, seen = alone(run)
    box, two = panel.library.box, (LibraryFile("/a/x.csv"), LibraryFile("/b/y.csv"))  # type: ignore
    assert "x.csv, y.csv" in shown(panel, opened, libraries=two)
    assert box.currentText() == "x.csv, y.csv"
    box.activated.emit(box.currentIndex())
    assert seen[-1].settings.libraries == two
    assert "x.csv, y.csv" not in shown(panel, opened, libraries=two[:1])
    assert box.currentText() == "x.csv"


def test_other_methods_have_no_library(alone: Alone) -> None:
    panel, _ = alone(run)
    shown(panel, ("/a/x.csv",), method="dictionary")
    assert panel.library.isVisibleTo(panel)  # type: ignore[attr-defined]
    assert panel.rank.isEnabled()  # type: ignore[attr-defined]
    shown(panel, ("/a/x.csv",), method="hals")
    assert not panel.library.isVisibleTo(panel)  # type: ignore[attr-defined]


def test_a_run_takes_what_was_chosen(
    window: MainWindow, dialogs: FakeDialogs, scene: Document, files: list[Path], wait: Wait
) -> None:
    store = window.store
    store.history.reset(scene)
    for file in files:
        dialogs.file = file
        store.send(cmd.OpenLibrary())
        wait(lambda: str(dialogs.file) in store.settings.preferences.libraries)
    wait(lambda: len(store.state[LibraryClasses].classes) == 4)
    settings = replace(store.document.settings, libraries=(LibraryFile(str(files[0])),))
    store.send(cmd.SetRun(settings))
    wait(lambda: [name for name, _ in store.state[LibraryClasses].classes] == list(CLASSES))
    store.send(cmd.Unmix())
    wait(lambda: store.document.unmixing is not None and store.state.running is None)
    assert tuple(e.name for e in store.document.endmembers) == CLASSES
    assert [e.colour for e in store.document.endmembers] == [class_colour(k) for k in range(3)]
    labels = [entry.label for entry in further.entries(store.document)]
    assert {"Shade", "Number of materials", "Spectrum of the model: soil"} <= set(labels)
    store.send(cmd.ShowMap("model", 2))
    drawing = further.draw(store.document, store.state, 1 << 20)
    assert "soil 1" in drawing.scales[0].names
    store.send(cmd.Hover(4, 3))
    assert store.state.cursor.abundances is not None
    assert store.state.cursor.modelled is None  # the classes' means are not what it was modelled by
    store.send(cmd.SolveAgain("nnls"))
    wait(lambda: store.document.unmixing.abundance == "nnls" and not store.state.tasks)
    assert store.state.cursor.modelled is not None
    store.send(cmd.RestoreRun(1))
    assert store.document.settings.libraries == (LibraryFile(str(files[0])),)
