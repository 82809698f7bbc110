"""Make the pictures of the window anew: ``python -m tests.gui.screenshots FOLDER``.

Every state, light and dark, at 1024×640, 1440×900 and 2560×1440; with ``--small``, or with QT_SCALE_FACTOR
(1.5, 2) in the environment, only at 1280×800. What is cut or overlaps is told, and makes the exit code 1.
``--light`` or ``--dark``: only that theme. ``--manual`` writes the manual's pictures, and nothing else
when no folder is given. No display is needed, but QT_SCALE_FACTOR=2 needs a screen that is large enough
(``QT_QPA_PLATFORM=xcb`` under Xvfb of 2560×1600): the one of no display has 800×800.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget

from hsunmix.exports import ExportJob
from hsunmix.files import resource
from hsunmix.gui import commands as cmd
from hsunmix.gui.app.application import application
from hsunmix.gui.app.main_window import MainWindow
from hsunmix.gui.app.preferences_dialog import PreferencesDialog
from hsunmix.gui.endmembers.state import EndmembersState
from hsunmix.gui.feature_space.state import SpaceState
from hsunmix.gui.files.export_dialog import ExportDialog
from hsunmix.gui.files.shape_dialog import ShapeDialog
from hsunmix.gui.files.state import FilesState
from hsunmix.gui.files.unsaved_dialog import UnsavedDialog
from hsunmix.gui.files.wavelengths_dialog import WavelengthsDialog
from hsunmix.gui.help.about_dialog import AboutDialog
from hsunmix.gui.help.state import HelpState
from hsunmix.gui.image.state import ImageState
from hsunmix.gui.library.dialog import LibraryDialog
from hsunmix.gui.library.matches_dialog import MatchDialog
from hsunmix.gui.library.state import LibraryState, Subject
from hsunmix.gui.regions.state import RegionsState
from hsunmix.gui.run.state import RunState
from hsunmix.gui.spectra.state import SpectraState
from hsunmix.gui.state.settings import Settings
from hsunmix.gui.widgets import theme as themes
from hsunmix.session.document import RunSettings, VectorLayer
from hsunmix.session.recovery import Record, Work
from tests.gui.audit import ugly

SCALE = float(os.environ.get("QT_SCALE_FACTOR", "1"))
FIRST = (1280, 800)  # that of the manual's pictures
SIZES = ((1024, 640), (1440, 900), (2560, 1440)) if SCALE == 1 and "--small" not in sys.argv else (FIRST,)
IMAGES = Path("resources") / "docs" / "images"
# The manual's pictures, by state. What was to be seen on them is written into each: see test_screenshots.
MANUAL = {
    "map": "window.png",
    "compare": "comparison.png",
    "howMany": "how_many.png",
    "exportDialog": "export.png",
    "residualAsked": "missing.png",
}
LAYERS = (
    VectorLayer("/data/gis/boundary.shp", "", "boundary", "#ff4fa3", shown=False),
    VectorLayer("/data/gis/roads.gpkg", "main", "roads: main", "#00d8ff", shown=False),
)
WIDGETS = "hsunmix-widgets"
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
        message = window.store.state.message
        if time.monotonic() > end or (message is not None and message.level == "error"):
            raise SystemExit(f"this took too long, or failed: {message}")
    settle()


def name_materials(window: MainWindow) -> None:
    """Name the sample's endmembers after the spectra it was made of."""
    table = resource("sample_cubes", "desert_spectra.csv").read_text().splitlines()
    names = table[0].split(",")[1:]
    truth = np.array([[float(v) for v in line.split(",")[1:]] for line in table[1:]])
    for k, member in enumerate(window.store.document.endmembers):
        used = np.isfinite(member.spectrum)
        a, b = member.spectrum[used], truth[used]
        likeness = a @ b / np.linalg.norm(a) / np.linalg.norm(b, axis=0)
        window.store.send(cmd.Rename(k, names[int(np.argmax(likeness))].capitalize()))


def idle(window: MainWindow) -> bool:
    """Whether nothing is being done, not even in the background."""
    return not any(channel.busy for channel in window.store.channels.values())


def fingerprint(widget: QWidget) -> str:
    """Return the names of all that can be seen of a widget, but for what comes and goes."""
    names = {w.objectName() for w in widget.findChildren(QWidget) if w.isVisible() and w.objectName()}
    return " ".join(sorted(name for name in names if not name.startswith(("qt_", "work", "cancel"))))


