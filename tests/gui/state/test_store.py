"""Messages are read one after the other; none that matters is lost behind another."""

from __future__ import annotations

from hsunmix.errors import FileError
from hsunmix.gui import commands as cmd
from hsunmix.gui.state.store import MAX_MESSAGES, Store


def texts(store: Store) -> list[str]:
    return [message.text for message in store.state.messages]


def test_what_is_no_error_waits_for_the_error_before_it(store: Store):
    store.fail(FileError("a.hdr", "is gone"))
    store.say("31 bands are mostly noise.", about="noise")
    assert store.state.message.level == "error"
    store.send(cmd.CloseMessage())
    assert texts(store) == ["31 bands are mostly noise."]
    store.send(cmd.CloseMessage())
    assert store.state.message is None


def test_an_error_comes_first_and_what_it_covers_comes_back(store: Store):
    store.say("31 bands are mostly noise.", about="noise")
    store.say("Lake has a mean of 119 %.", about="means")
    store.fail(FileError("a.hdr", "is gone"))
    store.fail(FileError("b.hdr", "is empty"))
    assert [text.split(":")[0] for text in texts(store)] == [
        "b.hdr",
        "a.hdr",
        "Lake has a mean of 119 %.",
        "31 bands are mostly noise.",
    ]


def test_of_messages_about_the_same_there_is_only_the_newest(store: Store):
    store.say("Lake has a mean of 119 %.", about="means")
    store.say("12 files written")
    store.say("Lake has a mean of 130 %.", about="means")
    assert texts(store) == ["Lake has a mean of 130 %."]
    store.fail(FileError("a.hdr", "is gone"))
    store.fail(FileError("a.hdr", "is gone"))
    assert len(texts(store)) == 2


def test_what_is_no_longer_true_is_withdrawn_wherever_it_waits(store: Store):
    store.say("Lake has a mean of 119 %.", about="means")
    store.fail(FileError("a.hdr", "is gone"))
    store.withdraw("means")
    assert len(texts(store)) == 1
    store.say("31 bands are mostly noise.", about="noise")
    store.hush()
    assert texts(store) == []


def test_messages_do_not_pile_up(store: Store):
    for k in range(3 * MAX_MESSAGES):
        store.fail(FileError(f"{k}.hdr", "is gone"))
    assert len(texts(store)) == MAX_MESSAGES
    assert texts(store)[0].startswith(f"{3 * MAX_MESSAGES - 1}.hdr")
