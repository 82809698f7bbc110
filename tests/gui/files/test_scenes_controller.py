"""Several scenes in the window: a list, common endmembers, all unmixed, exported, saved, opened again."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hsunmix.errors import InputError
from hsunmix.gui import commands as cmd
from hsunmix.gui.files.state import FilesState
from hsunmix.gui.state.action import idle as may_unmix
from hsunmix.gui.state.store import Store
from hsunmix.session.archive import load
from hsunmix.session.document import Document
from hsunmix.session.reproduce import facts_of, python_script
from tests.flight_lines import NM, truth, write_lines
from tests.gui.conftest import FakeDialogs
from tests.scenes import angles

Wait = Callable[[Callable[[], bool]], None]


@pytest.fixture
def lines(tmp_path: Path) -> list[Path]:
    """west, middle (other bands, counts), east; and a broken one."""
    return write_lines(tmp_path / "lines")


def idle(store: Store) -> bool:
    return not store.state.tasks and not any(channel.busy for channel in store.channels.values())


def opened(store: Store, wait: Wait, paths: list[Path]) -> Document:
    before = store.document
    store.send(cmd.OpenScenes(tuple(paths)))
    wait(lambda: store.document is not before and idle(store))
    return store.document


def unmixed(store: Store, wait: Wait, rank: int = 3, method: str = "spa") -> Document:
    settings = replace(store.document.settings, method=method, rank=rank)
    store.history.amend(replace(store.document, settings=settings))
    store.send(cmd.UnmixAll())
    wait(lambda: store.document.unmixing is not None and idle(store))
    return store.document


def test_flight_lines_become_a_list_and_the_broken_one_is_named(
    store: Store, wait: Wait, lines: list[Path]
) -> None:
    document = opened(store, wait, lines)
    assert [entry.name for entry in document.scenes] == ["west", "middle", "east"]
    assert document.cube.shape == (18, 17, 40)
    assert "broken.img: has 5000 bytes" in store.state.message.text
    assert not store.history.modified
    document = unmixed(store, wait)
    assert angles(document.unmixing.endmembers, truth(NM)).max() < 2
    assert store.history.undo_label.startswith("Unmix 3 scenes")
    spectra = [e.spectrum for e in document.endmembers]
    for index, shape in ((1, (3, 18, 15)), (2, (3, 16, 17))):
        store.send(cmd.ShowScene(index))
        wait(lambda: idle(store))
        assert store.document.unmixing.abundances.shape == shape
        assert not store.document.unmixing.provisional
        for one, other in zip(store.document.endmembers, spectra, strict=True):
            np.testing.assert_array_equal(one.spectrum, other)
    store.send(cmd.Undo())
    wait(lambda: idle(store))
    assert store.document.unmixing is None
    assert len(store.document.scenes) == 3


def test_edits_follow_to_the_scene_that_is_shown(store: Store, wait: Wait, lines: list[Path]) -> None:
    opened(store, wait, [lines[0], lines[2]])
    unmixed(store, wait)
    store.send(cmd.Rename(1, "Soil"))
    store.send(cmd.ShowScene(step=1))
    wait(lambda: idle(store))
    assert store.document.endmembers[1].name == "Soil"
    assert not store.document.unmixing.provisional
    store.send(cmd.Delete(0))
    wait(lambda: idle(store) and not store.document.unmixing.provisional)
    store.send(cmd.ShowScene(0))
    wait(lambda: idle(store) and not store.document.unmixing.provisional)
    assert store.document.endmembers[0].name == "Soil"
    assert store.document.unmixing.abundances.shape == (2, 18, 17)
    store.send(cmd.ShareEndmembers(False))
    assert not store.state[FilesState].common
    store.send(cmd.Rename(0, "Sand"))
    store.send(cmd.ShowScene(1))
    wait(lambda: idle(store))
    assert store.document.endmembers[0].name == "Soil"  # its own


def test_scenes_are_added_removed_and_closed(
    store: Store, wait: Wait, lines: list[Path], dialogs: FakeDialogs
) -> None:
    store.send(cmd.Open(lines[0]))
    wait(lambda: store.document.cube is not None and idle(store))
    assert store.document.scenes == ()
    dialogs.file = (lines[1], lines[2])
    store.send(cmd.AddScenes())
    wait(lambda: bool(store.document.scenes) and idle(store))
    assert [entry.name for entry in store.document.scenes] == ["west", "middle", "east"]
    store.send(cmd.RemoveScene(0))
    wait(lambda: idle(store))
    assert [entry.name for entry in store.document.scenes] == ["middle", "east"]
    assert store.document.cube.name == "middle.hdr"
    store.send(cmd.RemoveScene(1))
    assert (store.document.scenes, store.document.cube.name) == ((), "middle.hdr")
    store.send(cmd.Undo())
    wait(lambda: idle(store))
    assert len(store.document.scenes) == 2
    dialogs.changes = "cancel"
    store.send(cmd.CloseFile())
    assert store.document.cube is not None
    dialogs.changes = "discard"
    store.send(cmd.CloseFile())
    assert store.document.cube is None
    assert not store.history.modified


def test_what_only_a_removed_scene_could_make_again_has_no_script(
    store: Store, wait: Wait, lines: list[Path]
) -> None:
    opened(store, wait, [lines[0], lines[1]])
    assert store.document.scenes[1].place.cube.bands == 40  # brought to the bands of the first at once
    store.send(cmd.AddScenes((lines[2],)))
    wait(lambda: len(store.document.scenes) == 3 and idle(store))
    store.send(cmd.RemoveScene(0))
    document = unmixed(store, wait)
    with pytest.raises(InputError, match="a scene that was removed"):
        python_script(document, facts_of(document, None))


def test_all_are_exported_with_one_report(
    store: Store, wait: Wait, lines: list[Path], dialogs: FakeDialogs, tmp_path: Path
) -> None:
    opened(store, wait, lines[:3])
    unmixed(store, wait)
    out = tmp_path / "products"
    dialogs.job = out, ("csv", "geotiff")
    store.send(cmd.ExportAll())
    wait(lambda: idle(store))
    assert "files written" in store.state.message.text
    assert sorted(p.name for p in out.iterdir()) == ["east", "middle", "report.html", "result.json", "west"]
    record = json.loads((out / "result.json").read_text(encoding="utf-8"))
    assert record["command"].startswith("hsunmix unmix ")
    assert record["command"].count(".hdr") == 3
    spectra = [(out / name / "endmembers.csv").read_text() for name in ("west", "middle", "east")]
    assert spectra[0] == spectra[1] == spectra[2]


def test_a_session_with_several_comes_back_with_one_missing(
    store: Store, wait: Wait, lines: list[Path], dialogs: FakeDialogs, tmp_path: Path
) -> None:
    opened(store, wait, lines[:3])
    unmixed(store, wait)
    expected = {e.name: e.unmixing.abundances for e in store.document.scenes}
    dialogs.session = tmp_path / "lines.hsu"
    store.send(cmd.Save())
    wait(lambda: idle(store) and not store.history.modified)
    lines[0].rename(tmp_path / "west.hdr")
    store.send(cmd.CloseFile())
    store.send(cmd.Open(dialogs.session))
    wait(lambda: store.document.cube is not None and idle(store))
    document = store.document
    assert document.scenes[document.scene].name == "middle"
    assert [entry.place.cube is None for entry in document.scenes] == [True, False, False]
    np.testing.assert_array_equal(document.unmixing.abundances, expected["middle"])
    store.send(cmd.ShowScene(0))
    assert store.document.scene == 1  # it is not there
    store.send(cmd.ShowScene(step=1))
    wait(lambda: idle(store))
    np.testing.assert_array_equal(store.document.unmixing.abundances, expected["east"])
    store.send(cmd.Save())
    wait(lambda: idle(store))
    (tmp_path / "west.hdr").rename(lines[0])
    again = load(dialogs.session)
    assert all(entry.place.cube is not None for entry in again.scenes)
    np.testing.assert_array_equal(again.scenes[0].unmixing.abundances, expected["west"])


def test_a_folder_stands_for_its_cubes_and_a_session_comes_alone(
    store: Store, wait: Wait, lines: list[Path], tmp_path: Path
) -> None:
    document = opened(store, wait, [lines[0].parent])
    assert [entry.name for entry in document.scenes] == ["east", "middle", "west"]
    store.send(cmd.OpenScenes((lines[0], tmp_path / "a.hsu")))
    assert "by itself" in store.state.message.text
    (tmp_path / "empty").mkdir()
    store.send(cmd.OpenScenes((tmp_path / "empty",)))
    wait(lambda: idle(store))
    assert "without a cube" in store.state.message.text
    assert store.document is document or store.document.scenes == document.scenes


def test_what_was_opened_is_remembered_and_its_notes_are_said(
    store: Store, wait: Wait, lines: list[Path]
) -> None:
    opened(store, wait, lines[:3])
    known = store.settings.preferences
    assert (known.open_folder, known.recent) == (str(lines[0].parent), ())
    assert store.document.scenes[1].place.cube.notes
    assert store.state.message.text.startswith("middle: ")
    before = store.document
    store.send(cmd.OpenScenes((lines[0].parent,)))
    wait(lambda: store.document is not before and idle(store))
    assert store.settings.preferences.recent == (str(lines[0].parent),)
    before = store.document
    store.send(cmd.Open(lines[0].parent))  # as the list of recent files does
    wait(lambda: store.document is not before and idle(store))
    assert len(store.document.scenes) == 3


def test_a_run_of_all_ends_when_another_list_is_opened(store: Store, wait: Wait, lines: list[Path]) -> None:
    opened(store, wait, lines[:3])
    kept: list[Document] = [store.document]
    store.send(cmd.UnmixAll())
    assert not may_unmix(store)
    store.history.reset(kept[0])
    assert store.state.tasks["run_all"].ending
    wait(lambda: idle(store))
    assert may_unmix(store)


def test_what_all_take_together_is_said_before_they_are_read(
    store: Store, wait: Wait, lines: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(store, wait, lines[:3])
    monkeypatch.setattr("hsunmix.engine.footprint.PROGRAM", 0)
    monkeypatch.setattr("hsunmix.engine.scene.CHUNK_BYTES", 1 << 14)
    monkeypatch.setattr("hsunmix.engine.footprint.available", lambda: 700_000)
    store.send(cmd.UnmixAll())
    assert "3 scenes are read" in store.state.message.text
    wait(lambda: idle(store))
    assert store.document.unmixing is not None


def test_a_run_of_all_is_cancelled(store: Store, wait: Wait, lines: list[Path]) -> None:
    opened(store, wait, lines[:3])
    store.send(cmd.UnmixAll())
    assert "run_all" in store.state.tasks
    store.cancel("run_all")
    wait(lambda: idle(store))
    assert store.document.unmixing is None
