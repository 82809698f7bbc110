"""Make the pictures of the window anew: ``python -m tests.gui.screenshots FOLDER``.

Every state, light and dark, at 1280×800 and 2560×1440. ``--manual`` writes the manual's picture too.
No display is needed.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtWidgets import QApplication, QWidget

from hsunmix.files import resource
from hsunmix.gui import intents as i
from hsunmix.gui import theme as themes
from hsunmix.gui.app import application
from hsunmix.gui.dialogs.about import AboutDialog
from hsunmix.gui.dialogs.export import ExportDialog
from hsunmix.gui.dialogs.shape import ShapeDialog
from hsunmix.gui.dialogs.unsaved import UnsavedDialog
from hsunmix.gui.main_window import MainWindow
from hsunmix.gui.settings import Settings

SIZES = ((1280, 800), (2560, 1440))
MANUAL = Path("resources") / "docs" / "images" / "window.png"
Keep = Callable[[str, QWidget], None]


def settle(seconds: float = 0.2) -> None:
    """Let the window draw."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        QApplication.processEvents()
        time.sleep(0.01)


def wait(window: MainWindow, done: Callable[[], bool]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + 120
    while not done():
        settle(0.02)
        message = window.bench.live.message
        if time.monotonic() > end or (message is not None and message.level == "error"):
            raise SystemExit(f"this took too long, or failed: {message}")
    settle()


def name_materials(window: MainWindow) -> None:
    """Name the sample's endmembers after the spectra it was made of."""
    table = resource("sample_cubes", "desert_spectra.csv").read_text().splitlines()
    names = table[0].split(",")[1:]
    truth = np.array([[float(v) for v in line.split(",")[1:]] for line in table[1:]])
    for k, member in enumerate(window.bench.document.endmembers):
        used = np.isfinite(member.spectrum)
        a, b = member.spectrum[used], truth[used]
        likeness = a @ b / np.linalg.norm(a) / np.linalg.norm(b, axis=0)
        window.bench.send(i.Rename(k, names[int(np.argmax(likeness))].capitalize()))


def tour(window: MainWindow, keep: Keep) -> None:
    """Walk through the states of the window."""
    bench = window.bench
    settle()
    keep("empty", window)
    bench.send(i.OpenSample())
    wait(window, lambda: bench.live.picture is not None and not bench.live.tasks)
    bench.send(i.Hover(52, 44))
    wait(window, lambda: bench.live.cursor is not None and bench.live.cursor.measured is not None)
    keep("loaded", window)
    bench.send(i.Unmix())
    wait(window, lambda: bench.live.running is None or bench.live.running.step is not None)
    keep("running", window)
    wait(window, lambda: bench.document.unmixing is not None and not bench.live.tasks)
    name_materials(window)
    bench.send(i.Pin(30, 62))
    bench.send(i.Hover(60, 44))
    wait(window, lambda: bench.live.pinned[30, 62].measured is not None)
    for page in ("maps", "map", "mixture", "residual", "band", "rgb"):
        bench.send(i.ShowPage(page))
        bench.send(i.Hover(60, 44))
        settle()
        keep(page, window)
    regions_and_mask(window, keep)
    bench.send(i.Open(Path("/data/survey/strip_7.hdr"), discard=True))
    while bench.live.message is None:
        settle(0.05)
    settle()
    keep("error", window)
    bench.send(i.CloseMessage())


def regions_and_mask(window: MainWindow, keep: Keep) -> None:
    """Draw regions, plan a mask, use it, look at a part of it, and take it all back."""
    bench = window.bench
    before = bench.document
    bench.send(i.DrawRegion("rectangle", ((10, 10), (40, 60))))
    bench.send(i.DrawRegion("polygon", ((60, 10), (90, 20), (70, 60))))
    bench.send(i.SelectRegion(-1))
    bench.send(i.PaintRegion(np.array([[k, 60, 75] for k in range(80, 100)], np.int32)))
    wait(window, lambda: len(bench.live.region_spectra) == 3)
    keep("regions", window)
    bench.send(i.PlanMask("ndvi"))
    wait(window, lambda: bench.live.masking is not None and bench.live.masking.mask is not None)
    keep("masking", window)
    bench.send(i.ApplyMask())
    wait(window, lambda: not bench.live.tasks and not bench.document.unmixing.provisional)
    bench.send(i.ShowPage("maps"))
    bench.send(i.Zoom(2.5))
    settle()
    keep("masked", window)
    bench.send(i.AddLayer("ndvi"))
    wait(window, lambda: "ndvi" in bench.live.layers)
    keep("layer", window)
    bench.send(i.Zoom())
    while bench.document.regions or bench.document.layers or bench.document.cube is not before.cube:
        bench.send(i.Undo())
    bench.send(i.ShowPage("rgb"))
    wait(window, lambda: not bench.live.tasks)


def dialogs(window: MainWindow, keep: Keep) -> None:
    """Show every dialog of the project's own."""
    for dialog in (
        ExportDialog(window, "/home/ana/desert-unmixed", ("geotiff", "png", "csv", "sli")),
        ShapeDialog(window, Path("/data/urban_77.mat"), 5929),
        UnsavedDialog(window, "desert.hdr"),
        AboutDialog(window),
    ):
        dialog.show()
        settle()
        keep(dialog.objectName(), dialog)
        dialog.close()
        dialog.deleteLater()


def main(folder: Path, manual: bool) -> None:
    """Write all pictures into a folder."""
    app = application()
    folder.mkdir(parents=True, exist_ok=True)
    for theme in ("light", "dark"):
        for width, height in SIZES:
            with tempfile.TemporaryDirectory() as config:
                settings = Settings(Path(config) / "settings.json")
                settings.change(theme=theme)
                themes.apply(app, themes.choose(theme))
                window = MainWindow(settings)
                window.resize(width, height)
                window.show()
                window.load_panels()

                def keep(name: str, widget: QWidget, tag: str = f"{theme}_{width}") -> None:
                    picture = widget.grab()
                    picture.save(str(folder / f"{name}_{tag}.png"))
                    if manual and (name, tag) == ("map", "light_1280"):
                        MANUAL.parent.mkdir(parents=True, exist_ok=True)
                        picture.save(str(MANUAL))

                tour(window, keep)
                dialogs(window, keep)
                window.bench.history.mark_saved()
                window.close()
                settle()


if __name__ == "__main__":
    main(Path(sys.argv[1]), "--manual" in sys.argv)