def manual_picture(name: str, widget: QWidget) -> None:
    """Write a picture of the manual, with what is to be seen on it."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    image: QImage = widget.grab().toImage()
    image.setText(WIDGETS, fingerprint(widget))
    image.save(str(IMAGES / MANUAL[name]))


def tour(window: MainWindow, keep: Keep) -> None:
    """Walk through the states of the window."""
    store = window.store
    settle()
    keep("empty", window)
    store.send(cmd.OpenSample())
    wait(window, lambda: store.state[ImageState].picture is not None and not store.state.tasks)
    store.send(cmd.Hover(52, 44))
    wait(window, lambda: store.state.cursor is not None and store.state.cursor.measured is not None)
    keep("loaded", window)
    store.send(cmd.Unmix())
    wait(window, lambda: store.state.running is None or store.state.running.step is not None)
    keep("running", window)
    wait(window, lambda: store.document.unmixing is not None and not store.state.tasks)
    name_materials(window)
    store.send(cmd.Pin(30, 62))
    store.send(cmd.Hover(60, 44))
    wait(window, lambda: store.state[SpectraState].pinned[30, 62].measured is not None)
    wait(window, lambda: idle(window))
    for page in ("maps", "map", "mixture", "residual", "band", "rgb"):
        store.send(cmd.ShowPage(page))
        store.send(cmd.Hover(60, 44))
        settle()
        keep(page, window)
    regions_and_mask(window, keep)
    loop(window, keep)
    runs(window, keep)
    tools(window, keep)
    store.send(cmd.Open(Path("/data/survey/strip_7.hdr"), discard=True))
    while store.state.message is None:
        settle(0.05)
    settle()
    keep("error", window)
    store.send(cmd.CloseMessage())


def regions_and_mask(window: MainWindow, keep: Keep) -> None:
    """Draw regions, plan a mask, use it, look at a part of it, and take it all back."""
    store = window.store
    before = store.document
    store.send(cmd.DrawRegion("rectangle", ((10, 10), (40, 60))))
    store.send(cmd.DrawRegion("polygon", ((60, 10), (90, 20), (70, 60))))
    store.send(cmd.SelectRegion(-1))
    store.send(cmd.PaintRegion(np.array([[k, 60, 75] for k in range(80, 100)], np.int32)))
    wait(window, lambda: len(store.state[RegionsState].region_spectra) == 3)
    keep("regions", window)
    store.send(cmd.PlanMask("ndvi"))
    wait(
        window,
        lambda: (
            store.state[RegionsState].masking is not None
            and store.state[RegionsState].masking.mask is not None
        ),
    )
    keep("masking", window)
    store.send(cmd.ApplyMask())
    wait(window, lambda: not store.state.tasks and not store.document.unmixing.provisional)
    store.send(cmd.ShowPage("maps"))
    store.send(cmd.Zoom(2.5))
    settle()
    keep("masked", window)
    store.send(cmd.AddLayer("ndvi"))
    wait(window, lambda: "ndvi" in store.state[ImageState].layers)
    keep("layer", window)
    store.send(cmd.Zoom())
    while store.document.regions or store.document.layers or store.document.cube is not before.cube:
        store.send(cmd.Undo())
    store.send(cmd.ShowPage("rgb"))
    wait(window, lambda: not store.state.tasks)


def loop(window: MainWindow, keep: Keep) -> None:
    """Leave a material out, see that it is missing; ask what another one is, paint bands; take it back."""
    store = window.store
    names = [e.name for e in store.document.endmembers]

    def known() -> bool:
        result, checked, asked = (
            store.document.unmixing,
            store.state[EndmembersState].checked,
            store.state[EndmembersState].suggested,
        )
        return checked is not None and asked is not None and checked.result is asked.result is result

    store.send(cmd.Delete(names.index("Goethite")))
    wait(window, lambda: known() and idle(window))
    for page in ("residual", "constraints"):
        store.send(cmd.ShowPage(page))
        store.send(cmd.Hover(40, 30))
        settle()
        keep(f"{page}Asked", window)
    index = [e.name for e in store.document.endmembers].index("Kaolinite")
    best = store.state[LibraryState].matches(store.document.endmembers[index])[0]
    store.send(cmd.ShowEndmember(index, "map"))
    store.send(cmd.Compare(index, best.index))
    store.send(cmd.PaintBands(40, 52, True))
    wait(window, lambda: not store.document.unmixing.provisional and idle(window))
    store.send(cmd.SetUnit("µm"))
    settle()
    keep("compared", window)
    store.send(cmd.SetUnit("nm"))
    store.send(cmd.Undo())
    store.send(cmd.Undo())
    wait(window, lambda: idle(window))


def runs(window: MainWindow, keep: Keep) -> None:
    """Unmix otherwise, and compare."""
    store = window.store
    store.send(cmd.ShowPage("maps"))
    for settings in (RunSettings("vca", 5, seed=2), RunSettings("hals", 4)):
        before = store.document.unmixing
        store.send(cmd.SetRun(settings))
        store.send(cmd.Unmix())
        wait(window, lambda b=before: store.document.unmixing is not b and not store.state.tasks)
    keep("runs", window)
    store.send(cmd.CompareRuns(1, 2))
    wait(window, lambda: store.state[RunState].comparing is not None)
    store.send(cmd.ShowPair(1))
    settle()
    keep("compare", window)
    store.send(cmd.Flicker(True))
    settle(0.1)
    keep("flicker", window)
    store.send(cmd.StopComparing())
    store.send(cmd.RestoreRun(1))
    wait(window, lambda: not store.state.tasks)


def tools(window: MainWindow, keep: Keep) -> None:
    """Show the windows beside the main one, the guided start, and work that is offered."""
    store = window.store
    store.send(cmd.ShowTool("how_many", "sweep"))
    store.send(cmd.StartSweep(2, 7, 3))
    wait(window, lambda: store.state[RunState].sweep is not None and not store.state.tasks)
    keep("howMany", window.tools.windows["how_many"])
    store.send(cmd.ShowTool("how_many", "estimate"))
    settle()
    keep("howManyEstimate", window.tools.windows["how_many"])
    store.send(cmd.ShowTool("feature_space"))
    wait(window, lambda: store.state[SpaceState].cloud is not None and not store.state.tasks)
    store.send(cmd.Hover(60, 44))
    settle(0.4)
    keep("featureSpace", window.tools.windows["feature_space"])
    store.send(cmd.ShowTool("information"))
    settle(0.4)
    keep("information", window.tools.windows["information"])
    store.send(cmd.ShowTool("levels"))
    settle(0.4)
    keep("levels", window.tools.windows["levels"])
    store.history.amend(replace(store.document, vectors=LAYERS))
    store.send(cmd.ShowTool("vectors"))
    settle(0.4)
    keep("vectors", window.tools.windows["vectors"])
    store.send(cmd.ShowTool("manual", "runs.md"))
    settle(0.4)
    keep("manual", window.tools.windows["manual"])
    for tool in window.tools.windows.values():
        tool.hide()
    store.show(HelpState, tour=4)
    settle(0.4)
    keep("tour", window)
    store.show(HelpState, tour=None)
    record = Record("work-1.hsu", "", "jasper.hdr", "", "2025-03-04T12:05:00+00:00")
    store.show(FilesState, left_behind=(Work(Path("/state/1"), record),))
    settle()
    keep("recovery", window)
    store.show(FilesState, left_behind=())


def dialogs(window: MainWindow, keep: Keep) -> None:
    """Show every dialog of the project's own."""
    document = window.store.document
    job = ExportJob(document.unmixing, document.endmembers, document.cube)
    member = document.endmembers[0]
    subject = Subject(
        member.name, member.spectrum, window.store.state[LibraryState].library, document.cube.good_bands
    )
    for dialog in (
        ExportDialog(window, "/home/ana/desert-unmixed", ("geotiff", "png", "csv", "sli"), job),
        ShapeDialog(window, Path("/data/urban_77.mat"), 5929),
        UnsavedDialog(window, "desert.hdr"),
        AboutDialog(window),
        PreferencesDialog(window, window.store.settings.preferences),
        WavelengthsDialog(window, document.cube),
        LibraryDialog(window, window.store.state[LibraryState].library),
        MatchDialog(window, subject),
    ):
        dialog.show()
        if isinstance(dialog, ExportDialog):
            wait(window, lambda d=dialog: len(d.planner.plans) == 4)
        settle()
        keep(dialog.objectName(), dialog)
        dialog.close()
        dialog.deleteLater()


