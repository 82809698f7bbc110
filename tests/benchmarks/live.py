"""The loop: how soon the maps follow an edit, beside the bare solve; hovering; turning to another map.

    python -m tests.benchmarks.live [--quick]

Prints Markdown. Offscreen unless QT_QPA_PLATFORM says otherwise, on a scene of 307 × 307 × 162 with
six endmembers. An edit's first time is from the command until the image panel has painted a map that
was solved for the new endmembers; its second until the whole scene's is painted. The bare solve is
``pipeline.solve`` of the same spectra with nothing else going on, and its abundances alone; the
first is a floor of the second time, the window's share is what lies between.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from hsunmix.gui.image.state import ImageState
from hsunmix.model.choice import Choice
from tests.benchmarks.window import envi_scene

RANK = 6


class Bench:
    """A window on the scene, unmixed, with a clock on what its image paints."""

    def __init__(self, folder: Path) -> None:
        from PySide6.QtWidgets import QApplication

        from hsunmix.gui import commands as cmd
        from hsunmix.gui.app.application import application
        from hsunmix.gui.app.main_window import MainWindow
        from hsunmix.gui.image.scene_view import SceneView
        from hsunmix.gui.state.settings import Settings
        from hsunmix.gui.widgets.spectrum_plot import SpectrumPlot

        self.paints: list[float] = []
        self.picture: object = None
        self.plotted = 0.0
        paint, plot = SceneView.paintEvent, SpectrumPlot.paintEvent

        def paint_timed(view: SceneView, event: object) -> None:
            paint(view, event)
            self.paints.append(time.perf_counter())
            self.picture = view.image

        def plot_timed(widget: SpectrumPlot, event: object) -> None:
            plot(widget, event)
            self.plotted = time.perf_counter()

        SceneView.paintEvent, SpectrumPlot.paintEvent = paint_timed, plot_timed
        self.app = application()
        self.process = QApplication.processEvents
        self.window = MainWindow(Settings(folder / "settings.json"))
        self.store = self.window.store
        self.window.resize(1280, 800)
        self.window.show()
        self.until(lambda: bool(self.window.panels))
        self.store.send(cmd.Open(envi_scene(folder)))
        self.until(lambda: self.store.state[ImageState].picture is not None and self.idle())
        from hsunmix.session.document import RunSettings

        self.store.send(cmd.SetRun(RunSettings("spa", RANK, "nnls")))
        self.store.send(cmd.Unmix())
        self.until(lambda: self.store.document.unmixing is not None and self.idle())
        self.store.send(cmd.ShowEndmember(0, "map"))
        self.rest(2.0)

    def idle(self) -> bool:
        return not any(channel.busy for channel in self.store.channels.values())

    def until(self, done: Callable[[], bool]) -> float:
        """Process events until it is done; return when."""
        began = time.perf_counter()
        while not done():
            self.process()
            time.sleep(0.0002)
            if time.perf_counter() - began > 300:
                raise TimeoutError(self.store.state.message)
        return time.perf_counter()

    def rest(self, seconds: float) -> None:
        end = time.perf_counter() + seconds
        self.until(lambda: time.perf_counter() > end and self.idle())

    def edit(self, command: object) -> tuple[float, float]:
        """Milliseconds until a map of the new endmembers is painted, and until the whole scene's is."""
        store, shown = self.store, []

        def watch(_old: object, new: object) -> None:
            shown.append((time.perf_counter(), new.unmixing))

        store.history.subscribe(watch)
        self.paints.clear()
        began = time.perf_counter()
        store.send(command)
        carried = len(shown)  # what was put into the document at once is no solution
        self.until(lambda: len(shown) > carried and not shown[-1][1].provisional)
        solved, whole = shown[carried][0], shown[-1][0]
        self.until(lambda: bool(self.paints) and self.paints[-1] > whole)
        store.history.unsubscribe(watch)
        first, last = (min(at for at in self.paints if at > known) for known in (solved, whole))
        return 1000 * (first - began), 1000 * (last - began)


