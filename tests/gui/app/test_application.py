from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hsunmix.gui.app.application import selftest

HEAVY = ("scipy", "rasterio", "h5py", "numba", "matplotlib", "spectral", "pyqtgraph")

FIRST_SHOW = f"""
import sys, time
began = time.perf_counter()
from hsunmix.gui.app.application import application
from hsunmix.gui.app.main_window import MainWindow
app = application()
window = MainWindow()
def painted():
    print(time.perf_counter() - began, *[m for m in {HEAVY} if m in sys.modules])
    window.welcome.painted.disconnect(painted)
window.welcome.painted.connect(painted)
window.show()
while not window.panels:
    app.processEvents()
window.close()
"""

BARE = """
import time
began = time.perf_counter()
import pyqtgraph as pg
app = pg.mkQApp()
window = pg.PlotWidget()
window.show()
app.processEvents()
print(time.perf_counter() - began)
"""


def run(code: str, folder: Path) -> list[str]:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "HSUNMIX_CONFIG_DIR": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=120, check=True
    )
    return done.stdout.split()


def test_nothing_heavy_is_imported_before_the_first_window(tmp_path: Path):
    _, *imported = run(FIRST_SHOW, tmp_path)
    assert imported == []


@pytest.mark.slow  # a ratio of times: by hand, like tests/benchmarks/window.py
def test_the_first_window_is_as_quick_as_a_bare_one(tmp_path: Path):
    run(FIRST_SHOW, tmp_path), run(BARE, tmp_path)  # files are in the system's cache from now on
    ours, bare = [], []
    for _ in range(3):
        ours.append(float(run(FIRST_SHOW, tmp_path)[0]))
        bare.append(float(run(BARE, tmp_path)[0]))
    assert min(ours) <= 1.5 * min(bare), (ours, bare)


def test_the_selftest_does_the_whole_job(qapp: object):
    times = selftest()
    assert list(times) == ["window_ms", "open_ms", "unmix_ms", "export_ms"]
    assert all(0 < float(value) < 120_000 for value in times.values())


def test_the_selftest_says_what_failed(qapp: object, monkeypatch: pytest.MonkeyPatch):
    from hsunmix.errors import HsunmixError
    from hsunmix.gui.files import controller as files

    monkeypatch.setattr(files, "SAMPLE", ("sample_cubes", "no-such-cube.hdr"))
    with pytest.raises(HsunmixError, match=r"no-such-cube\.hdr"):
        selftest()