def main(folder: Path | None, manual: bool) -> int:
    """Write all pictures into a folder; return how many of them show something ugly."""
    app, faulty = application(), 0
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    wanted = [theme for theme in ("light", "dark") if f"--{theme}" in sys.argv] or ["light", "dark"]
    for theme in wanted if folder is not None else ("light",):
        for width, height in SIZES if folder is not None else (FIRST,):
            with tempfile.TemporaryDirectory() as config:
                os.environ["HSUNMIX_STATE_DIR"] = config  # work that the user left behind is not for pictures
                settings = Settings(Path(config) / "settings.json")
                settings.change(theme=theme)
                themes.apply(app, themes.choose(theme))
                window = MainWindow(settings)
                window.resize(width, height)
                window.show()
                window.load_panels()

                def keep(name: str, widget: QWidget, tag: str = f"{theme}_{width}") -> None:
                    nonlocal faulty
                    picture = widget.grab()  # which also lays out what waits for it
                    faults = ugly(widget)
                    faulty += bool(faults)
                    for fault in faults:
                        print(f"{name}_{tag}: {fault}", file=sys.stderr)
                    if folder is not None:
                        picture.save(str(folder / f"{name}_{tag}{f'@{SCALE:g}' * (SCALE != 1)}.png"))
                    if manual and name in MANUAL and tag == "light_1280":
                        manual_picture(name, widget)

                tour(window, keep)
                dialogs(window, keep)
                window.store.history.mark_saved()
                window.close()
                settle()
    return faulty


if __name__ == "__main__":
    folders = [Path(word) for word in sys.argv[1:] if not word.startswith("--")]
    if not folders and "--manual" not in sys.argv:
        raise SystemExit(__doc__)
    raise SystemExit(bool(main(folders[0] if folders else None, "--manual" in sys.argv)))
