"""The window: how soon it shows, whether it stalls, how fast a run ends when it is cancelled.

    python -m tests.benchmarks.window [--quick]

Prints Markdown. Offscreen unless QT_QPA_PLATFORM says otherwise. A start is a process of its own,
the bare pyqtgraph window and ours in turn, the least of each counts. Stalls are gaps between the
ticks of a 2 ms timer on the window's thread while hals runs on a scene of 307 × 307 × 162.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from hsunmix.gui.image.state import ImageState
from tests.benchmarks.scenes import urban_size

BARE = """
import time; began = time.perf_counter()
import pyqtgraph as pg
from PySide6.QtWidgets import QApplication
class View(pg.PlotWidget):
    def paintEvent(self, event):
        super().paintEvent(event); print(1000 * (time.perf_counter() - began)); app.quit()
app = QApplication([]); view = View(); view.resize(1280, 800); view.show(); app.exec()
"""
OURS = """
import time; began = time.perf_counter()
from hsunmix.gui.app.application import application
from hsunmix.gui.app.main_window import MainWindow
app = application(); window = MainWindow()
window.welcome.painted.connect(lambda: (print(1000 * (time.perf_counter() - began)), app.quit()))
window.show(); app.exec()
"""


def start_times(runs: int) -> tuple[list[float], list[float]]:
    """Milliseconds from the first import to the first paint: bare, ours; a warm-up each isn't counted."""
    bare: list[float] = []
    ours: list[float] = []
    for _ in range(runs + 1):
        for code, into in ((BARE, bare), (OURS, ours)):
            out = subprocess.run(
                [sys.executable, "-c", code], capture_output=True, text=True, check=True
            ).stdout
            into.append(float(out.split()[0]))
    return bare[1:], ours[1:]


class Watch:
    """Longest gaps between the ticks of a timer on the window's thread, in milliseconds."""

    def __init__(self) -> None:
        from PySide6.QtCore import Qt, QTimer

        self.gaps: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start(2)

    def _tick(self) -> None:
        now = time.perf_counter()
        self.gaps.append(1000 * (now - self._last))
        self._last = now

    def reset(self) -> None:
        self.gaps, self._last = [], time.perf_counter()

    def row(self, what: str) -> str:
        p99 = np.percentile(self.gaps, 99)
        return f"| longest stall, {what} | {max(self.gaps):.0f} ms | p99 {p99:.0f} ms | ≤ 100 ms |"


def envi_scene(folder: Path) -> Path:
    """Write the scene of Urban's size as an ENVI cube and return its header."""
    x = urban_size()
    (folder / "scene.img").write_bytes(np.ascontiguousarray(x.T).astype("<f4").tobytes())
    header = folder / "scene.hdr"
    header.write_text(
        "ENVI\nsamples = 307\nlines = 307\nbands = 162\ndata type = 4\ninterleave = bip\nbyte order = 0\n"
        "wavelength units = Nanometers\nwavelength = {"
        + ", ".join(map(str, np.linspace(400, 2450, 162)))
        + "}\n"
    )
    return header


def main() -> None:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    quick = "--quick" in sys.argv
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HSUNMIX_SETTINGS"] = str(Path(folder) / "settings.json")
        print("| what | measured | beside | ask |\n|---|---|---|---|")
        bare, ours = start_times(2 if quick else 7)
        floor = min(bare)
        row = f"{min(ours) / floor:.2f} × | bare pyqtgraph {floor:.0f} ms | ≤ 1.5 × |"
        print(f"| first window, {min(ours):.0f} ms | {row}")
        work(Path(folder), 5 if quick else 20)


def work(folder: Path, cancels: int) -> None:
    """Open, unmix and cancel in one window."""
    from dataclasses import replace

    from PySide6.QtWidgets import QApplication

    from hsunmix.gui import commands as cmd
    from hsunmix.gui.app.application import application
    from hsunmix.gui.app.main_window import MainWindow

    header = envi_scene(folder)
    app = application()
    window = MainWindow()
    store = window.store
    window.resize(1280, 800)
    window.show()
    watch = Watch()

    def until(done: Callable[[], bool]) -> float:
        began = time.perf_counter()
        while not done():
            QApplication.processEvents()
            time.sleep(0.0005)
            if time.perf_counter() - began > 300:
                raise TimeoutError
        return 1000 * (time.perf_counter() - began)

    until(lambda: bool(window.panels))  # made right after the first paint: part of the start
    watch.reset()
    store.send(cmd.Open(header))
    until(lambda: store.state[ImageState].picture is not None and not store.state.tasks)
    print(watch.row("opening"))
    settings = replace(
        store.document.settings, method="hals", rank=6, parameters={"hals": {"tolerance": 0.0}}
    )
    store.send(cmd.SetRun(replace(settings, parameters={"hals": {"tolerance": 0.0, "max_iterations": 3}})))
    store.send(cmd.Unmix())  # compiles, where it must
    until(lambda: not store.state.tasks)
    settle = time.perf_counter() + 1
    until(lambda: time.perf_counter() > settle)  # the maps are drawn for the first time
    store.send(cmd.SetRun(replace(settings, parameters={"hals": {"tolerance": 0.0, "max_iterations": 100}})))
    watch.reset()
    store.send(cmd.Unmix())
    took = until(lambda: "run" not in store.state.tasks)
    print(watch.row(f"hals, 100 iterations, {took / 1000:.1f} s"))
    store.send(cmd.SetRun(replace(settings, parameters={"hals": {"tolerance": 0.0, "max_iterations": 5000}})))
    rng, times = np.random.default_rng(0), []
    for _ in range(cancels):
        store.send(cmd.Unmix())
        wait = time.perf_counter() + rng.uniform(0.05, 1.5)
        until(lambda wait=wait: time.perf_counter() > wait)
        store.send(cmd.CancelWork())
        times.append(until(lambda: "run" not in store.state.tasks))
    p95 = np.percentile(times, 95)
    print(f"| cancel, p95 of {cancels} | {p95:.0f} ms | largest {max(times):.0f} ms | ≤ 200 ms |")
    store.history.mark_saved()
    window.close()
    app.processEvents()


if __name__ == "__main__":
    main()
