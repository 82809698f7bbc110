"""The application: make it, run it, try it."""

from __future__ import annotations

import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEventLoop, QProcess, QTimer
from PySide6.QtWidgets import QApplication

from hsunmix.errors import HsunmixError
from hsunmix.files import resource
from hsunmix.formats.opening.files import is_store
from hsunmix.gui import commands as cmd
from hsunmix.gui.app.collector import Collector
from hsunmix.gui.app.main_window import MainWindow
from hsunmix.gui.app.window_controller import program
from hsunmix.gui.files.controller import SAMPLE, SAMPLE_RANK
from hsunmix.gui.files.prompts import Products
from hsunmix.gui.image.state import ImageState
from hsunmix.gui.state.dialogs import Prompt
from hsunmix.gui.state.settings import Settings
from hsunmix.gui.widgets import accessibility
from hsunmix.gui.widgets.icons import logo

__all__ = ["application", "run", "selftest"]

# Seconds after which a busy worker lets the window draw. With Python's own 5 ms a redraw, which
# takes turns many times, would be seen to stutter.
SWITCH = 0.0005
HEADSTART = 1000  # milliseconds that the window has to itself
MAX_WAIT_S = 300.0  # seconds that the self-test waits for each part; compiling is among them


def application() -> QApplication:
    """Return the application, made at the first call."""
    found = QApplication.instance()
    if isinstance(found, QApplication):
        return found
    QApplication.setApplicationName("hsunmix")
    QApplication.setDesktopFileName("hsunmix")
    app = QApplication(sys.argv[:1])
    app.setStyle("Fusion")
    app.setWindowIcon(logo())
    accessibility.install()
    sys.setswitchinterval(SWITCH)
    return app


def run(*paths: Path, unmixed: bool = False) -> int:
    """Open the window.

    Parameters
    ----------
    *paths : Path
        A cube or a session to open; several cubes, or folders with cubes, are scenes.
    unmixed : bool
        Unmix it at once.

    Returns
    -------
    int
        The exit code.
    """
    app = application()
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Qt's loop would hold Python's own handler back
    window = MainWindow()
    Collector(lambda: not window.store.state.tasks, window)
    window.show()
    QTimer.singleShot(HEADSTART, window, lambda: _prepare(app))
    if paths:
        rank = SAMPLE_RANK if paths[0] == resource(*SAMPLE) else 0
        alone = len(paths) == 1 and (is_store(paths[0]) or not paths[0].is_dir())
        command = cmd.Open(paths[0], rank=rank, unmix=unmixed) if alone else cmd.OpenScenes(paths)
        QTimer.singleShot(0, window, lambda: window.store.send(command))
    return app.exec()


def _prepare(app: QApplication) -> None:
    """Let a process of its own compile the kernels while the analyst chooses a file.

    In a thread it would hold the interpreter, and the window would stutter.
    """
    from hsunmix.kernels import is_prepared

    if is_prepared():
        return
    helper = QProcess(app)
    helper.setStandardOutputFile(QProcess.nullDevice())
    helper.setStandardErrorFile(QProcess.nullDevice())
    app.aboutToQuit.connect(helper.kill)
    app.aboutToQuit.connect(helper.waitForFinished)
    name, *words = program("prepare")
    helper.start(name, words)


def selftest() -> dict[str, float | str]:
    """Run the sample cube through a window and return how long each part took, in milliseconds.

    Raises
    ------
    HsunmixError
        A part failed; its message says why.
    """
    began = time.perf_counter()
    app = application()
    with tempfile.TemporaryDirectory() as folder:
        window = MainWindow(Settings(Path(folder) / "settings.json"))
        Collector(lambda: not window.store.state.tasks, window)
        window.show()
        app.processEvents()
        times: dict[str, float | str] = {"window_ms": 1000 * (time.perf_counter() - began)}
        store = window.store
        try:
            store.send(cmd.OpenSample())
            times["open_ms"] = _wait(window, lambda: store.state[ImageState].picture is not None)
            store.send(cmd.Unmix())
            times["unmix_ms"] = _wait(window, lambda: store.document.unmixing is not None)
            out = Path(folder) / "products"
            store.dialogs = _ExportAll(out)
            store.send(cmd.Export())
            times["export_ms"] = _wait(window, lambda: "export" not in store.state.tasks)
        finally:
            store.history.mark_saved()
            window.close()
            app.processEvents()
    return times


class _ExportAll:
    """Exports everything into one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def ask(self, prompt: Prompt[Any]) -> Any:
        """All products; nothing else is asked."""
        from hsunmix.exports import exports

        assert isinstance(prompt, Products)
        return self._folder, tuple(exports())


def _wait(window: MainWindow, done: Callable[[], bool]) -> float:
    """Let the window work until something is so; return the milliseconds it took."""
    began = time.perf_counter()
    while not done():
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 20)
        message = window.store.state.message
        if message is not None and message.level == "error":
            raise HsunmixError(message.text)
        if time.perf_counter() - began > MAX_WAIT_S:
            raise HsunmixError(f"the self-test waited {MAX_WAIT_S:.0f} s in vain")
    return 1000 * (time.perf_counter() - began)