def edits(store: Bench, count: int) -> Iterator[tuple[str, list[tuple[float, float]]]]:
    """Yield times of edits by kind; each is taken back, unmeasured."""
    from hsunmix.gui import commands as cmd

    rng = np.random.default_rng(0)
    kinds = {
        "an endmember dropped": lambda k: cmd.Delete(k % RANK),
        "a pixel added": lambda _: cmd.AddPixel(*map(int, rng.integers(0, 307, 2))),
        "an endmember dragged to a pixel": lambda k: cmd.MoveEndmember(
            k % RANK, *map(int, rng.integers(0, 307, 2))
        ),
        "two merged": lambda k: cmd.Merge((k % RANK, (k + 1) % RANK)),
    }
    for name, make in kinds.items():
        times = []
        for k in range(count):
            times.append(store.edit(make(k)))
            store.store.send(cmd.Undo())
            store.rest(0.02)
        yield name, times


def bare(store: Bench, count: int) -> tuple[float, float]:
    """Milliseconds of solving for what is seen and of solving the whole scene, without a window's work."""
    from hsunmix.methods.running import pipeline
    from hsunmix.methods.running.preview import preview, preview_region, within
    from hsunmix.model.progress import finish

    document = store.store.document
    scene = finish(store.store.scenes.scene(document.cube))
    spectra = np.stack([e.spectrum for e in document.endmembers[1:]], axis=1)
    part = finish(preview_region(scene, *within(scene, None, RANK - 1)))
    seen, whole = [], []
    for _ in range(count):
        began = time.perf_counter()
        finish(preview(part, spectra, "nnls"))
        seen.append(time.perf_counter() - began)
        began = time.perf_counter()
        finish(pipeline.solve(scene, spectra, Choice("nnls")))
        whole.append(time.perf_counter() - began)
    return 1000 * float(np.median(seen)), 1000 * float(np.median(whole))


def hover(store: Bench, count: int) -> list[float]:
    """Milliseconds from the cursor's move until its spectrum is painted."""
    from hsunmix.gui import commands as cmd

    times = []
    for k in range(count):
        store.rest(0.02)
        began = time.perf_counter()
        store.store.send(cmd.Hover((11 * k) % 307, (7 * k) % 307))
        store.until(lambda began=began: store.plotted > began)
        times.append(1000 * (store.plotted - began))
    return times


def turn(store: Bench, count: int) -> list[float]:
    """Milliseconds from choosing another endmember until its map is painted."""
    from hsunmix.gui import commands as cmd

    times = []
    for _ in range(count):
        store.rest(0.02)
        before, began = store.picture, time.perf_counter()
        store.store.send(cmd.ShowEndmember(step=1))
        store.until(lambda before=before: store.picture is not before)
        times.append(1000 * (store.paints[-1] - began))
    return times


def main() -> None:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    count = 10 if "--quick" in sys.argv else 50
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HSUNMIX_SETTINGS"] = str(Path(folder) / "settings.json")
        store = Bench(Path(folder))
        store.edit(_first())  # compiles, and reads what later edits find in memory
        store.rest(0.5)
        seen, whole = bare(store, 9)
        print(
            f"Bare solve of {RANK - 1} endmembers: what is seen {seen:.0f} ms, whole scene {whole:.0f} ms.\n"
        )
        print("| from the edit to | median | p95 | beside the bare solve | ask, p95 |\n|---|---|---|---|---|")
        for name, times in edits(store, count):
            for k, (what, floor, ask) in enumerate((("map seen", seen, 150), ("whole scene", whole, 1000))):
                column = [pair[k] for pair in times]
                late = np.percentile(column, 95)
                print(
                    f"| {name}: {what} | {np.median(column):.0f} ms | {late:.0f} ms "
                    f"| {np.median(column) / floor:.1f} × | ≤ {ask} ms |"
                )
        for name, column, ask in (
            ("the cursor's spectrum painted", hover(store, 4 * count), 16),
            ("another map painted", turn(store, count), 50),
        ):
            print(
                f"| {name} | {np.median(column):.1f} ms | {np.percentile(column, 95):.1f} ms | | ≤ {ask} ms |"
            )
        store.store.history.mark_saved()
        store.window.close()
        store.process()


def _first() -> object:
    from hsunmix.gui import commands as cmd

    return cmd.MoveEndmember(0, 5, 5)


if __name__ == "__main__":
    main()
