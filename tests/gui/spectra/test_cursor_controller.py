from __future__ import annotations

import threading
import time
from collections.abc import Callable

import numpy as np
import pytest

from hsunmix.errors import FormatError
from hsunmix.gui import commands as i
from hsunmix.gui.state.workbench import Workbench
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
def slow_bench(bench: Workbench, slow: SlowPixels, wait: Wait, monkeypatch: pytest.MonkeyPatch) -> Workbench:
    """A cube that is not in memory."""
    monkeypatch.setattr(bench.scenes, "spectrum", lambda *_: None)
    bench.history.reset(Document(cube=Cube(slow)))
    wait(lambda: not bench.live.tasks)
    return bench


def test_the_cursors_spectrum_is_measured_and_modelled(bench: Workbench, document: Document, wait: Wait):
    bench.history.reset(document)
    wait(lambda: not bench.live.tasks)
    bench.send(i.Hover(3, 7))
    seen = bench.live.cursor
    assert (seen.line, seen.sample) == (3, 7)
    np.testing.assert_allclose(seen.measured[6:], document.cube.spectrum(3, 7)[6:], rtol=1e-6)
    assert np.isnan(seen.measured[4:6]).all()  # bad bands
    result = document.unmixing
    np.testing.assert_allclose(seen.modelled, result.endmembers @ result.abundances[:, 3, 7])
    bench.send(i.Hover())
    wait(lambda: bench.live.cursor is None)


def test_a_pixel_that_was_not_used_has_no_model(bench: Workbench, document: Document):
    bench.history.reset(document)
    bench.send(i.Hover(12, 8))
    assert bench.live.cursor.modelled is None


def test_outside_the_scene_is_nowhere(bench: Workbench, document: Document):
    bench.history.reset(document)
    bench.send(i.Hover(13, 0))
    assert bench.live.cursor is None


def test_the_file_is_read_in_a_worker_and_only_where_the_cursor_rests(
    slow_bench: Workbench, slow: SlowPixels, wait: Wait
):
    bench = slow_bench
    for k in range(60):
        bench.send(i.Hover(k % 13, k % 9))
        assert threading.get_ident() not in slow.threads  # the window doesn't wait for the disk
    bench.send(i.Hover(5, 4))
    wait(lambda: bench.live.cursor is not None and bench.live.cursor.measured is not None)
    assert (bench.live.cursor.line, bench.live.cursor.sample) == (5, 4)
    assert len(slow.reads) < 10
    assert threading.get_ident() not in slow.threads
    before = len(slow.reads)
    bench.send(i.Hover(0, 0))
    bench.send(i.Hover(5, 4))
    wait(lambda: bench.live.cursor.line == 5 and not bench.lanes["peek"].busy)
    assert slow.reads.count((5, 4)) == 1  # it is remembered
    assert len(slow.reads) <= before + 1


def test_moves_within_a_frame_are_one(bench: Workbench, document: Document, wait: Wait):
    bench.history.reset(document)
    wait(lambda: not bench.live.tasks)
    shown = []
    bench.watch(lambda old, new: shown.append(new.cursor) if new.cursor is not old.cursor else None)
    for k in range(200):
        bench.send(i.Hover(k % 13, 2))
    bench.send(i.Hover(9, 3))
    wait(lambda: bench.live.cursor.line == 9)
    assert len(shown) <= 4


def test_a_disk_that_fails_says_so_once(slow_bench: Workbench, slow: SlowPixels, wait: Wait):
    bench = slow_bench
    slow.broken = True
    bench.send(i.Hover(1, 1))
    wait(lambda: bench.live.message is not None)
    assert "/slow.hdr" in bench.live.message.text
    reads = len(slow.reads)
    bench.send(i.CloseMessage())
    bench.send(i.Hover(2, 2))
    deadline = time.monotonic() + 0.2
    wait(lambda: time.monotonic() > deadline)
    assert len(slow.reads) == reads
    assert bench.live.message is None
    assert bench.live.cursor.line == 2  # where it is can still be told
