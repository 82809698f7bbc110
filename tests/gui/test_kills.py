"""A window that is killed at any moment: the next start offers its work, at most two minutes old."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from hsunmix.gui.state.settings import Preferences
from hsunmix.session.archive import load
from hsunmix.session.recovery import Work, left_behind
from tests.gui.scenes_on_disk import write_scene

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="SIGKILL is POSIX's")

# A working session: an analyst who unmixes, renames, pins, undoes, without a pause. Every change is
# told with its number, which is also the name of the first endmember.
SESSION = """
import sys, time
from pathlib import Path
from PySide6.QtWidgets import QApplication
from hsunmix.gui import commands as cmd
from hsunmix.gui.app.application import application
from hsunmix.gui.files import recovery_controller as recovery
from hsunmix.gui.app.main_window import MainWindow
from hsunmix.session.document import RunSettings

recovery.PAUSE = 0.1
app = application()
window = MainWindow()
window.show()
store = window.store
store.settings.change(keep_every=int(sys.argv[2]) / 1000)

def until(done):
    while not done():
        QApplication.processEvents()
        time.sleep(0.001)

store.send(cmd.Open(Path(sys.argv[1])))
until(lambda: store.document.cube is not None and not store.state.tasks)
store.send(cmd.SetRun(RunSettings("spa", 3)))
store.send(cmd.Unmix())
until(lambda: store.document.unmixing is not None)
for k in range(10**9):
    store.send(cmd.Rename(0, str(k)))
    print(k, time.time(), flush=True)
    store.send(cmd.Pin(k % 7, k % 5))
    if k % int(sys.argv[3]) == 39:
        before = store.document.unmixing
        store.send(cmd.Unmix())
        until(lambda: store.document.unmixing is not before)
    until(lambda end=time.monotonic() + 0.02: time.monotonic() > end)
"""


@dataclass
class Killed:
    """What was left by a session that was killed.

    Attributes
    ----------
    works : list of Work
        What the next start offers.
    changes : dict of int to float
        When every change was made.
    at : float
        When the session was killed.
    """

    works: list[Work]
    changes: dict[int, float]
    at: float

    @property
    def lost(self) -> float:
        """Age of the oldest change that is not in the work offered, in seconds."""
        name = load(self.works[0].path).endmembers[0].name
        last = int(name) if name.isdigit() else -1  # a result that was kept before its first change
        missing = [when for number, when in self.changes.items() if number > last]
        return self.at - min(missing) if missing else 0.0


def kill_session(folder: Path, repository: Path, period: float, after: float, every: int = 10**9) -> Killed:
    """Let a window work for a while after it kept something, kill it, and look as the next start does.

    Once in ``every`` changes is a run, which is kept at once.
    """
    folder.mkdir(parents=True)
    scene = write_scene(folder)
    environment = {
        **os.environ,
        "HSUNMIX_STATE_DIR": str(folder / "state"),
        "HSUNMIX_CONFIG_DIR": str(folder / "config"),
    }
    command = [sys.executable, "-c", SESSION, str(scene), str(int(1000 * period)), str(every)]
    log = folder / "changes.txt"
    with (
        log.open("w") as told,
        subprocess.Popen(command, stdout=told, cwd=repository, env=environment) as work,
    ):
        try:
            while work.poll() is None and not list(folder.glob("state/recovery/*/work.json")):
                time.sleep(0.01)
            assert work.poll() is None, "the session ended by itself"
            time.sleep(after)
        finally:
            work.kill()
            at = time.time()
    lines = [line.split() for line in log.read_text().splitlines(keepends=True) if line.endswith("\n")]
    changes = {int(number): float(when) for number, when in lines}
    return Killed(left_behind(folder / "state" / "recovery"), changes, at)


def test_killed_in_the_middle_of_work(tmp_path: Path, repository: Path):
    killed = kill_session(tmp_path / "work", repository, period=0.5, after=1.5)
    assert len(killed.works) == 1
    assert killed.works[0].record.title == "scene.hdr"
    assert len(killed.changes) > 3
    assert killed.lost < 0.5 + 10.0  # the period, and a writing on a busy machine


@pytest.mark.slow
def test_killed_at_any_moment(tmp_path: Path, repository: Path, capsys: pytest.CaptureFixture[str]):
    rng, lost = random.Random(3), []
    for k in range(30):
        killed = kill_session(tmp_path / str(k), repository, period=1.0, after=3 * rng.random(), every=40)
        assert len(killed.works) == 1
        lost.append(killed.lost)
    with capsys.disabled():
        print(f"30 kills, 30 sessions offered; period 1 s, work lost: {min(lost):.1f} to {max(lost):.1f} s")
    assert max(lost) < 1.0 + 5.0


@pytest.mark.slow
def test_with_the_real_period_at_most_two_minutes_are_lost(
    tmp_path: Path, repository: Path, capsys: pytest.CaptureFixture[str]
):
    killed = kill_session(tmp_path / "work", repository, period=Preferences().keep_every, after=150.0)
    with capsys.disabled():
        print(f"killed after 150 s: {killed.lost:.0f} s of work lost")
    assert killed.lost <= 120
