from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hsunmix.files import resource
from hsunmix.formats import open_cube
from hsunmix.gui import commands as cmd
from hsunmix.gui.files.controller import SAMPLE, SAMPLE_RANK
from hsunmix.gui.image.state import ImageState
from hsunmix.gui.state.settings import Settings
from hsunmix.gui.state.store import Store
from hsunmix.session.archive import load, save
from hsunmix.session.document import Document, RunSettings
from tests.gui.conftest import FakeDialogs
from tests.gui.scenes_on_disk import write_scene

Wait = Callable[[Callable[[], bool]], None]


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    return write_scene(tmp_path)


def opened(store: Store, wait: Wait, command: cmd.Open) -> Document:
    before = store.document
    store.send(command)
    wait(lambda: store.document is not before and not store.state.tasks)
    return store.document


def test_a_cube_is_opened_shown_and_remembered(store: Store, wait: Wait, scene: Path):
    document = opened(store, wait, cmd.Open(scene))
    assert document.cube.shape == (30, 20, 20)
    assert document.unmixing is None
    wait(lambda: store.state[ImageState].picture is not None)
    assert store.state[ImageState].picture.rgba.shape == (30, 20, 4)
    assert Settings(store.settings.path).preferences.recent == (str(scene),)
    assert not store.history.modified


def test_which_file_is_asked_for_in_the_folder_of_last_time(
    store: Store, wait: Wait, scene: Path, dialogs: FakeDialogs
):
    store.send(cmd.Open())
    assert store.document.cube is None  # nothing was chosen
    dialogs.file = scene
    opened(store, wait, cmd.Open())
    store.send(cmd.Open())
    assert dialogs.asked == ["open_file ", "open_file ", f"open_file {scene.parent}"]


@pytest.mark.parametrize(
    "name", ["missing.hdr", "folder.hdr", "text.hdr", "short.hdr", "empty.hsu", "fifo.h5"]
)
def test_what_cannot_be_opened_is_said_and_the_work_is_kept(
    store: Store, wait: Wait, scene: Path, tmp_path: Path, name: str
):
    opened(store, wait, cmd.Open(scene))
    kept = store.document
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
    store.send(cmd.Open(bad))
    wait(lambda: store.state.message is not None)
    assert store.state.message.level == "error"
    assert str(bad.with_suffix("")) in store.state.message.text
    assert "\n" not in store.state.message.text
    assert "inside hsunmix" not in store.state.message.text
    assert store.document is kept
    assert not store.state.tasks


def test_lines_are_asked_for_where_the_file_does_not_say(
    store: Store, wait: Wait, shared: Path, dialogs: FakeDialogs
):
    urban = shared / "data" / "urban_77" / "urban_undersampled4.mat"
    store.send(cmd.Open(urban))
    wait(lambda: bool(dialogs.asked))
    assert dialogs.asked == ["lines_of urban_undersampled4.mat 5929"]
    assert store.document.cube is None
    assert store.state.message is None  # not answering is no error
    dialogs.lines = 77
    document = opened(store, wait, cmd.Open(urban))
    assert document.cube.shape == (77, 77, 162)


def test_saved_and_opened_again(store: Store, wait: Wait, scene: Path, dialogs: FakeDialogs, tmp_path: Path):
    opened(store, wait, cmd.Open(scene))
    store.send(cmd.SetRun(RunSettings("spa", 3)))
    store.send(cmd.Unmix())
    wait(lambda: store.document.unmixing is not None)
    store.send(cmd.Rename(1, "Water"))
    store.send(cmd.Pin(3, 7))
    saved = store.document
    store.send(cmd.Save())
    assert dialogs.asked == ["session_file scene.hsu"]  # nowhere: nothing happens
    assert store.history.modified
    dialogs.session = tmp_path / "work"
    store.send(cmd.Save())
    wait(lambda: not store.history.modified)
    assert store.session_path == tmp_path / "work.hsu"
    assert store.settings.preferences.recent[0] == str(tmp_path / "work.hsu")
    store.send(cmd.Save())  # a second time it doesn't ask
    wait(lambda: not store.state.tasks)
    assert len(dialogs.asked) == 2
    again = opened(store, wait, cmd.Open(tmp_path / "work.hsu"))
    assert [e.name for e in again.endmembers] == ["Endmember 1", "Water", "Endmember 3"]
    assert again.pins == saved.pins
    assert again.settings == saved.settings
    np.testing.assert_array_equal(again.unmixing.abundances, saved.unmixing.abundances)
    assert not store.history.modified


