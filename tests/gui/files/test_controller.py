from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hsunmix.files import resource
from hsunmix.formats import open_cube
from hsunmix.gui import commands as i
from hsunmix.gui.files.controller import SAMPLE, SAMPLE_RANK
from hsunmix.gui.state.settings import Settings
from hsunmix.gui.state.workbench import Workbench
from hsunmix.session.archive import load, save
from hsunmix.session.document import Document, RunSettings
from tests.gui.conftest import Answers
from tests.gui.scenes_on_disk import write_scene

Wait = Callable[[Callable[[], bool]], None]


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    return write_scene(tmp_path)


def opened(bench: Workbench, wait: Wait, intent: i.Open) -> Document:
    before = bench.document
    bench.send(intent)
    wait(lambda: bench.document is not before and not bench.live.tasks)
    return bench.document


def test_a_cube_is_opened_shown_and_remembered(bench: Workbench, wait: Wait, scene: Path):
    document = opened(bench, wait, i.Open(scene))
    assert document.cube.shape == (30, 20, 20)
    assert document.unmixing is None
    wait(lambda: bench.live.picture is not None)
    assert bench.live.picture.rgba.shape == (30, 20, 4)
    assert Settings(bench.settings.path).preferences.recent == (str(scene),)
    assert not bench.history.modified


def test_which_file_is_asked_for_in_the_folder_of_last_time(
    bench: Workbench, wait: Wait, scene: Path, answers: Answers
):
    bench.send(i.Open())
    assert bench.document.cube is None  # nothing was chosen
    answers.file = scene
    opened(bench, wait, i.Open())
    bench.send(i.Open())
    assert answers.asked == ["open_file ", "open_file ", f"open_file {scene.parent}"]


@pytest.mark.parametrize(
    "name", ["missing.hdr", "folder.hdr", "text.hdr", "short.hdr", "empty.hsu", "fifo.h5"]
)
def test_what_cannot_be_opened_is_said_and_the_work_is_kept(
    bench: Workbench, wait: Wait, scene: Path, tmp_path: Path, name: str
):
    opened(bench, wait, i.Open(scene))
    kept = bench.document
    bad = tmp_path / name
    if name == "folder.hdr":
        bad.mkdir()
    elif name == "text.hdr":
        bad.write_text("Dear diary,\n")
    elif name == "short.hdr":
        write_scene(tmp_path, "short")
        (tmp_path / "short.img").write_bytes(b"\0" * 100)
    elif name == "empty.hsu":
        bad.write_bytes(b"")
    elif name == "fifo.h5":
        os.mkfifo(bad)
    bench.send(i.Open(bad))
    wait(lambda: bench.live.message is not None)
    assert bench.live.message.level == "error"
    assert str(bad.with_suffix("")) in bench.live.message.text
    assert "\n" not in bench.live.message.text
    assert "inside hsunmix" not in bench.live.message.text
    assert bench.document is kept
    assert not bench.live.tasks


def test_lines_are_asked_for_where_the_file_does_not_say(
    bench: Workbench, wait: Wait, shared: Path, answers: Answers
):
    urban = shared / "data" / "urban_77" / "urban_undersampled4.mat"
    bench.send(i.Open(urban))
    wait(lambda: bool(answers.asked))
    assert answers.asked == ["lines_of urban_undersampled4.mat 5929"]
    assert bench.document.cube is None
    assert bench.live.message is None  # not answering is no error
    answers.lines = 77
    document = opened(bench, wait, i.Open(urban))
    assert document.cube.shape == (77, 77, 162)


def test_saved_and_opened_again(bench: Workbench, wait: Wait, scene: Path, answers: Answers, tmp_path: Path):
    opened(bench, wait, i.Open(scene))
    bench.send(i.SetRun(RunSettings("spa", 3)))
    bench.send(i.Unmix())
    wait(lambda: bench.document.unmixing is not None)
    bench.send(i.Rename(1, "Water"))
    bench.send(i.Pin(3, 7))
    saved = bench.document
    bench.send(i.Save())
    assert answers.asked == ["session_file scene.hsu"]  # nowhere: nothing happens
    assert bench.history.modified
    answers.session = tmp_path / "work"
    bench.send(i.Save())
    wait(lambda: not bench.history.modified)
    assert bench.session_path == tmp_path / "work.hsu"
    assert bench.settings.preferences.recent[0] == str(tmp_path / "work.hsu")
    bench.send(i.Save())  # a second time it doesn't ask
    wait(lambda: not bench.live.tasks)
    assert len(answers.asked) == 2
    again = opened(bench, wait, i.Open(tmp_path / "work.hsu"))
    assert [e.name for e in again.endmembers] == ["Endmember 1", "Water", "Endmember 3"]
    assert again.pins == saved.pins
    assert again.settings == saved.settings
    np.testing.assert_array_equal(again.unmixing.abundances, saved.unmixing.abundances)
    assert not bench.history.modified


