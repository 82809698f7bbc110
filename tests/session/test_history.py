"""Undo and redo."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hsunmix.session import history as module
from hsunmix.session.document import Document, RunSettings, SceneEntry, ScenePlace, View
from hsunmix.session.history import History
from tests.session.conftest import make_result


def ranked(rank: int) -> Document:
    return Document(settings=RunSettings(rank=rank))


@pytest.fixture
def history() -> History:
    history = History(ranked(1))
    history.apply("two", ranked(2))
    history.apply("three", ranked(3))
    return history


def rank(history: History) -> int:
    return history.document.settings.rank


def test_there_and_back(history):
    assert (rank(history), history.undo_label, history.redo_label) == (3, "three", "")
    history.undo()
    assert (rank(history), history.undo_label, history.redo_label) == (2, "two", "three")
    history.undo()
    assert (rank(history), history.undo_label, history.redo_label) == (1, "", "two")
    history.undo()
    assert rank(history) == 1
    for expected in (2, 3, 3):
        history.redo()
        assert rank(history) == expected


def test_undo_gives_the_very_same_document(history):
    three = history.document
    history.undo()
    history.redo()
    assert history.document is three


def test_a_change_after_undo_forgets_what_was_undone(history):
    history.undo()
    history.apply("four", ranked(4))
    assert history.redo_label == ""
    history.redo()
    assert rank(history) == 4
    history.undo()
    assert rank(history) == 2


def test_a_change_without_a_label_can_be_redone(history):
    history.apply("", ranked(4))
    history.undo()
    history.redo()
    assert rank(history) == 4


def test_applying_the_same_document_is_no_change(history):
    seen = []
    history.subscribe(lambda old, new: seen.append(new))
    history.apply("again", history.document)
    assert history.undo_label == "three"
    assert seen == []


def test_the_oldest_entries_go(monkeypatch):
    monkeypatch.setattr(module, "LIMIT", 5)
    history = History(ranked(0))
    for k in range(1, 20):
        history.apply(f"to {k}", ranked(k))
    for _ in range(10):
        history.undo()
    assert rank(history) == 15
    assert history.undo_label == ""  # nothing to take back: the one before is gone
    assert history.redo_label == "to 16"


def test_amending_makes_no_entry(history):
    history.amend(replace(history.document, view=View(page="map")))
    assert history.undo_label == "three"
    history.undo()
    assert rank(history) == 2
    history.redo()
    assert history.document.view.page == "map"


def test_modified(history):
    assert history.modified
    history.mark_saved()
    assert not history.modified
    history.undo()
    assert history.modified
    history.redo()
    assert not history.modified
    history.amend(replace(history.document, view=View(page="map")))
    assert not history.modified  # looking is no change
    history.apply("four", ranked(4))
    history.amend(replace(history.document, view=View(page="map")))
    assert history.modified


def test_reset_begins_anew(history):
    history.reset(ranked(9))
    assert (rank(history), history.undo_label, history.redo_label) == (9, "", "")
    assert not history.modified


def test_listeners_hear_old_and_new(history):
    heard = []
    history.subscribe(lambda old, new: heard.append((old.settings.rank, new.settings.rank)))
    history.undo()
    history.redo()
    history.apply("four", ranked(4))
    history.amend(ranked(5))
    history.reset(ranked(6))
    history.undo()
    assert heard == [(3, 2), (2, 3), (3, 4), (4, 5), (5, 6)]


def with_maps(megabytes: float) -> Document:
    """A document with a result of about so many megabytes."""
    each = sum(array.nbytes for one in make_result(pixels=(5,)).maps.values() for array in one.arrays) // 5
    pixels = int(megabytes * (1 << 20) / each)
    return Document(unmixing=make_result(pixels=(pixels,)))


def test_the_oldest_results_go_when_they_fill_the_memory(monkeypatch):
    monkeypatch.setattr(module, "BYTES", 4 << 20)
    history = History(Document())
    for k in range(10):
        history.apply(f"to {k}", with_maps(1))
    for _ in range(20):
        history.undo()
    assert history.redo_label == "to 8"  # of ten, the last three fit, with the small arrays of each
    big = History(Document())
    big.apply("one", with_maps(8))
    big.apply("two", with_maps(8))
    big.undo()
    assert big.redo_label == "two"  # one step back is always there


def test_results_that_are_shared_count_once(monkeypatch):
    monkeypatch.setattr(module, "BYTES", 4 << 20)
    history, document = History(Document()), with_maps(3)
    for k in range(50):
        history.apply(f"to {k}", replace(document, settings=RunSettings(rank=k + 1)))
    for _ in range(50):
        history.undo()
    assert history.redo_label == "to 0"


def test_what_is_looked_at_while_it_is_saved_is_no_change():
    history = History(ranked(1))
    history.apply("two", ranked(2))
    saving = history.entry
    history.amend(replace(history.document, view=View(page="maps")))
    history.mark_saved(saving)
    assert not history.modified


def test_a_change_while_it_is_saved_is_one_and_going_back_is_none():
    history = History(ranked(1))
    history.apply("two", ranked(2))
    saving = history.entry
    history.apply("three", ranked(3))
    history.mark_saved(saving)
    assert history.modified
    history.undo()
    assert not history.modified


def test_to_go_on_with_a_change_is_a_change_of_its_own_to_a_file():
    history = History(ranked(1))
    history.apply("drag", ranked(2))
    history.mark_saved()
    history.go_on(ranked(3))
    assert (rank(history), history.undo_label, history.modified) == (3, "drag", True)
    history.undo()
    assert rank(history) == 1


def test_that_it_is_saved_is_told(history):
    heard = []
    history.subscribe(lambda old, new: heard.append((old is new, history.modified)))
    history.mark_saved()
    assert heard == [(True, False)]


def test_what_is_dropped_can_not_be_done_again(history):
    history.drop()
    assert (rank(history), history.redo_label) == (2, "")
    history.undo()
    history.drop()  # not the newest: it is only undone
    assert rank(history) == 1


def test_what_is_taken_along_by_undo_is_told_once(history):
    heard = []
    history.subscribe(lambda _, new: heard.append(new.view.page))
    history.undo(lambda now, then: replace(then, view=View(page=f"of {now.settings.rank}")))
    assert heard == ["of 3"]


def test_results_of_scenes_that_wait_count_too(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "BYTES", 3 << 20)
    made = History(Document())
    for _ in range(6):
        entry = SceneEntry("west", ScenePlace(None), with_maps(1).unmixing)
        made.apply("Unmix 2 scenes", Document(scenes=(entry,)))
    undone = 0
    while made.undo_label:
        made.undo()
        undone += 1
    assert 1 <= undone < 5
