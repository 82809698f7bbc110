"""What our writers of MATLAB files and SVG cost beside the libraries' own calls. Prints Markdown.

    python -m tests.benchmarks.writers [SIDE]

Five maps of SIDE × SIDE pixels (2000) into a MATLAB file, one of them into an SVG, each in a thread, in turn
with the other way; of three turns the least. A stall is the longest time for which another thread, which
wants no more than to count, got no turn: so long a window would stand still. Memory is the most that was
resident, on Linux, beyond what was before.
"""

from __future__ import annotations

import gc
import io
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.io import savemat
from scipy.ndimage import uniform_filter

from hsunmix.exports._figure_files import figure_bytes
from hsunmix.exports._figures import style
from hsunmix.exports._map_figure import map_figure
from hsunmix.exports.matlab import columns, write_array
from hsunmix.model.progress import finish

TURNS, RANK = 3, 5
BEAT = 0.002  # seconds
STATUS, PEAK = Path("/proc/self/status"), Path("/proc/self/clear_refs")

Measured = tuple[float, float, float, float]  # seconds, milliseconds, megabytes of memory and of the file


def smooth_maps(side: int) -> np.ndarray:
    """Make maps that pack as abundances do, (RANK, side, side)."""
    rng = np.random.default_rng(0)
    maps = np.stack([uniform_filter(rng.random((side, side), dtype=np.float32), 9) for _ in range(RANK)])
    return (maps - maps.min()) / (maps.max() - maps.min())


def measured(work: Callable[[], int]) -> Measured:
    """Run it in a thread; this one counts."""
    gc.collect()
    if PEAK.exists():
        PEAK.write_text("5")
    before, sizes = peak(), []
    thread = threading.Thread(target=lambda: sizes.append(work()))
    begun = last = time.perf_counter()
    thread.start()
    longest = 0.0
    while thread.is_alive():
        time.sleep(BEAT)
        now = time.perf_counter()
        longest, last = max(longest, now - last - BEAT), now
    return time.perf_counter() - begun, 1e3 * longest, peak() - before, sizes[0] / 1e6


def peak() -> float:
    """Return the most memory that was resident, in megabytes; 0 where the system doesn't tell."""
    if not STATUS.exists():
        return 0.0
    return next(int(line.split()[1]) / 1e3 for line in STATUS.read_text().splitlines() if "VmHWM" in line)


def mat_in_pieces(maps: np.ndarray) -> int:
    """Ours: a variable a piece after the other."""
    with tempfile.TemporaryFile() as file:
        shape = (*maps.shape[1:], len(maps))
        for _ in write_array(file, "abundances", shape, columns(maps)):
            pass
        return file.tell()


def mat_by_scipy(maps: np.ndarray) -> int:
    """SciPy's: the order of the values is brought about before, where other threads get their turn."""
    with tempfile.TemporaryFile() as file:
        savemat(file, {"abundances": np.asfortranarray(maps.transpose(1, 2, 0))}, do_compression=True)
        return file.tell()


def svg_in_pieces(maps: np.ndarray) -> int:
    """Ours: the map's picture is packed by itself."""
    with style():
        figure = map_figure(maps[0], "Map")
    return len(finish(figure_bytes(figure, "svg")))


def svg_by_matplotlib(maps: np.ndarray) -> int:
    """Matplotlib's, with every pixel of the map in it."""
    buffer = io.BytesIO()
    with style():
        figure = map_figure(maps[0], "Map")
        for axes in figure.axes:
            for image in axes.images:
                image.set_interpolation("none")
        figure.savefig(buffer, format="svg", dpi=figure.dpi, metadata={"Date": None})
    return buffer.tell()


PAIRS = {
    "MATLAB, in pieces": mat_in_pieces, "MATLAB, `scipy.io.savemat`": mat_by_scipy,
    "SVG, the map's picture apart": svg_in_pieces, "SVG, `savefig`": svg_by_matplotlib,
}  # fmt: skip


def main() -> None:
    """Print the table."""
    side = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    maps = smooth_maps(side)
    svg_by_matplotlib(maps[:, :50, :50])  # fonts are looked for the first time
    turns = [{name: measured(lambda w=work: w(maps)) for name, work in PAIRS.items()} for _ in range(TURNS)]
    print(f"{RANK} maps of {side} × {side} pixels\n")
    print("| written | s | longest stall, ms | memory, MB | file, MB |\n|---|---|---|---|---|")
    for name in PAIRS:
        seconds, stall, memory, size = np.min([turn[name] for turn in turns], axis=0)
        print(f"| {name} | {seconds:.1f} | {stall:.0f} | {memory:.0f} | {size:.1f} |")


if __name__ == "__main__":
    main()