def test_a_session_open_in_two_windows_is_not_overwritten(
    bench: Workbench, wait: Wait, scene: Path, answers: Answers, tmp_path: Path
):
    place = tmp_path / "work.hsu"
    save(Document(open_cube(scene)), place)
    opened(bench, wait, i.Open(place))
    theirs = Document(open_cube(scene), settings=RunSettings("vca", 7))
    save(theirs, place)
    bench.send(i.Pin(3, 7))
    bench.send(i.Save())
    wait(lambda: bench.live.message is not None)
    assert "work.hsu: was saved elsewhere since it was opened here" in bench.live.message.text
    assert bench.history.modified
    assert load(place).settings.rank == 7
    (_, elsewhere), *_ = bench.live.message.actions
    answers.session = tmp_path / "mine.hsu"
    bench.send(elsewhere)
    wait(lambda: not bench.history.modified)
    assert len(load(answers.session).pins) == 1
    bench.send(i.Pin(4, 8))
    bench.send(i.Save())  # now it is ours
    wait(lambda: not bench.history.modified)
    assert len(load(answers.session).pins) == 2
    answers.session = place  # the dialog has asked whether to replace it
    bench.send(i.Save(new_place=True))
    wait(lambda: len(load(place).pins) == 2)


def test_a_session_whose_cube_is_gone_asks_for_it(
    bench: Workbench, wait: Wait, scene: Path, answers: Answers, tmp_path: Path
):
    opened(bench, wait, i.Open(scene))
    answers.session = tmp_path / "work.hsu"
    bench.send(i.Pin(1, 1))
    bench.send(i.Save())
    wait(lambda: not bench.live.tasks and not bench.history.modified)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name in ("scene.hdr", "scene.img"):
        (tmp_path / name).rename(elsewhere / name)
    bench.send(i.Open(answers.session))
    wait(lambda: bench.live.message is not None)
    ((label, helping),) = bench.live.message.actions
    assert label == "Find the cube…"
    assert "scene.hdr" in bench.live.message.text
    answers.cube = elsewhere / "scene.hdr"
    before = bench.document
    bench.send(helping)
    wait(lambda: bench.document is not before)
    assert bench.document.cube.path == elsewhere / "scene.hdr"
    assert len(bench.document.pins) == 1


def test_what_was_saved_is_told(bench: Workbench, wait: Wait, scene: Path, answers: Answers, tmp_path: Path):
    opened(bench, wait, i.Open(scene))
    bench.send(i.Pin(1, 1))
    answers.session = tmp_path / "work.hsu"
    bench.send(i.Save())
    wait(lambda: bench.live.notice is not None)
    assert bench.live.notice.text == "Saved work.hsu"
    assert bench.live.message is None


def test_a_place_that_cannot_be_written_offers_another(
    bench: Workbench, wait: Wait, scene: Path, answers: Answers, tmp_path: Path
):
    opened(bench, wait, i.Open(scene))
    bench.send(i.Pin(1, 1))
    answers.session = tmp_path / "no such folder" / "work.hsu"
    bench.send(i.Save())
    wait(lambda: bench.live.message is not None)
    assert "work.hsu" in bench.live.message.text
    assert bench.history.modified
    ((_, helping),) = bench.live.message.actions
    answers.session = tmp_path / "work.hsu"
    bench.send(helping)
    wait(lambda: not bench.history.modified)
    assert bench.live.message is None


@pytest.mark.parametrize("answer", ["cancel", "discard", "save"])
def test_changes_are_asked_about_before_another_file(
    bench: Workbench, wait: Wait, scene: Path, answers: Answers, tmp_path: Path, answer: str
):
    other = write_scene(tmp_path, "other", 9, 14)
    opened(bench, wait, i.Open(scene))
    bench.send(i.Pin(1, 1))
    changed = bench.document
    answers.changes, answers.session = answer, tmp_path / "work.hsu"
    bench.send(i.Open(other))
    if answer == "cancel":
        assert not bench.live.tasks
        assert bench.document is changed
    else:
        wait(lambda: bench.document.cube.lines == 9)
    assert answers.asked[0] == "unsaved scene.hdr"
    assert (tmp_path / "work.hsu").exists() == (answer == "save")


def test_the_sample_cube_with_its_materials(bench: Workbench, wait: Wait):
    document = opened(bench, wait, i.OpenSample())
    assert document.cube.path == resource(*SAMPLE)
    assert document.settings.rank == SAMPLE_RANK
    assert bench.settings.preferences.recent == ()


def test_opened_and_unmixed_in_one_go(bench: Workbench, wait: Wait, scene: Path):
    bench.send(i.Open(scene, rank=3, unmix=True))
    wait(lambda: bench.document.unmixing is not None)
    assert bench.document.unmixing.rank == 3


def test_recent_files_are_forgotten(bench: Workbench, wait: Wait, scene: Path):
    opened(bench, wait, i.Open(scene))
    bench.send(i.ClearRecent())
    assert bench.settings.preferences.recent == ()


def test_what_the_reader_assumed_is_said(bench: Workbench, wait: Wait, scene: Path):
    text = scene.read_text().replace("wavelength units = Nanometers\n", "")
    scene.write_text(text)
    bench.send(i.Open(scene))
    wait(lambda: bench.live.message is not None)
    assert bench.live.message.level == "info"
    assert bench.live.message.text.startswith("scene.hdr: ")
