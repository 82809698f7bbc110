from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QObject

from hsunmix.gui.app.collector import Collector

Wait = Callable[[Callable[[], bool]], None]


class Cyclic:
    """Something that only the collector can free, and that tells in which thread it was."""

    freed: list[int] = []

    def __init__(self) -> None:
        self.me = self

    def __del__(self) -> None:
        Cyclic.freed.append(threading.get_ident())


@pytest.fixture
def parent(qapp: object) -> Iterator[QObject]:
    Cyclic.freed = []
    made = QObject()
    yield made
    made.deleteLater()


def test_what_a_worker_leaves_is_collected_by_the_window(parent: QObject, wait: Wait):
    collector = Collector(lambda: True, parent)

    def work() -> None:
        for _ in range(20_000):
            Cyclic()
        kept.append([[] for _ in range(20_000)])  # enough to make Python collect, if it were to

    kept: list[object] = []
    worker = threading.Thread(target=work)
    worker.start()
    worker.join()
    assert Cyclic.freed == []
    wait(lambda: len(Cyclic.freed) == 20_000)
    assert set(Cyclic.freed) == {threading.get_ident()}
    assert collector.parent() is parent


def test_what_is_garbage_at_the_start_is_not_kept_with_what_the_start_made(
    parent: QObject, monkeypatch: pytest.MonkeyPatch
):
    collector = Collector(lambda: True, parent)
    monkeypatch.setattr(gc, "get_count", lambda: (900, 20, 20))
    monkeypatch.setattr(gc, "freeze", lambda: None)
    Cyclic()
    collector.collect()
    assert len(Cyclic.freed) == 1


def test_the_full_collection_waits_until_nothing_is_done(parent: QObject, monkeypatch: pytest.MonkeyPatch):
    busy: list[bool] = [True]
    done: list[object] = []
    collector = Collector(lambda: not busy[0], parent)
    monkeypatch.setattr(gc, "get_count", lambda: (900, 20, 20))
    monkeypatch.setattr(gc, "collect", done.append)
    collector.collect()
    busy[0] = False
    monkeypatch.setattr(gc, "freeze", lambda: done.append("frozen"))
    collector.collect()
    collector.collect()
    assert done[:4] == [1, 1, "frozen", 2]  # what the start made is not looked through


def test_the_middle_generation_does_not_grow_large(parent: QObject, monkeypatch: pytest.MonkeyPatch):
    """Else many objects made in a short time, as by drawing figures, would be looked through at once."""
    done: list[object] = []
    collector = Collector(lambda: False, parent)
    monkeypatch.setattr(gc, "get_count", lambda: (9_000, 2, 0))
    monkeypatch.setattr(gc, "collect", done.append)
    for _ in range(6):
        collector.collect()
    assert done == [0, 0, 1, 0, 0, 1]
