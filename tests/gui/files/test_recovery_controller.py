"""Work is kept in the background and offered back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from hsunmix.formats import open_cube
from hsunmix.gui import commands as cmd
from hsunmix.gui.files import recovery_controller as recovery
from hsunmix.gui.files.state import FilesState
from hsunmix.gui.state.settings import Preferences
from hsunmix.gui.state.store import Store
from hsunmix.session.archive import load
from hsunmix.session.document import Document, with_result
from hsunmix.session.recovery import Claim, Keeper, Work, left_behind
from tests.gui.conftest import FakeDialogs, unmixing_of
from tests.gui.scenes_on_disk import write_scene

Wait = Callable[[Callable[[], bool]], None]


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HSUNMIX_STATE_DIR", str(tmp_path / "state"))
    return tmp_path / "state" / "recovery"


@pytest.fixture
def opened(tmp_path: Path) -> Document:
    cube = open_cube(write_scene(tmp_path))
    return with_result(Document(cube=cube), unmixing_of(cube))


def controller(store: Store) -> recovery.Controller:
    return store._handlers[cmd.OpenWork].__self__


def kept(place: Path) -> list[Path]:
    return sorted(place.glob("*/work-*.hsu"))


def leave(place: Path, document: Document, title: str = "scene.hdr", session: Path | None = None) -> Work:
    """Leave work as a window that was killed does."""
    keeper = Keeper(place)
    keeper.write(document, title, session)
    keeper._lock.release()
    return Work(keeper._folder, keeper.record)


def test_a_result_is_kept_at_once_and_other_changes_within_the_period(
    store: Store, opened: Document, wait: Wait, place: Path
):
    store.history.reset(Document(cube=opened.cube))
    assert not controller(store).timer.isActive()
    store.history.apply("Unmix", opened)
    wait(lambda: len(kept(place)) == 1 and not store.channels["autosave"].busy)
    assert len(load(kept(place)[0]).endmembers) == 3
    store.send(cmd.Rename(0, "Tree"))
    timer = controller(store).timer
    assert 0 < timer.remainingTime() <= 1050 * Preferences().keep_every < 110_000  # Qt lets it be 5 % later
    left = timer.remainingTime()
    store.send(cmd.Rename(0, "Oak"))  # a later change doesn't put the writing off
    assert timer.remainingTime() <= left
    timer.timeout.emit()
    wait(lambda: [p.name for p in kept(place)] == ["work-2.hsu"] and not store.channels["autosave"].busy)
    assert load(kept(place)[0]).endmembers[0].name == "Oak"


def test_many_results_are_not_written_all_the_time(
    store: Store, opened: Document, wait: Wait, place: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(recovery, "PAUSE", 90.0)  # far longer than a busy machine takes for this test
    store.history.reset(Document(cube=opened.cube))
    store.history.apply("Unmix", opened)
    wait(lambda: len(kept(place)) == 1 and not store.channels["autosave"].busy)
    store.history.apply("Edit", with_result(store.document, unmixing_of(opened.cube, seed=5)))
    assert controller(store).timer.remainingTime() > 1000 * recovery.PAUSE / 2


def test_what_is_saved_needs_nothing_kept(
    store: Store, opened: Document, wait: Wait, place: Path, dialogs: FakeDialogs, tmp_path: Path
):
    dialogs.session = tmp_path / "mine.hsu"
    store.history.reset(Document(cube=opened.cube))
    store.history.apply("Unmix", opened)
    wait(lambda: len(kept(place)) == 1 and not store.channels["autosave"].busy)
    store.send(cmd.Save())
    wait(lambda: not store.history.modified and kept(place) == [])
    assert not controller(store).timer.isActive()
    store.send(cmd.Rename(0, "Tree"))
    controller(store).timer.timeout.emit()
    wait(lambda: len(kept(place)) == 1)
    store.send(cmd.Undo())  # back to what is saved
    wait(lambda: kept(place) == [])


def test_the_users_file_is_never_touched(
    store: Store, opened: Document, wait: Wait, place: Path, tmp_path: Path
):
    store.session_path = tmp_path / "mine.hsu"
    store.history.reset(Document(cube=opened.cube))
    store.history.apply("Unmix", opened)
    wait(lambda: len(kept(place)) == 1)
    assert not store.session_path.exists()


def test_a_window_that_closes_leaves_nothing(store: Store, opened: Document, wait: Wait, place: Path):
    store.history.reset(Document(cube=opened.cube))
    store.history.apply("Unmix", opened)
    wait(lambda: len(kept(place)) == 1)
    store.close()
    assert list(place.iterdir()) == []


def test_what_was_left_behind_is_offered_and_opened(
    store: Store, opened: Document, wait: Wait, place: Path, tmp_path: Path
):
    mine = tmp_path / "mine.hsu"
    work = leave(place, opened, "mine.hsu", mine)
    wait(lambda: bool(store.state[FilesState].left_behind))
    assert store.state[FilesState].left_behind == (work,)
    store.send(cmd.OpenWork(work))
    wait(lambda: bool(store.document.endmembers))
    assert store.session_path == mine
    assert store.history.modified  # it is not saved yet
    assert store.state[FilesState].left_behind == ()
    assert "mine.hsu is back" in store.state.message.text
    wait(lambda: not work.folder.exists())  # kept anew by this window
    assert len(kept(place)) == 1
    assert left_behind(place) == []


def test_work_that_ended_the_program_stays_suspect_until_it_proved_harmless(
    store: Store, opened: Document, wait: Wait, place: Path
):
    store.send(cmd.OpenWork(leave(place, opened)))
    keeper = controller(store)._keeper
    wait(lambda: keeper.record is not None and not store.channels["autosave"].busy)
    assert keeper.record.attempts == 1
    controller(store)._trust()
    wait(lambda: keeper.record.attempts == 0)


def test_work_whose_cube_is_gone(
    store: Store, opened: Document, wait: Wait, place: Path, dialogs: FakeDialogs, tmp_path: Path
):
    work = leave(place, opened)
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    for path in (opened.cube.path, opened.cube.pixels.path):
        Path(path).rename(moved / Path(path).name)
    store.send(cmd.OpenWork(work))
    wait(lambda: store.state.message is not None)
    ((label, command),) = store.state.message.actions
    assert label == "Find the cube…"
    assert left_behind(place)[0].record.attempts == 0
    dialogs.cube = moved / Path(opened.cube.path).name
    store.send(command)
    wait(lambda: bool(store.document.endmembers))
    assert store.session_path is None


def test_work_is_discarded_or_put_off(store: Store, opened: Document, wait: Wait, place: Path):
    first, second = leave(place, opened, "first"), leave(place, opened, "second")
    wait(lambda: len(store.state[FilesState].left_behind) == 2)
    store.send(cmd.DiscardWork(first))
    assert store.state[FilesState].left_behind == (second,)
    assert not first.folder.exists()
    store.send(cmd.PutOffWork())
    assert store.state[FilesState].left_behind == ()
    assert left_behind(place) == [second]


def test_another_window_was_faster(store: Store, opened: Document, place: Path):
    work = leave(place, opened)
    claim = Claim(work)
    store.send(cmd.OpenWork(work))
    assert "taken by another window" in store.state.message.text
    claim.release()


def test_changes_that_are_not_saved_are_asked_about_first(
    store: Store, opened: Document, wait: Wait, place: Path, dialogs: FakeDialogs
):
    store.history.reset(opened, saved=False)
    work = leave(place, opened)
    dialogs.changes = "cancel"
    store.send(cmd.OpenWork(work))
    assert dialogs.asked == ["unsaved scene.hdr"]
    assert store.document is opened


def test_that_nothing_can_be_kept_is_said_once(
    store: Store, opened: Document, wait: Wait, place: Path, qtbot: QtBot
):
    place.parent.mkdir()
    place.touch()  # a file where the folder should be
    store.history.reset(Document(cube=opened.cube))
    store.history.apply("Unmix", opened)
    wait(lambda: store.state.message is not None)
    assert "can't be kept" in store.state.message.text
    store.send(cmd.CloseMessage())
    controller(store).keep()
    wait(lambda: not store.channels["autosave"].busy)
    assert store.state.message is None
