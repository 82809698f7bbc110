"""The image area: switching maps, panning and zooming, the cursor, and the longest stall of it all.

    python -m tests.benchmarks.image [--quick]

Prints Markdown. Offscreen unless QT_QPA_PLATFORM says otherwise. A made-up result of 2000 × 2000
pixels and six endmembers is shown in the real window at 1280 × 800 and at 2560 × 1440; beside each
figure stands what the same would cost with bare means in the same minute: the same switch in the same
window on a scene of 20 × 20 pixels, so that the share of the maps' size is seen; drawing the finished
image with QPainter; and pyqtgraph's ImageItem in a ViewBox.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from hsunmix.model.maps import usual_maps

LINES, SAMPLES, BANDS, RANK = 2000, 2000, 8, 6


def document(lines: int = LINES, samples: int = SAMPLES) -> Any:
    """A scene of smooth patches with a made-up result; its cube has few bands, for none is read."""
    from hsunmix.gui.state.means import means
    from hsunmix.model.cube import Cube
    from hsunmix.model.unmixing import Unmixing
    from hsunmix.session.document import Document, with_result

    rng = np.random.default_rng(0)
    coarse = rng.random((RANK, lines // 20, samples // 20), dtype=np.float32) ** 4
    shares = np.repeat(np.repeat(coarse / coarse.sum(axis=0), 20, axis=1), 20, axis=2)
    shares += 0.02 * rng.random(shares.shape, dtype=np.float32)
    values = np.ascontiguousarray(shares[:3].transpose(1, 2, 0)).repeat(3, axis=2)[:, :, :BANDS]
    spectra = rng.random((BANDS, RANK))
    result = Unmixing(
        endmembers=spectra,
        maps=usual_maps(shares, shares[0] * 0.01),
        relative_error=0.01,
        history=np.zeros((0, 2)),
        source_pixels=np.full(RANK, -1),
        converged=None,
        used_bands=np.ones(BANDS, dtype=bool),
        method="spa",
        abundance="nnls",
    )
    cube = Cube.from_array(values, np.linspace(450.0, 900.0, BANDS))
    cube.rgb_bands  # noqa: B018 - the worker that opens a file looks for these,
    means(result)  # and the one that unmixes takes these
    return with_result(Document(cube=cube), result)


def percentiles(times: list[float]) -> str:
    """Median, p95 and largest of times in seconds, as milliseconds."""
    median, p95, most = (1000 * v for v in (np.median(times), np.percentile(times, 95), max(times)))
    return f"median {median:.1f} ms, p95 {p95:.1f} ms, largest {most:.1f} ms"


class Setup:
    """A window on the made-up result."""

    def __init__(self, width: int, height: int, shape: tuple[int, int] = (LINES, SAMPLES)) -> None:
        from hsunmix.gui.app.application import application
        from hsunmix.gui.app.main_window import MainWindow
        from hsunmix.gui.image.state import ImageState
        from tests.benchmarks.window import Watch

        self.app = application()
        self.window = MainWindow()
        self.window.resize(width, height)
        self.window.show()
        self.window.load_panels()
        self.store = self.window.store
        self.watch = Watch()
        made = document(*shape)
        self.until(lambda: not self.store.channels["warm_up"].busy)
        self.watch.reset()
        self.store.history.reset(made)
        self.until(lambda: self.store.state[ImageState].picture is not None and not self.store.state.tasks)
        self.panel = next(p for p in self.window.panels if p.objectName() == "imagePanel")

    def until(self, done: Callable[[], bool], least: float = 0.3) -> None:
        began = time.perf_counter()
        while not done() or time.perf_counter() - began < least:
            self.app.processEvents()
            time.sleep(0.0005)
            if time.perf_counter() - began > 300:
                raise TimeoutError

    def timed(self, work: Callable[[], object]) -> float:
        """Seconds until what was asked for is painted."""
        began = time.perf_counter()
        work()
        view = self.panel.grid.views[0] if self.shows_grid else self.panel.single
        for shown in self.panel.grid.views if self.shows_grid else [view]:
            shown.repaint()
        took = time.perf_counter() - began
        self.app.processEvents()
        return took

    @property
    def shows_grid(self) -> bool:
        return bool(self.panel.stack.currentWidget() is self.panel.grid)

    def close(self) -> None:
        self.store.history.mark_saved()
        self.window.close()
        self.app.processEvents()


def switching(setup: Setup, rounds: int) -> list[float]:
    """From the command to the painted window, every map several times; the first time each is new."""
    from hsunmix.gui import commands as cmd

    times = []
    for k in range(rounds * RANK):
        times.append(setup.timed(lambda k=k: setup.store.send(cmd.ShowEndmember(k % RANK, "map"))))
        setup.until(lambda: not setup.store.channels["draw"].busy, least=0.02)
    return times


def frames(setup: Setup, count: int) -> tuple[list[float], list[float]]:
    """Frames of panning and of zooming, each painted at once."""
    widget = setup.panel.viewport
    widget.fit()
    widget.zoom(2.0)
    pans = [setup.timed(lambda k=k: widget.pan(9 * np.cos(k / 9), 9 * np.sin(k / 9))) for k in range(count)]
    zooms = [setup.timed(lambda k=k: widget.zoom(1.05 if (k // 30) % 2 else 1 / 1.05)) for k in range(count)]
    widget.fit()
    return pans, zooms


def cursor(setup: Setup, count: int) -> list[float]:
    from hsunmix.gui import commands as cmd

    return [
        setup.timed(lambda k=k: setup.store.send(cmd.Hover(7 * k % LINES, 11 * k % SAMPLES)))
        for k in range(count)
    ]


def bare(width: int, height: int, count: int) -> dict[str, float]:
    """Floors and a peer, in seconds: the best of several."""
    import pyqtgraph as pg
    from PySide6.QtCore import QRectF
    from PySide6.QtGui import QPainter, QPixmap

    from hsunmix.gui.image.images import colours, paint
    from hsunmix.gui.image.rasters import image_of, quick

    drawing, peer = [], []
    index = paint(np.random.default_rng(1).random((LINES, SAMPLES), dtype=np.float32), 0.0, 1.0)
    image, target = quick(image_of(index, colours("viridis"))), QPixmap(width, height)
    for _ in range(20):
        began = time.perf_counter()
        painter = QPainter(target)
        painter.drawImage(QRectF(0, 0, width, height), image, QRectF(0, 0, LINES, SAMPLES))
        painter.end()
        drawing.append(time.perf_counter() - began)
    view = pg.GraphicsView()
    box = pg.ViewBox(lockAspect=True, invertY=True, enableMenu=False)
    view.setCentralItem(box)
    item = pg.ImageItem(
        index, axisOrder="row-major", levels=(0, 255), lut=colours("viridis"), autoLevels=False
    )
    box.addItem(item)
    view.resize(width, height)
    view.show()
    pg.QtWidgets.QApplication.processEvents()
    for k in range(count):
        began = time.perf_counter()
        box.setRange(QRectF(500 + k % 30, 500, 1000, 1000), padding=0)
        view.viewport().repaint()
        peer.append(time.perf_counter() - began)
    view.close()
    return {"draw": min(drawing), "peer": float(np.median(peer))}


def rows(width: int, height: int, quick: bool) -> None:
    """Print what a window of this size does."""
    from hsunmix.gui import commands as cmd

    count = 60 if quick else 300
    setup = Setup(width, height)
    print(setup.watch.row(f"showing {LINES} × {SAMPLES} first, {width} × {height}"))
    single = setup.panel.single
    setup.store.send(cmd.ShowEndmember(0, "map"))
    setup.until(lambda: not setup.store.channels["draw"].busy)
    floor = bare(single.width(), single.height(), count)
    small = Setup(width, height, (20, 20))
    small.store.send(cmd.ShowEndmember(0, "map"))
    least = 1000 * np.median(switching(small, 2 if quick else 5))
    small.close()
    setup.watch.reset()  # to make another window on the same thread is no stall of this one
    switched = switching(setup, 2 if quick else 5)
    floors = f"20 × 20 pixels: {least:.1f} ms; QPainter alone: {1000 * floor['draw']:.1f} ms"
    print(f"| switching maps, {width} × {height} | {percentiles(switched)} | {floors} | ≤ 50 ms |")
    for page in ("map", "maps"):
        setup.store.send(cmd.ShowPage(page))
        setup.until(lambda: not setup.store.channels["draw"].busy)
        pans, zooms = frames(setup, count)
        for what, times in (("panning", pans), ("zooming", zooms)):
            rate = 1 / np.percentile(times, 95)
            beside = f"pyqtgraph, one map: {1 / floor['peer']:.0f} frames/s"
            print(
                f"| {what}, {'one map' if page == 'map' else f'{RANK} maps'}, {width} × {height} | "
                f"{rate:.0f} frames/s at p95, {1 / np.median(times):.0f} at the median | {beside} | ≥ 30 |"
            )
        moved = cursor(setup, count)
        print(
            f"| cursor, {'one map' if page == 'map' else f'{RANK} maps'} | {percentiles(moved)} | | ≤ 16 ms |"
        )
    print(setup.watch.row("all of that"))
    setup.close()


def main() -> None:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HSUNMIX_CONFIG_DIR"] = str(Path(folder) / "config")
        print("| what | measured | beside | ask |\n|---|---|---|---|")
        for width, height in ((1280, 800), (2560, 1440)):
            rows(width, height, "--quick" in sys.argv)


if __name__ == "__main__":
    main()
