"""Libraries: looked up, compared, added from; never applied by themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hsunmix.formats import builtin_library
from hsunmix.gui import commands as i
from hsunmix.gui.state.settings import Settings
from hsunmix.gui.state.workbench import Workbench
from hsunmix.model.cube import Cube
from hsunmix.model.spectra import Endmember, Source
from hsunmix.session.document import Document
from hsunmix.session.members import unsolved
from tests.gui.conftest import Answers

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
def looked_up(bench: Workbench, minerals: Document, wait: Wait) -> Workbench:
    bench.history.reset(minerals)
    wait(lambda: not unsolved(bench.document) and bool(bench.live.likenesses) and not bench.live.tasks)
    return bench


def test_endmembers_are_looked_up_behind_the_analyst(looked_up: Workbench, wait: Wait):
    bench = looked_up
    best = bench.live.matches(bench.document.endmembers[0])
    assert best[0].name == "Kaolinite CM9"
    assert best[0].score < 1e-6
    assert [len(bench.live.matches(bench.document.endmembers[0], m)) for m in ("sid", "correlation")] == [
        5,
        5,
    ]
    assert bench.document.endmembers[0].name == "A"  # suggested, not applied
    bench.send(i.AddPixel(3, 3))
    wait(lambda: len(bench.live.likenesses) == 2)
    assert bench.live.matches(bench.document.endmembers[1])
    assert bench.history.undo_label == "Add pixel 3, 3"


def test_spectra_of_the_library_become_endmembers(looked_up: Workbench, answers: Answers, settled: Settled):
    bench = looked_up
    answers.entries = (entry("Alunite GDS82 Na82"), entry("Hematite GDS27"))
    bench.send(i.AddFromLibrary())
    assert answers.asked[-1] == f"library_entries {len(builtin_library().names)}"
    assert [e.name for e in bench.document.endmembers] == ["A", "Alunite GDS82 Na82", "Hematite GDS27"]
    assert bench.document.endmembers[1].source == Source("library", text="Alunite GDS82 Na82")
    settled()
    assert bench.document.unmixing.relative_error < 1e-5
    np.testing.assert_allclose(bench.document.unmixing.abundances[2], 0, atol=1e-4)
    bench.send(i.Undo())
    settled()
    bench.send(i.Undo())
    assert [e.name for e in bench.document.endmembers] == ["A"]


def test_without_an_endmember_the_library_is_read_when_asked_for(
    bench: Workbench, minerals: Document, answers: Answers, wait: Wait
):
    bench.history.reset(replace(minerals, endmembers=()))
    answers.entries = (entry("Kaolinite CM9"),)
    bench.send(i.AddFromLibrary())
    wait(lambda: len(bench.document.endmembers) == 1)


def test_a_scene_in_other_units_gets_spectra_in_its_units(
    bench: Workbench, minerals: Document, wait: Wait, settled: Settled
):
    cube = Cube.from_array(10_000 * minerals.cube.read(0, 12), minerals.cube.wavelengths)
    member = replace(minerals.endmembers[0], spectrum=10_000 * minerals.endmembers[0].spectrum)
    bench.history.reset(replace(minerals, cube=cube, endmembers=(member,)))
    settled()
    bench.send(i.AddFromLibrary((entry("Alunite GDS82 Na82"),)))
    wait(lambda: len(bench.document.endmembers) == 2)
    settled()
    added = bench.document.endmembers[1]
    assert added.source.text == "Alunite GDS82 Na82, × 10000 to the scene's units"
    assert bench.document.unmixing.relative_error < 1e-4


def test_a_library_has_one_factor_and_the_analyst_another(
    bench: Workbench, minerals: Document, answers: Answers, wait: Wait, settled: Settled
):
    cube = Cube.from_array(10_000 * minerals.cube.read(0, 12), minerals.cube.wavelengths)
    bench.history.reset(replace(minerals, cube=cube, endmembers=()))
    dark, bright = entry("Magnetite HS195.3B"), entry("Kaolinite CM9")
    answers.entries = (dark, bright)
    bench.send(i.AddFromLibrary())
    wait(lambda: len(bench.document.endmembers) == 2)
    settled()
    texts = [e.source.text for e in bench.document.endmembers]
    assert [text.partition(", ")[2] for text in texts] == 2 * ["× 10000 to the scene's units"]
    answers.factor = 100.0
    bench.send(i.AddFromLibrary())
    wait(lambda: len(bench.document.endmembers) == 4)
    settled()
    assert bench.document.endmembers[3].source.text == "Kaolinite CM9, × 100 to the scene's units"
    np.testing.assert_allclose(
        bench.document.endmembers[3].spectrum, bench.document.endmembers[1].spectrum / 100
    )


def test_a_spectrum_with_too_many_gaps_is_refused(looked_up: Workbench):
    bench, before = looked_up, looked_up.document
    values = bench.live.library.values.copy()
    values[7, 10:20] = np.nan
    bench.show(library=replace(bench.live.library, values=values))
    bench.send(i.AddFromLibrary((7,)))
    assert "no values in 10 of the 30 bands" in bench.live.message.text
    assert bench.document is before


def test_the_answer_of_the_dialog_is_carried_out(looked_up: Workbench, answers: Answers, settled: Settled):
    bench = looked_up
    answers.match = None
    answers.entries = (entry("Goethite WS222"),)
    before = bench.document
    bench.send(i.ShowMatches())
    assert answers.asked[-1] == "matches A"
    assert bench.document is before
    assert bench.live.compared.name == "Goethite WS222"  # it was looked at
    answers.match = ("name", entry("Kaolinite CM9"))
    bench.send(i.ShowMatches(0))
    assert bench.document.endmembers[0].name == "Kaolinite CM9"
    answers.match = ("add", entry("Hematite GDS27"))
    bench.send(i.ShowMatches(0))
    assert len(bench.document.endmembers) == 2
    settled()


def test_a_spectrum_of_the_library_is_laid_over_an_endmember(looked_up: Workbench):
    bench = looked_up
    bench.send(i.Compare(0, entry("Kaolinite CM9")))
    compared = bench.live.compared
    assert compared.spectrum is bench.document.endmembers[0].spectrum
    np.testing.assert_allclose(compared.values, bench.document.endmembers[0].spectrum)
    bench.send(i.Compare())
    assert bench.live.compared is None
    bench.send(i.Compare(0, entry("Kaolinite CM9")))
    bench.send(i.MoveEndmember(0, 5, 5))
    assert bench.live.compared is None  # it was compared with another spectrum


def test_another_library_is_used_as_well_and_put_away(
    looked_up: Workbench, answers: Answers, settings: Settings, tmp_path: Path, wait: Wait
):
    bench, count = looked_up, len(builtin_library().names)
    path = tmp_path / "mine.csv"
    nm = np.linspace(400, 2500, 50)
    path.write_text("wavelength_nm,Roof\n" + "\n".join(f"{x:.1f},{0.1 + x / 5000:.4f}" for x in nm))
    answers.file = path
    bench.send(i.OpenLibrary())
    wait(lambda: bench.live.library is not None and len(bench.live.library.names) == count + 1)
    assert bench.live.message.text == "mine.csv is among the libraries now, with 1 spectrum."
    assert bench.live.library.names[-1] == "Roof"
    assert Settings(settings.path).preferences.libraries == (str(path),)
    bench.send(i.CloseLibraries())
    wait(lambda: bench.live.library is not None and len(bench.live.library.names) == count)
    assert Settings(settings.path).preferences.libraries == ()


def test_a_library_that_is_gone_is_told_once_and_the_others_are_used(
    bench: Workbench, minerals: Document, wait: Wait, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    said: list[str] = []
    monkeypatch.setattr(bench, "say", lambda text, *_: said.append(text))
    bench.settings.change(libraries=(str(tmp_path / "gone.csv"),))
    bench.history.reset(replace(minerals, endmembers=()))
    bench.send(i.AddFromLibrary((entry("Kaolinite CM9"),)))
    wait(lambda: len(bench.document.endmembers) == 1)
    assert sum("gone.csv" in text for text in said) == 1


def test_a_file_that_is_no_library_is_an_error(looked_up: Workbench, tmp_path: Path, wait: Wait):
    bench = looked_up
    (tmp_path / "x.csv").write_text("what is this\n")
    bench.send(i.OpenLibrary(tmp_path / "x.csv"))
    wait(lambda: bench.live.message is not None and bench.live.message.level == "error")
    assert bench.settings.preferences.libraries == ()


def test_a_scene_without_wavelengths_has_no_library(bench: Workbench, minerals: Document, wait: Wait):
    cube = Cube.from_array(minerals.cube.read(0, 12))
    bench.history.reset(replace(minerals, cube=cube))
    wait(lambda: bool(bench.live.likenesses))
    assert bench.live.matches(bench.document.endmembers[0]) == ()
    assert "without wavelengths" in bench.live.library.notes[0]


@pytest.mark.parametrize("intent", [i.AddFromLibrary(), i.ShowMatches(0)])
def test_without_wavelengths_it_says_so_instead_of_showing_an_empty_list(
    bench: Workbench, minerals: Document, wait: Wait, answers: Answers, intent: i.Intent
):
    bench.history.reset(replace(minerals, cube=replace(minerals.cube, wavelengths=None)))
    bench.send(intent)
    wait(lambda: any("has no wavelengths" in message.text for message in bench.live.messages))
    assert bench.live.message.level == "error"  # what else is to be said waits behind it
    assert "Open a library" in bench.live.message.text
    assert answers.asked == []
    bench.send(i.CloseMessage())
    bench.send(intent)  # also now that the library is known
    wait(lambda: bench.live.message is not None)


def test_many_spectra_are_one_change_and_none_is_lost(
    bench: Workbench, minerals: Document, settled: Settled, wait: Wait
):
    bench.history.reset(minerals)
    wait(lambda: bench.live.library is not None and not bench.live.tasks)
    whole = [k for k, v in enumerate(bench.live.library.values) if np.isfinite(v).all()][:40]
    bench.send(i.AddFromLibrary(tuple(whole)))
    assert len(bench.document.endmembers) == 41
    assert len({e.name for e in bench.document.endmembers}) == 41
    assert bench.history.undo_label == "Add 40 spectra of the library"
    bench.send(i.Undo())
    assert [e.name for e in bench.document.endmembers] == ["A"]


def test_spectra_with_gaps_offer_to_leave_those_bands_out(
    bench: Workbench, minerals: Document, settled: Settled, tmp_path: Path, wait: Wait
):
    nm = minerals.cube.wavelengths
    rows = ["nm,whole,gappy", *(f"{x:.3f},{0.3 + 1e-4 * k},{'' if k < 9 else 0.2}" for k, x in enumerate(nm))]
    (tmp_path / "gaps.csv").write_text("\n".join(rows))
    bench.history.reset(minerals)
    bench.send(i.OpenLibrary(tmp_path / "gaps.csv"))
    wait(
        lambda: (
            bench.live.library is not None and "gappy" in bench.live.library.names and not bench.live.tasks
        )
    )
    names = bench.live.library.names
    bench.send(i.AddFromLibrary((names.index("whole"), names.index("gappy"))))
    settled()
    assert [e.name for e in bench.document.endmembers] == ["A", "whole"]
    message = bench.live.message
    assert "gappy has no values in 9 of the 30 bands used" in message.text
    bench.send(message.actions[0][1])
    settled()
    assert [e.name for e in bench.document.endmembers] == ["A", "whole", "gappy"]
    assert bench.document.cube.good_bands.sum() == 21
    assert np.isfinite(bench.document.unmixing.abundances).all()


def test_bands_are_left_out_with_the_same_answer(
    looked_up: Workbench, answers: Answers, settled: Settled, wait: Wait
):
    bench = looked_up
    with_gap = next(
        k
        for k, values in enumerate(bench.live.library.values)
        if 0.1 < np.isnan(values).mean() < 0.5 and np.isfinite(values[:5]).all()
    )
    answers.entries, answers.factor, answers.leave = (with_gap, entry("Alunite GDS82 Na82")), 2.0, True
    before = int(bench.document.cube.good_bands.sum())
    bench.send(i.AddFromLibrary())
    wait(lambda: len(bench.document.endmembers) == 3)
    settled()
    left = int(bench.document.cube.good_bands.sum())
    assert left == before - int(np.isnan(bench.live.library.values[with_gap]).sum())
    added = bench.document.endmembers[2]
    assert added.source.text.endswith("× 2 to the scene's units")
    good = bench.document.cube.good_bands
    np.testing.assert_array_equal(added.spectrum[good], 2 * bench.live.library.values[with_gap][good])
