"""Work is kept in the background and offered back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from hsunmix.formats import open_cube
from hsunmix.gui import commands as i
from hsunmix.gui.files import recovery_controller as recovery
from hsunmix.gui.state.workbench import Workbench
from hsunmix.session.archive import load
from hsunmix.session.document import Document, with_result
from hsunmix.session.recovery import Claim, Keeper, Work, left_behind
from tests.gui.conftest import Answers, unmixing_of
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


def controller(bench: Workbench) -> recovery.Controller:
    return bench._handlers[i.OpenWork].__self__


def kept(place: Path) -> list[Path]:
    return sorted(place.glob("*/work-*.hsu"))


def leave(place: Path, document: Document, title: str = "scene.hdr", session: Path | None = None) -> Work:
    """Leave work as a window that was killed does."""
    keeper = Keeper(place)
    keeper.write(document, title, session)
    keeper._lock.release()
    return Work(keeper._folder, keeper.record)


def test_a_result_is_kept_at_once_and_other_changes_within_the_period(
    bench: Workbench, opened: Document, wait: Wait, place: Path
):
    bench.history.reset(Document(cube=opened.cube))
    assert not controller(bench).timer.isActive()
    bench.history.apply("Unmix", opened)
    wait(lambda: len(kept(place)) == 1 and not bench.lanes["keep"].busy)
    assert len(load(kept(place)[0]).endmembers) == 3
    bench.send(i.Rename(0, "Tree"))
    timer = controller(bench).timer
    assert 0 < timer.remainingTime() <= 1.05 * recovery.PERIOD < 110_000  # Qt lets it be 5 % later
    left = timer.remainingTime()
    bench.send(i.Rename(0, "Oak"))  # a later change doesn't put the writing off
    assert timer.remainingTime() <= left
    timer.timeout.emit()
    wait(lambda: [p.name for p in kept(place)] == ["work-2.hsu"] and not bench.lanes["keep"].busy)
    assert load(kept(place)[0]).endmembers[0].name == "Oak"


def test_many_results_are_not_written_all_the_time(
    bench: Workbench, opened: Document, wait: Wait, place: Path
):
    bench.history.reset(Document(cube=opened.cube))
    bench.history.apply("Unmix", opened)
    wait(lambda: len(kept(place)) == 1 and not bench.lanes["keep"].busy)
    bench.history.apply("Edit", with_result(bench.document, unmixing_of(opened.cube, seed=5)))
    assert controller(bench).timer.remainingTime() > 1000 * recovery.PAUSE / 2


def test_what_is_saved_needs_nothing_kept(
    bench: Workbench, opened: Document, wait: Wait, place: Path, answers: Answers, tmp_path: Path
):
    answers.session = tmp_path / "mine.hsu"
    bench.history.reset(Document(cube=opened.cube))
    bench.history.apply("Unmix", opened)
    wait(lambda: len(kept(place)) == 1 and not bench.lanes["keep"].busy)
    bench.send(i.Save())
    wait(lambda: not bench.history.modified)
    assert kept(place) == []
    assert not controller(bench).timer.isActive()
    bench.send(i.Rename(0, "Tree"))
    controller(bench).timer.timeout.emit()
    wait(lambda: len(kept(place)) == 1)
    bench.send(i.Undo())  # back to what is saved
    wait(lambda: kept(place) == [])


def test_the_users_file_is_never_touched(
    bench: Workbench, opened: Document, wait: Wait, place: Path, tmp_path: Path
):
    bench.session_path = tmp_path / "mine.hsu"
    bench.history.reset(Document(cube=opened.cube))
    bench.history.apply("Unmix", opened)
    wait(lambda: len(kept(place)) == 1)
    assert not bench.session_path.exists()


def test_a_window_that_closes_leaves_nothing(bench: Workbench, opened: Document, wait: Wait, place: Path):
    bench.history.reset(Document(cube=opened.cube))
    bench.history.apply("Unmix", opened)
    wait(lambda: len(kept(place)) == 1)
    bench.close()
    assert list(place.iterdir()) == []


def test_what_was_left_behind_is_offered_and_opened(
    bench: Workbench, opened: Document, wait: Wait, place: Path, tmp_path: Path
):
    mine = tmp_path / "mine.hsu"
    work = leave(place, opened, "mine.hsu", mine)
    wait(lambda: bool(bench.live.left_behind))
    assert bench.live.left_behind == (work,)
    bench.send(i.OpenWork(work))
    wait(lambda: bool(bench.document.endmembers))
    assert bench.session_path == mine
    assert bench.history.modified  # it is not saved yet
    assert bench.live.left_behind == ()
    assert "mine.hsu is back" in bench.live.message.text
    wait(lambda: not work.folder.exists())  # kept anew by this window
    assert len(kept(place)) == 1
    assert left_behind(place) == []


def test_work_that_ended_the_program_stays_suspect_until_it_proved_harmless(
    bench: Workbench, opened: Document, wait: Wait, place: Path
):
    bench.send(i.OpenWork(leave(place, opened)))
    keeper = controller(bench)._keeper
    wait(lambda: keeper.record is not None and not bench.lanes["keep"].busy)
    assert keeper.record.attempts == 1
    controller(bench)._trust()
    wait(lambda: keeper.record.attempts == 0)


def test_work_whose_cube_is_gone(
    bench: Workbench, opened: Document, wait: Wait, place: Path, answers: Answers, tmp_path: Path
):
    work = leave(place, opened)
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    for path in (opened.cube.path, opened.cube.pixels.path):
        Path(path).rename(moved / Path(path).name)
    bench.send(i.OpenWork(work))
    wait(lambda: bench.live.message is not None)
    ((label, intent),) = bench.live.message.actions
    assert label == "Find the cube…"
    assert left_behind(place)[0].record.attempts == 0
    answers.cube = moved / Path(opened.cube.path).name
    bench.send(intent)
    wait(lambda: bool(bench.document.endmembers))
    assert bench.session_path is None


def test_work_is_discarded_or_put_off(bench: Workbench, opened: Document, wait: Wait, place: Path):
    first, second = leave(place, opened, "first"), leave(place, opened, "second")
    wait(lambda: len(bench.live.left_behind) == 2)
    bench.send(i.DiscardWork(first))
    assert bench.live.left_behind == (second,)
    assert not first.folder.exists()
    bench.send(i.PutOffWork())
    assert bench.live.left_behind == ()
    assert left_behind(place) == [second]


def test_another_window_was_faster(bench: Workbench, opened: Document, place: Path):
    work = leave(place, opened)
    claim = Claim(work)
    bench.send(i.OpenWork(work))
    assert "taken by another window" in bench.live.message.text
    claim.release()


def test_changes_that_are_not_saved_are_asked_about_first(
    bench: Workbench, opened: Document, wait: Wait, place: Path, answers: Answers
):
    bench.history.reset(opened, saved=False)
    work = leave(place, opened)
    answers.changes = "cancel"
    bench.send(i.OpenWork(work))
    assert answers.asked == ["unsaved scene.hdr"]
    assert bench.document is opened


def test_that_nothing_can_be_kept_is_said_once(
    bench: Workbench, opened: Document, wait: Wait, place: Path, qtbot: QtBot
):
    place.parent.mkdir()
    place.touch()  # a file where the folder should be
    bench.history.reset(Document(cube=opened.cube))
    bench.history.apply("Unmix", opened)
    wait(lambda: bench.live.message is not None)
    assert "can't be kept" in bench.live.message.text
    bench.send(i.CloseMessage())
    controller(bench).keep()
    wait(lambda: not bench.lanes["keep"].busy)
    assert bench.live.message is None
