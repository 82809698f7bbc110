"""Who hears of a change."""

from __future__ import annotations

from hsunmix.session.document import Document, RunSettings
from hsunmix.session.history import History


def failing(*_: object) -> None:
    raise ValueError("a fault")


def test_one_that_fails_silences_no_other_and_is_reported_once():
    told, heard = [], []
    history = History(Document(), told.append)
    history.subscribe(lambda _, new: heard.append(("first", new.settings.rank)))
    history.subscribe(failing)
    history.subscribe(lambda _, new: heard.append(("last", new.settings.rank)))
    for rank in (5, 6):
        history.apply("", Document(settings=RunSettings(rank=rank)))
    assert heard == [("first", 5), ("last", 5), ("first", 6), ("last", 6)]
    assert [str(error) for error in told] == ["a fault"]


def test_one_that_worked_again_is_reported_again():
    told, wrong = [], [True, False, True]
    history = History(Document(), told.append)

    def now_and_then(*_: object) -> None:
        if wrong.pop(0):
            raise ValueError("a fault")

    history.subscribe(now_and_then)
    for rank in (5, 6, 7):
        history.apply("", Document(settings=RunSettings(rank=rank)))
    assert len(told) == 2


def test_one_that_changes_the_document_is_no_reason_to_show_an_old_one():
    history = History(Document())
    history.subscribe(
        lambda _, new: history.amend(Document()) if new.settings.rank == 5 else None,
    )
    seen = []
    history.subscribe(lambda _, new: seen.append(new.settings.rank))
    history.apply("", Document(settings=RunSettings(rank=5)))
    assert seen == [4, 4]
