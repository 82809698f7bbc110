from __future__ import annotations

import threading
import time
from collections.abc import Callable

import numpy as np
import pytest

from hsunmix.errors import FormatError
from hsunmix.gui import commands as cmd
from hsunmix.gui.state.store import Store
from hsunmix.model.cube import Cube
from hsunmix.session.document import Document
from tests.conftest import make_cube

Wait = Callable[[Callable[[], bool]], None]


class SlowPixels:
    """Pixels on a slow disk: a spectrum takes its time, and the readers are counted."""

    def __init__(self, cube: Cube) -> None:
        self._cube, self.reads, self.threads = cube, [], set()
        self.broken = False

    @property
    def shape(self) -> tuple[int, int, int]:
        return self._cube.shape

    @property
    def dtype(self) -> np.dtype:
        return np.dtype(np.float32)

    def read(self, first: int, last: int, bands: object = None) -> np.ndarray:
        return self._cube.pixels.read(first, last, bands)

    def spectrum(self, line: int, sample: int) -> np.ndarray:
        self.reads.append((line, sample))
        self.threads.add(threading.get_ident())
        time.sleep(0.03)
        if self.broken:
            raise FormatError("/slow.hdr", "is shorter than it was")
        return self._cube.pixels.spectrum(line, sample)


@pytest.fixture
def slow() -> SlowPixels:
    return SlowPixels(make_cube())


@pytest.fixture
def slow_store(store: Store, slow: SlowPixels, wait: Wait, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A cube that is not in memory."""
    monkeypatch.setattr(store.scenes, "spectrum", lambda *_: None)
    store.history.reset(Document(cube=Cube(slow)))
    wait(lambda: not store.state.tasks)
    return store


def test_the_cursors_spectrum_is_measured_and_modelled(store: Store, document: Document, wait: Wait):
    store.history.reset(document)
    wait(lambda: not store.state.tasks)
    store.send(cmd.Hover(3, 7))
    seen = store.state.cursor
    assert (seen.line, seen.sample) == (3, 7)
    np.testing.assert_allclose(seen.measured[6:], document.cube.spectrum(3, 7)[6:], rtol=1e-6)
    assert np.isnan(seen.measured[4:6]).all()  # bad bands
    result = document.unmixing
    np.testing.assert_allclose(seen.modelled, result.endmembers @ result.abundances[:, 3, 7])
    store.send(cmd.Hover())
    wait(lambda: store.state.cursor is None)


def test_a_pixel_that_was_not_used_has_no_model(store: Store, document: Document):
    store.history.reset(document)
    store.send(cmd.Hover(12, 8))
    assert store.state.cursor.modelled is None


def test_outside_the_scene_is_nowhere(store: Store, document: Document):
    store.history.reset(document)
    store.send(cmd.Hover(13, 0))
    assert store.state.cursor is None


def test_the_file_is_read_in_a_worker_and_only_where_the_cursor_rests(
    slow_store: Store, slow: SlowPixels, wait: Wait
):
    store = slow_store
    for k in range(60):
        store.send(cmd.Hover(k % 13, k % 9))
        assert threading.get_ident() not in slow.threads  # the window doesn't wait for the disk
    store.send(cmd.Hover(5, 4))
    wait(lambda: store.state.cursor is not None and store.state.cursor.measured is not None)
    assert (store.state.cursor.line, store.state.cursor.sample) == (5, 4)
    assert len(slow.reads) < 10
    assert threading.get_ident() not in slow.threads
    before = len(slow.reads)
    store.send(cmd.Hover(0, 0))
    store.send(cmd.Hover(5, 4))
    wait(lambda: store.state.cursor.line == 5 and not store.channels["cursor_spectrum"].busy)
    assert slow.reads.count((5, 4)) == 1  # it is remembered
    assert len(slow.reads) <= before + 1


def test_moves_within_a_frame_are_one(store: Store, document: Document, wait: Wait):
    store.history.reset(document)
    wait(lambda: not store.state.tasks)
    shown = []
    store.watch(lambda old, new: shown.append(new.cursor) if new.cursor is not old.cursor else None)
    for k in range(200):
        store.send(cmd.Hover(k % 13, 2))
    store.send(cmd.Hover(9, 3))
    wait(lambda: store.state.cursor.line == 9)
    assert len(shown) <= 4


def test_a_disk_that_fails_says_so_once(slow_store: Store, slow: SlowPixels, wait: Wait):
    store = slow_store
    slow.broken = True
    store.send(cmd.Hover(1, 1))
    wait(lambda: store.state.message is not None)
    assert "/slow.hdr" in store.state.message.text
    reads = len(slow.reads)
    store.send(cmd.CloseMessage())
    store.send(cmd.Hover(2, 2))
    deadline = time.monotonic() + 0.2
    wait(lambda: time.monotonic() > deadline)
    assert len(slow.reads) == reads
    assert store.state.message is None
    assert store.state.cursor.line == 2  # where it is can still be told
