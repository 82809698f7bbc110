from __future__ import annotations

import threading
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from hsunmix.errors import HsunmixWarning
from hsunmix.gui import commands as cmd
from hsunmix.gui.app.warned import Warned
from hsunmix.gui.image.state import ImageState
from hsunmix.gui.state.store import Store
from tests.gui.conftest import FakeDialogs, solved_document

Wait = Callable[[Callable[[], bool]], None]


@pytest.fixture
def solved_store(store: Store, wait: Wait) -> Store:
    store.history.reset(solved_document(5))
    wait(lambda: not store.state.tasks and store.state[ImageState].picture is not None)
    return store


def warn(*texts: str) -> None:
    for text in texts:
        warnings.warn(text, HsunmixWarning, stacklevel=2)


def test_what_any_thread_warns_of_is_told_every_time_and_libraries_are_not(store: Store, wait: Wait):
    others: list[str] = []
    with warnings.catch_warnings():
        warnings.showwarning = lambda message, *_: others.append(str(message))
        Warned(store)
        for _ in range(2):
            thread = threading.Thread(target=warn, args=("one", "two", "one"))
            thread.start()
            thread.join()
            wait(lambda: store.state.notice is not None)
            assert store.state.notice.text == "one; two"
            store.show(notice=None)
        warnings.warn("for developers", RuntimeWarning, stacklevel=1)
        store.close()
        warn("the window is closed")
    assert others == ["for developers", "the window is closed"]


def test_files_of_an_earlier_run_that_are_removed_or_left_are_told(
    solved_store: Store, dialogs: FakeDialogs, tmp_path: Path, wait: Wait
):
    store = solved_store
    with warnings.catch_warnings():
        Warned(store)
        for products in (("csv", "sli", "png"), ("csv",)):
            dialogs.job = (tmp_path / "out", products)
            store.send(cmd.Export())
            wait(lambda: not store.channels["export"].busy)
            (tmp_path / "out" / "endmembers.sli").write_text("edited")
            store.send(cmd.Delete(0))
            wait(
                lambda: (
                    not store.state.stopped and not any(channel.busy for channel in store.channels.values())
                )
            )
        wait(lambda: store.state.notice is not None and "earlier run" in store.state.notice.text)
        store.close()
    assert "removed" in store.state.notice.text
    assert "left, because changed since, 1 file of an earlier run: endmembers.sli" in store.state.notice.text
