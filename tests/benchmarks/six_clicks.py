"""From an empty window to the abundance maps of Jasper Ridge: the window beside the Python API.

    python -m tests.benchmarks.six_clicks [ROUNDS]

Prints Markdown. Both open the file and unmix it with the defaults, in turn, in one process in which
everything is imported and compiled; a first round isn't counted. The window's time runs from the first
click to the painted maps, with its own file dialog between. The shared scenes are needed
(HSUNMIX_SHARED). Offscreen unless QT_QPA_PLATFORM says otherwise.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.scenes import SHARED

SCENE = SHARED / "data" / "jasper_ridge" / "jasperRidge2_R198.mat"
RANK = 4  # the window's default too


def by_api() -> float:
    """Seconds from the call to the result."""
    import hsunmix

    began = time.perf_counter()
    hsunmix.unmix(hsunmix.open_cube(SCENE), rank=RANK)
    return time.perf_counter() - began


def by_mouse(folder: Path) -> tuple[float, int]:
    """Seconds from the first click to the painted maps, and the clicks, in a fresh window."""
    from PySide6.QtCore import QCoreApplication, QEvent
    from PySide6.QtWidgets import QApplication

    from hsunmix.gui.app.main_window import MainWindow
    from hsunmix.gui.state.settings import Settings
    from tests.gui.six_clicks import Mouse, maps_of

    window, mouse = MainWindow(Settings(folder / "settings.json")), Mouse()
    window.show()
    window.load_panels()
    settled = time.perf_counter() + 0.5  # an analyst looks before the first click
    while time.perf_counter() < settled or window.store.channels["warm_up"].busy:
        QApplication.processEvents()
        time.sleep(0.001)
    began = time.perf_counter()
    maps_of(window, SCENE, mouse)
    took = time.perf_counter() - began
    window.store.history.mark_saved()
    window.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return took, mouse.clicks


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    if not SCENE.exists():
        raise SystemExit(f"{SCENE} is not there")
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from hsunmix.gui.app.application import application

    application()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HSUNMIX_STATE_DIR"] = folder
        both = [(by_api(), *by_mouse(Path(folder))) for _ in range(rounds + 1)][1:]
    api, window, clicks = (list(column) for column in zip(*both, strict=True))
    print(f"| Jasper Ridge, r = {RANK}, {rounds} rounds | least | median | mouse clicks |\n|---|---|---|---|")
    for name, times in (("Python API", api), ("window", window)):
        count = f"{max(clicks)} (≤ 6)" if times is window else ""
        print(f"| {name} | {min(times):.2f} s | {statistics.median(times):.2f} s | {count} |")
    median = statistics.median(window) / statistics.median(api)
    print(f"| ratio | {min(window) / min(api):.2f} × | {median:.2f} × (≤ 3 ×) | |")


if __name__ == "__main__":
    main()