def test_a_session_open_in_two_windows_is_not_overwritten(
    store: Store, wait: Wait, scene: Path, dialogs: FakeDialogs, tmp_path: Path
):
    place = tmp_path / "work.hsu"
    save(Document(open_cube(scene)), place)
    opened(store, wait, cmd.Open(place))
    theirs = Document(open_cube(scene), settings=RunSettings("vca", 7))
    save(theirs, place)
    store.send(cmd.Pin(3, 7))
    store.send(cmd.Save())
    wait(lambda: store.state.message is not None)
    assert "work.hsu: was saved elsewhere since it was opened here" in store.state.message.text
    assert store.history.modified
    assert load(place).settings.rank == 7
    (_, elsewhere), *_ = store.state.message.actions
    dialogs.session = tmp_path / "mine.hsu"
    store.send(elsewhere)
    wait(lambda: not store.history.modified)
    assert len(load(dialogs.session).pins) == 1
    store.send(cmd.Pin(4, 8))
    store.send(cmd.Save())  # now it is ours
    wait(lambda: not store.history.modified)
    assert len(load(dialogs.session).pins) == 2
    dialogs.session = place  # the dialog has asked whether to replace it
    store.send(cmd.Save(new_place=True))
    wait(lambda: len(load(place).pins) == 2)


def test_a_session_whose_cube_is_gone_asks_for_it(
    store: Store, wait: Wait, scene: Path, dialogs: FakeDialogs, tmp_path: Path
):
    opened(store, wait, cmd.Open(scene))
    dialogs.session = tmp_path / "work.hsu"
    store.send(cmd.Pin(1, 1))
    store.send(cmd.Save())
    wait(lambda: not store.state.tasks and not store.history.modified)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name in ("scene.hdr", "scene.img"):
        (tmp_path / name).rename(elsewhere / name)
    store.send(cmd.Open(dialogs.session))
    wait(lambda: store.state.message is not None)
    ((label, helping),) = store.state.message.actions
    assert label == "Find the cube…"
    assert "scene.hdr" in store.state.message.text
    dialogs.cube = elsewhere / "scene.hdr"
    before = store.document
    store.send(helping)
    wait(lambda: store.document is not before)
    assert store.document.cube.path == elsewhere / "scene.hdr"
    assert len(store.document.pins) == 1


def test_what_was_saved_is_told(store: Store, wait: Wait, scene: Path, dialogs: FakeDialogs, tmp_path: Path):
    opened(store, wait, cmd.Open(scene))
    store.send(cmd.Pin(1, 1))
    dialogs.session = tmp_path / "work.hsu"
    store.send(cmd.Save())
    wait(lambda: store.state.notice is not None)
    assert store.state.notice.text == "Saved work.hsu"
    assert store.state.message is None


def test_a_place_that_cannot_be_written_offers_another(
    store: Store, wait: Wait, scene: Path, dialogs: FakeDialogs, tmp_path: Path
):
    opened(store, wait, cmd.Open(scene))
    store.send(cmd.Pin(1, 1))
    dialogs.session = tmp_path / "no such folder" / "work.hsu"
    store.send(cmd.Save())
    wait(lambda: store.state.message is not None)
    assert "work.hsu" in store.state.message.text
    assert store.history.modified
    ((_, helping),) = store.state.message.actions
    dialogs.session = tmp_path / "work.hsu"
    store.send(helping)
    wait(lambda: not store.history.modified)
    assert store.state.message is None


@pytest.mark.parametrize("answer", ["cancel", "discard", "save"])
def test_changes_are_asked_about_before_another_file(
    store: Store, wait: Wait, scene: Path, dialogs: FakeDialogs, tmp_path: Path, answer: str
):
    other = write_scene(tmp_path, "other", 9, 14)
    opened(store, wait, cmd.Open(scene))
    store.send(cmd.Pin(1, 1))
    changed = store.document
    dialogs.changes, dialogs.session = answer, tmp_path / "work.hsu"
    store.send(cmd.Open(other))
    if answer == "cancel":
        assert not store.state.tasks
        assert store.document is changed
    else:
        wait(lambda: store.document.cube.lines == 9)
    assert dialogs.asked[0] == "unsaved scene.hdr"
    assert (tmp_path / "work.hsu").exists() == (answer == "save")


def test_the_sample_cube_with_its_materials(store: Store, wait: Wait):
    document = opened(store, wait, cmd.OpenSample())
    assert document.cube.path == resource(*SAMPLE)
    assert document.settings.rank == SAMPLE_RANK
    assert store.settings.preferences.recent == ()


def test_opened_and_unmixed_in_one_go(store: Store, wait: Wait, scene: Path):
    store.send(cmd.Open(scene, rank=3, unmix=True))
    wait(lambda: store.document.unmixing is not None)
    assert store.document.unmixing.rank == 3


def test_recent_files_are_forgotten(store: Store, wait: Wait, scene: Path):
    opened(store, wait, cmd.Open(scene))
    store.send(cmd.ClearRecent())
    assert store.settings.preferences.recent == ()


def test_what_the_reader_assumed_is_said(store: Store, wait: Wait, scene: Path):
    text = scene.read_text().replace("wavelength units = Nanometers\n", "")
    scene.write_text(text)
    store.send(cmd.Open(scene))
    wait(lambda: store.state.message is not None)
    assert store.state.message.level == "info"
    assert store.state.message.text.startswith("scene.hdr: ")
