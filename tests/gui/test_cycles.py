"""Open, unmix, cancel, save, close, over and over: nothing of it may stay.

    pytest -m slow -s tests/gui/test_cycles.py

runs 500 cycles, each in a window of its own, and prints what a cycle leaves behind.
"""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from hsunmix.gui import commands as cmd
from hsunmix.gui.app.main_window import MainWindow
from hsunmix.gui.image.state import ImageState
from hsunmix.gui.state.settings import Settings
from hsunmix.session.document import RunSettings
from tests.gui.conftest import FakeDialogs
from tests.gui.scenes_on_disk import write_scene

pytestmark = [
    pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="what is held is read from /proc"),
    pytest.mark.qt_log_level_fail("WARNING"),
    pytest.mark.qt_log_ignore("^This plugin does not support"),  # said of itself by the offscreen display
]

# Takes seconds, were it not cancelled.
LONG = RunSettings("random", 9, parameters={"extraction/random": {"sets": 100_000}})
WARM = 100  # cycles until libraries are loaded and caches full
MAX_WAIT_S = 60.0  # seconds


@dataclass(frozen=True)
class Held:
    """What the process has: kB of memory, threads, open files, children."""

    memory: float
    threads: int
    files: int
    children: int


def held() -> Held:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    count = len(list(Path("/proc/self/task").iterdir()))
    files = len(list(Path("/proc/self/fd").iterdir()))
    return Held(pages * os.sysconf("SC_PAGE_SIZE") / 1000, count, files, len(children))


def until(done: Callable[[], bool]) -> None:
    end = time.perf_counter() + MAX_WAIT_S
    while not done():
        assert time.perf_counter() < end
        QApplication.processEvents()
        time.sleep(0.0005)


def cycle(scene: Path, folder: Path) -> None:
    """One window from its opening to its closing."""
    dialogs = FakeDialogs(session=folder / "work.hsu")
    window = MainWindow(Settings(folder / "settings.json"), dialogs)
    window.show()
    window.load_panels()
    store = window.store
    store.send(cmd.Open(scene))
    until(lambda: store.document.cube is not None and store.state[ImageState].picture is not None)
    store.send(cmd.SetRun(RunSettings("spa", 3)))
    store.send(cmd.Unmix())
    until(lambda: store.document.unmixing is not None)
    store.send(cmd.SetRun(LONG))
    store.send(cmd.Unmix())
    until(lambda: store.state.running is not None and store.state.running.step is not None)
    store.send(cmd.CancelWork())
    until(lambda: store.state.running is None)
    store.send(cmd.Save())
    until(lambda: not store.history.modified)
    window.close()
    QApplication.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()  # as ``Collector`` does
    assert not isValid(window)
    assert dialogs.asked == ["session_file scene.hsu"]  # closing had nothing to ask


def run(count: int, folder: Path, scenes: list[Path]) -> list[Held]:
    """What is held after every cycle; the scenes are opened in turn."""
    found = []
    for k in range(count):
        cycle(scenes[k % len(scenes)], folder)
        found.append(held())
        if k == 0:
            gc.freeze()  # libraries' own objects: to look through them every time would take most of it
    return found


@pytest.fixture
def scenes(tmp_path: Path) -> list[Path]:
    """One that is read here, and one that a child decodes."""
    from scipy.io import savemat

    envi = write_scene(tmp_path)
    values = np.fromfile(envi.with_suffix(".img"), "<f4").reshape(30, 20, 20).transpose(0, 2, 1)
    matlab = tmp_path / "scene.mat"
    savemat(matlab, {"cube": np.ascontiguousarray(values)}, do_compression=True)
    return [envi, matlab]


@pytest.mark.usefixtures("qapp")
def test_a_few_cycles_leave_no_thread_file_or_child(tmp_path: Path, scenes: list[Path]):
    found = run(14, tmp_path, scenes)
    # Up to three decoders are kept ready, three files each, and a pool may start threads late; what every
    # cycle leaves behind would be thirteen.
    for name, most in (("threads", 6), ("files", 9), ("children", 3)):
        counts = [getattr(h, name) for h in found]
        assert counts[-1] - counts[0] <= most, (name, counts)


@pytest.mark.slow
@pytest.mark.usefixtures("qapp")
def test_500_cycles_leave_less_than_20_kb_each(
    tmp_path: Path, scenes: list[Path], capsys: pytest.CaptureFixture[str]
):
    began = time.perf_counter()
    found = run(500, tmp_path, scenes)
    seconds, warm = (time.perf_counter() - began) / len(found), found[WARM:]
    slope = np.polyfit(np.arange(len(warm)), [h.memory for h in warm], 1)[0]
    with capsys.disabled():
        print(
            f"\n{len(found)} cycles of {seconds:.2f} s: after the first {WARM}, {slope:+.1f} kB a cycle "
            f"({warm[0].memory / 1000:.0f} MB, then {warm[-1].memory / 1000:.0f} MB); "
            + ", ".join(
                f"{name} {min(numbers)} to {max(numbers)}"
                for name in ("threads", "files", "children")
                for numbers in [[getattr(h, name) for h in warm]]
            )
        )
    assert slope < 20
    for name in ("threads", "files", "children"):
        assert len({getattr(h, name) for h in warm}) == 1, name
