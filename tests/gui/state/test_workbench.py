"""Messages are read one after the other; none that matters is lost behind another."""

from __future__ import annotations

from hsunmix.errors import FileError
from hsunmix.gui import commands as i
from hsunmix.gui.state.workbench import MOST_MESSAGES, Workbench


def texts(bench: Workbench) -> list[str]:
    return [message.text for message in bench.live.messages]


def test_what_is_no_error_waits_for_the_error_before_it(bench: Workbench):
    bench.fail(FileError("a.hdr", "is gone"))
    bench.say("31 bands are mostly noise.", about="noise")
    assert bench.live.message.level == "error"
    bench.send(i.CloseMessage())
    assert texts(bench) == ["31 bands are mostly noise."]
    bench.send(i.CloseMessage())
    assert bench.live.message is None


def test_an_error_comes_first_and_what_it_covers_comes_back(bench: Workbench):
    bench.say("31 bands are mostly noise.", about="noise")
    bench.say("Lake has a mean of 119 %.", about="means")
    bench.fail(FileError("a.hdr", "is gone"))
    bench.fail(FileError("b.hdr", "is empty"))
    assert [text.split(":")[0] for text in texts(bench)] == [
        "b.hdr",
        "a.hdr",
        "Lake has a mean of 119 %.",
        "31 bands are mostly noise.",
    ]


def test_of_messages_about_the_same_there_is_only_the_newest(bench: Workbench):
    bench.say("Lake has a mean of 119 %.", about="means")
    bench.say("12 files written")
    bench.say("Lake has a mean of 130 %.", about="means")
    assert texts(bench) == ["Lake has a mean of 130 %."]
    bench.fail(FileError("a.hdr", "is gone"))
    bench.fail(FileError("a.hdr", "is gone"))
    assert len(texts(bench)) == 2


def test_what_is_no_longer_true_is_withdrawn_wherever_it_waits(bench: Workbench):
    bench.say("Lake has a mean of 119 %.", about="means")
    bench.fail(FileError("a.hdr", "is gone"))
    bench.withdraw("means")
    assert len(texts(bench)) == 1
    bench.say("31 bands are mostly noise.", about="noise")
    bench.hush()
    assert texts(bench) == []


def test_messages_do_not_pile_up(bench: Workbench):
    for k in range(3 * MOST_MESSAGES):
        bench.fail(FileError(f"{k}.hdr", "is gone"))
    assert len(texts(bench)) == MOST_MESSAGES
    assert texts(bench)[0].startswith(f"{3 * MOST_MESSAGES - 1}.hdr")
