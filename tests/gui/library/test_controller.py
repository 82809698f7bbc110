"""Libraries: looked up, compared, added from; never applied by themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hsunmix.formats import builtin_library
from hsunmix.gui import commands as cmd
from hsunmix.gui.library.state import LibraryState
from hsunmix.gui.state.settings import Settings
from hsunmix.gui.state.store import Store
from hsunmix.model.cube import Cube
from hsunmix.model.spectra import Endmember, Source
from hsunmix.session.document import Document
from hsunmix.session.members import unsolved
from tests.gui.conftest import FakeDialogs

Wait = Callable[[Callable[[], bool]], None]
Settled = Callable[[], None]


def entry(name: str) -> int:
    return builtin_library().names.index(name)


@pytest.fixture
def minerals() -> Document:
    """A scene of two minerals on thirty bands, with one of them as an endmember."""
    from hsunmix.model.resampling import resample

    nm = np.linspace(500, 2400, 30)
    library = resample(builtin_library(), nm)
    spectra = library.values[[entry("Kaolinite CM9"), entry("Alunite GDS82 Na82")]]
    shares = np.random.default_rng(0).dirichlet([1, 1], (12, 9))
    cube = Cube.from_array((shares @ spectra).astype(np.float32), nm)
    return Document(cube, (Endmember("A", spectra[0], source=Source("pixel", 0, 0)),))


@pytest.fixture
def looked_up(store: Store, minerals: Document, wait: Wait) -> Store:
    store.history.reset(minerals)
    wait(
        lambda: (
            not unsolved(store.document)
            and bool(store.state[LibraryState].likenesses)
            and not store.state.tasks
        )
    )
    return store


def test_endmembers_are_looked_up_behind_the_analyst(looked_up: Store, wait: Wait):
    store = looked_up
    best = store.state[LibraryState].matches(store.document.endmembers[0])
    assert best[0].name == "Kaolinite CM9"
    assert best[0].score < 1e-6
    assert [
        len(store.state[LibraryState].matches(store.document.endmembers[0], m))
        for m in ("sid", "correlation")
    ] == [
        5,
        5,
    ]
    assert store.document.endmembers[0].name == "A"  # suggested, not applied
    store.send(cmd.AddPixel(3, 3))
    wait(lambda: len(store.state[LibraryState].likenesses) == 2)
    assert store.state[LibraryState].matches(store.document.endmembers[1])
    assert store.history.undo_label == "Add pixel 3, 3"


def test_spectra_of_the_library_become_endmembers(looked_up: Store, dialogs: FakeDialogs, settled: Settled):
    store = looked_up
    dialogs.entries = (entry("Alunite GDS82 Na82"), entry("Hematite GDS27"))
    store.send(cmd.AddFromLibrary())
    assert dialogs.asked[-1] == f"library_entries {len(builtin_library().names)}"
    assert [e.name for e in store.document.endmembers] == ["A", "Alunite GDS82 Na82", "Hematite GDS27"]
    assert store.document.endmembers[1].source == Source("library", text="Alunite GDS82 Na82")
    settled()
    assert store.document.unmixing.relative_error < 1e-5
    np.testing.assert_allclose(store.document.unmixing.abundances[2], 0, atol=1e-4)
    store.send(cmd.Undo())
    settled()
    store.send(cmd.Undo())
    assert [e.name for e in store.document.endmembers] == ["A"]


def test_without_an_endmember_the_library_is_read_when_asked_for(
    store: Store, minerals: Document, dialogs: FakeDialogs, wait: Wait
):
    store.history.reset(replace(minerals, endmembers=()))
    dialogs.entries = (entry("Kaolinite CM9"),)
    store.send(cmd.AddFromLibrary())
    wait(lambda: len(store.document.endmembers) == 1)


def test_a_scene_in_other_units_gets_spectra_in_its_units(
    store: Store, minerals: Document, wait: Wait, settled: Settled
):
    cube = Cube.from_array(10_000 * minerals.cube.read(0, 12), minerals.cube.wavelengths)
    member = replace(minerals.endmembers[0], spectrum=10_000 * minerals.endmembers[0].spectrum)
    store.history.reset(replace(minerals, cube=cube, endmembers=(member,)))
    settled()
    store.send(cmd.AddFromLibrary((entry("Alunite GDS82 Na82"),)))
    wait(lambda: len(store.document.endmembers) == 2)
    settled()
    added = store.document.endmembers[1]
    assert added.source.text == "Alunite GDS82 Na82, × 10000 to the scene's units"
    assert store.document.unmixing.relative_error < 1e-4


def test_a_library_has_one_factor_and_the_analyst_another(
    store: Store, minerals: Document, dialogs: FakeDialogs, wait: Wait, settled: Settled
):
    cube = Cube.from_array(10_000 * minerals.cube.read(0, 12), minerals.cube.wavelengths)
    store.history.reset(replace(minerals, cube=cube, endmembers=()))
    dark, bright = entry("Magnetite HS195.3B"), entry("Kaolinite CM9")
    dialogs.entries = (dark, bright)
    store.send(cmd.AddFromLibrary())
    wait(lambda: len(store.document.endmembers) == 2)
    settled()
    texts = [e.source.text for e in store.document.endmembers]
    assert [text.partition(", ")[2] for text in texts] == 2 * ["× 10000 to the scene's units"]
    dialogs.factor = 100.0
    store.send(cmd.AddFromLibrary())
    wait(lambda: len(store.document.endmembers) == 4)
    settled()
    assert store.document.endmembers[3].source.text == "Kaolinite CM9, × 100 to the scene's units"
    np.testing.assert_allclose(
        store.document.endmembers[3].spectrum, store.document.endmembers[1].spectrum / 100
    )


def test_a_spectrum_with_too_many_gaps_is_refused(looked_up: Store):
    store, before = looked_up, looked_up.document
    values = store.state[LibraryState].library.values.copy()
    values[7, 10:20] = np.nan
    store.show(LibraryState, library=replace(store.state[LibraryState].library, values=values))
    store.send(cmd.AddFromLibrary((7,)))
    assert "no values in 10 of the 30 bands" in store.state.message.text
    assert store.document is before


def test_the_answer_of_the_dialog_is_carried_out(looked_up: Store, dialogs: FakeDialogs, settled: Settled):
    store = looked_up
    dialogs.match = None
    dialogs.entries = (entry("Goethite WS222"),)
    before = store.document
    store.send(cmd.ShowMatches())
    assert dialogs.asked[-1] == "matches A"
    assert store.document is before
    assert store.state[LibraryState].compared.name == "Goethite WS222"  # it was looked at
    dialogs.match = ("name", entry("Kaolinite CM9"))
    store.send(cmd.ShowMatches(0))
    assert store.document.endmembers[0].name == "Kaolinite CM9"
    dialogs.match = ("add", entry("Hematite GDS27"))
    store.send(cmd.ShowMatches(0))
    assert len(store.document.endmembers) == 2
    settled()


def test_a_spectrum_of_the_library_is_laid_over_an_endmember(looked_up: Store):
    store = looked_up
    store.send(cmd.Compare(0, entry("Kaolinite CM9")))
    compared = store.state[LibraryState].compared
    assert compared.spectrum is store.document.endmembers[0].spectrum
    np.testing.assert_allclose(compared.values, store.document.endmembers[0].spectrum)
    store.send(cmd.Compare())
    assert store.state[LibraryState].compared is None
    store.send(cmd.Compare(0, entry("Kaolinite CM9")))
    store.send(cmd.MoveEndmember(0, 5, 5))
    assert store.state[LibraryState].compared is None  # it was compared with another spectrum


def test_another_library_is_used_as_well_and_put_away(
    looked_up: Store, dialogs: FakeDialogs, settings: Settings, tmp_path: Path, wait: Wait
):
    store, count = looked_up, len(builtin_library().names)
    path = tmp_path / "mine.csv"
    nm = np.linspace(400, 2500, 50)
    path.write_text("wavelength_nm,Roof\n" + "\n".join(f"{x:.1f},{0.1 + x / 5000:.4f}" for x in nm))
    dialogs.file = path
    store.send(cmd.OpenLibrary())
    wait(
        lambda: (
            store.state[LibraryState].library is not None
            and len(store.state[LibraryState].library.names) == count + 1
        )
    )
    assert store.state.message.text == "mine.csv is among the libraries now, with 1 spectrum."
    assert store.state[LibraryState].library.names[-1] == "Roof"
    assert Settings(settings.path).preferences.libraries == (str(path),)
    store.send(cmd.CloseLibraries())
    wait(
        lambda: (
            store.state[LibraryState].library is not None
            and len(store.state[LibraryState].library.names) == count
        )
    )
    assert Settings(settings.path).preferences.libraries == ()


def test_a_library_that_is_gone_is_told_once_and_the_others_are_used(
    store: Store, minerals: Document, wait: Wait, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    said: list[str] = []
    monkeypatch.setattr(store, "say", lambda text, *_: said.append(text))
    store.settings.change(libraries=(str(tmp_path / "gone.csv"),))
    store.history.reset(replace(minerals, endmembers=()))
    store.send(cmd.AddFromLibrary((entry("Kaolinite CM9"),)))
    wait(lambda: len(store.document.endmembers) == 1)
    assert sum("gone.csv" in text for text in said) == 1


def test_a_file_that_is_no_library_is_an_error(looked_up: Store, tmp_path: Path, wait: Wait):
    store = looked_up
    (tmp_path / "x.csv").write_text("what is this\n")
    store.send(cmd.OpenLibrary(tmp_path / "x.csv"))
    wait(lambda: store.state.message is not None and store.state.message.level == "error")
    assert store.settings.preferences.libraries == ()


def test_a_scene_without_wavelengths_has_no_library(store: Store, minerals: Document, wait: Wait):
    cube = Cube.from_array(minerals.cube.read(0, 12))
    store.history.reset(replace(minerals, cube=cube))
    wait(lambda: bool(store.state[LibraryState].likenesses))
    assert store.state[LibraryState].matches(store.document.endmembers[0]) == ()
    assert "without wavelengths" in store.state[LibraryState].library.notes[0]


@pytest.mark.parametrize("command", [cmd.AddFromLibrary(), cmd.ShowMatches(0)])
def test_without_wavelengths_it_says_so_instead_of_showing_an_empty_list(
    store: Store, minerals: Document, wait: Wait, dialogs: FakeDialogs, command: cmd.Command
):
    store.history.reset(replace(minerals, cube=replace(minerals.cube, wavelengths=None)))
    store.send(command)
    wait(lambda: any("has no wavelengths" in message.text for message in store.state.messages))
    assert store.state.message.level == "error"  # what else is to be said waits behind it
    assert "Open a library" in store.state.message.text
    assert dialogs.asked == []
    store.send(cmd.CloseMessage())
    store.send(command)  # also now that the library is known
    wait(lambda: store.state.message is not None)


def test_many_spectra_are_one_change_and_none_is_lost(
    store: Store, minerals: Document, settled: Settled, wait: Wait
):
    store.history.reset(minerals)
    wait(lambda: store.state[LibraryState].library is not None and not store.state.tasks)
    whole = [k for k, v in enumerate(store.state[LibraryState].library.values) if np.isfinite(v).all()][:40]
    store.send(cmd.AddFromLibrary(tuple(whole)))
    assert len(store.document.endmembers) == 41
    assert len({e.name for e in store.document.endmembers}) == 41
    assert store.history.undo_label == "Add 40 spectra of the library"
    store.send(cmd.Undo())
    assert [e.name for e in store.document.endmembers] == ["A"]


def test_spectra_with_gaps_offer_to_leave_those_bands_out(
    store: Store, minerals: Document, settled: Settled, tmp_path: Path, wait: Wait
):
    nm = minerals.cube.wavelengths
    rows = ["nm,whole,gappy", *(f"{x:.3f},{0.3 + 1e-4 * k},{'' if k < 9 else 0.2}" for k, x in enumerate(nm))]
    (tmp_path / "gaps.csv").write_text("\n".join(rows))
    store.history.reset(minerals)
    store.send(cmd.OpenLibrary(tmp_path / "gaps.csv"))
    wait(
        lambda: (
            store.state[LibraryState].library is not None
            and "gappy" in store.state[LibraryState].library.names
            and not store.state.tasks
        )
    )
    names = store.state[LibraryState].library.names
    store.send(cmd.AddFromLibrary((names.index("whole"), names.index("gappy"))))
    settled()
    assert [e.name for e in store.document.endmembers] == ["A", "whole"]
    message = store.state.message
    assert "gappy has no values in 9 of the 30 bands used" in message.text
    store.send(message.actions[0][1])
    settled()
    assert [e.name for e in store.document.endmembers] == ["A", "whole", "gappy"]
    assert store.document.cube.good_bands.sum() == 21
    assert np.isfinite(store.document.unmixing.abundances).all()


def test_bands_are_left_out_with_the_same_answer(
    looked_up: Store, dialogs: FakeDialogs, settled: Settled, wait: Wait
):
    store = looked_up
    with_gap = next(
        k
        for k, values in enumerate(store.state[LibraryState].library.values)
        if 0.1 < np.isnan(values).mean() < 0.5 and np.isfinite(values[:5]).all()
    )
    dialogs.entries, dialogs.factor, dialogs.leave = (with_gap, entry("Alunite GDS82 Na82")), 2.0, True
    before = int(store.document.cube.good_bands.sum())
    store.send(cmd.AddFromLibrary())
    wait(lambda: len(store.document.endmembers) == 3)
    settled()
    left = int(store.document.cube.good_bands.sum())
    assert left == before - int(np.isnan(store.state[LibraryState].library.values[with_gap]).sum())
    added = store.document.endmembers[2]
    assert added.source.text.endswith("× 2 to the scene's units")
    good = store.document.cube.good_bands
    np.testing.assert_array_equal(
        added.spectrum[good], 2 * store.state[LibraryState].library.values[with_gap][good]
    )
