"""A cube of 6 GB in the window: how soon its RGB is there, a pixel's spectrum on click, the memory.

    python -m tests.benchmarks.large [GIGABYTES] [FOLDER]

Prints Markdown. The file is sparse: it takes the place of the few lines that hold numbers. Each
interleave is opened by a window of its own, offscreen, in a process of its own whose peak memory this
is (Linux only); Qt and the libraries are in it. The clock starts when the window, ready, is told to open the
file, and it stops when it has the RGB to draw. What it does by itself after that goes on during the clicks.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

SAMPLES, BANDS = 3000, 250
CODE = """
import json, sys, time
from pathlib import Path
from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication
from hsunmix.gui.image.state import ImageState
from hsunmix.gui.spectra.state import SpectraState
from hsunmix.gui import commands as cmd
from hsunmix.gui.app.application import application
from hsunmix.gui.app.main_window import MainWindow
from hsunmix.gui.state.settings import Settings

def wait(done):
    began = time.perf_counter()
    while not done():
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 5)
        assert time.perf_counter() - began < 120, window.store.state
    return time.perf_counter() - began

app = application()
window = MainWindow(Settings(Path(sys.argv[1]).with_suffix(".settings")))
window.resize(1280, 800)
window.show()
store = window.store
wait(lambda: window.panels and not store.channels["warm_up"].busy)
store.send(cmd.Open(Path(sys.argv[1])))
opened = wait(lambda: store.state[ImageState].picture is not None)
lines, samples, bands = store.document.cube.shape
clicks = []
for k in range(1, 21):
    line, sample = k * lines // 21, k * samples // 21
    store.send(cmd.Pin(line, sample))
    pinned = lambda at=(line, sample): store.state[SpectraState].pinned.get(at)
    clicks.append(wait(lambda: getattr(pinned(), "measured", None) is not None))
status = Path("/proc/self/status").read_text()
peak = int(status.split("VmHWM:")[1].split()[0]) // 1024
print(json.dumps([opened, max(clicks), sorted(clicks)[10], peak]))
store.history.mark_saved()
window.close()
"""


def write(folder: Path, size: int, interleave: str) -> Path:
    """Write a sparse cube of so many bytes, int16, with numbers in a few of its lines."""
    lines = size // (SAMPLES * BANDS * 2)
    header = folder / f"{interleave}.hdr"
    nm = ", ".join(f"{w:.1f}" for w in np.linspace(400, 2500, BANDS))
    lists = f"wavelength units = Nanometers\nwavelength = {{{nm}}}\n"
    header.write_text(
        f"ENVI\nsamples = {SAMPLES}\nlines = {lines}\nbands = {BANDS}\ndata type = 2\nbyte order = 0\n"
        f"interleave = {interleave}\nheader offset = 0\n{lists}"
    )
    rng = np.random.default_rng(0)
    with header.with_suffix(".img").open("wb") as file:
        file.truncate(lines * SAMPLES * BANDS * 2)
        for line in range(lines // 64, lines, lines // 32):
            values = rng.integers(1, 5000, (BANDS, SAMPLES), dtype="i2")
            if interleave != "bsq":
                file.seek(line * SAMPLES * BANDS * 2)
                file.write((values.T if interleave == "bip" else values).tobytes())
                continue
            for band, row in enumerate(values):
                file.seek((band * lines + line) * SAMPLES * 2)
                file.write(row.tobytes())
    return header


def measure(header: Path) -> list[float]:
    """Seconds to the RGB, to the slowest and to the median spectrum, and the peak in MB."""
    env = os.environ | {"QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
    command = [sys.executable, "-c", CODE, str(header)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=env)
    found: list[float] = json.loads(done.stdout.splitlines()[-1])
    return found


def rows(size: int, folder: Path) -> dict[str, list[float]]:
    """Measure each interleave; one file at a time is on the disk."""
    found = {}
    for interleave in ("bsq", "bil", "bip"):
        with tempfile.TemporaryDirectory(dir=folder) as name:
            found[interleave] = measure(write(Path(name), size, interleave))
    return found


def main() -> None:
    """Print the table."""
    size = int(float(sys.argv[1]) * 1e9) if len(sys.argv) > 1 else 6_000_000_000
    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(tempfile.gettempdir())
    free = shutil.disk_usage(folder).free
    if free < size:  # should the file system have no sparse files
        sys.exit(f"{folder} has {free / 1e9:.1f} GB free, {size / 1e9:.1f} are needed")
    print("| 6 GB, int16 | RGB, s | spectrum, ms (slowest of 20) | median, ms | peak, MB |")
    print("|---|---|---|---|---|")
    for name, (opened, slowest, median, peak) in rows(size, folder).items():
        print(
            f"| {name} | {opened:.2f} | {1000 * slowest:.0f} | {1000 * median:.0f} | {peak:.0f} |", flush=True
        )


if __name__ == "__main__":
    main()
