"""A call in a thread: waited for in steps, left to itself when that is cancelled."""

from __future__ import annotations

import threading
from contextlib import ExitStack

import pytest

from hsunmix.exports._aside import aside, keeping
from hsunmix.exports._figures import drawn, style
from hsunmix.model.progress import finish


def test_what_the_call_returns_and_raises():
    assert finish(aside(divmod, 7, 2)) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        finish(aside(divmod, 7, 0))
    assert finish(aside(lambda: threading.current_thread())) is not threading.current_thread()


def test_who_cancels_does_not_wait_and_what_the_call_needs_is_kept():
    go, ended, let_go = threading.Event(), threading.Event(), threading.Event()

    def call():
        go.wait(60)
        assert not let_go.is_set()
        ended.set()

    with ExitStack() as kept:
        kept.callback(let_go.set)
        work = keeping(kept, call)
        next(work)
        work.close()
    assert not ended.is_set()  # it still waits, and nothing was taken from it
    assert not let_go.is_set()
    go.set()
    assert let_go.wait(60)
    assert ended.is_set()


def test_two_drawings_take_turns():
    """Matplotlib's style is one for all threads: one that was left to itself must not see it change."""
    import matplotlib

    begun, go, sizes = threading.Event(), threading.Event(), []

    def slow():
        begun.set()
        go.wait(60)
        sizes.append(matplotlib.rcParams["font.size"])

    usual = matplotlib.rcParams["font.size"]
    first = drawn(slow)
    next(first)
    assert begun.wait(60)
    first.close()
    second = drawn(lambda: matplotlib.rcParams["font.size"])
    next(second)  # waits for its turn, and can be cancelled while it does
    go.set()
    assert finish(second) == sizes[0] == 11
    with style():
        assert matplotlib.rcParams["font.size"] == 11
    assert matplotlib.rcParams["font.size"] == usual
