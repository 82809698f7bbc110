"""A panel outside the program: one file, with commands, a job, a slice of the view state, a menu entry."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hsunmix.registry import PLUGINS

PANEL = '''
"""The brightest pixel: found in the background, shown, and pinned."""

from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton

from hsunmix.gui.state.action import Action, opened
from hsunmix.gui.state.channels import SHOWN
from hsunmix.gui.state.commands import Command
from hsunmix.gui.widgets.panel import Panel, named
from hsunmix.session.document import Pin

TITLE, AREA, ORDER = "Brightest pixel", "bottom", 90
CHANNELS = {"brightest": SHOWN}


@dataclass(frozen=True)
class FindBrightest(Command):
    """Find the pixel with the largest mean over the bands."""


@dataclass(frozen=True)
class PinBrightest(Command):
    """Pin it."""


@dataclass(frozen=True)
class Brightest:
    """What is known of it: a slice of the view state."""

    place: tuple[int, int] | None = None  # line, sample


class Controller:
    """Finds and pins it."""

    def __init__(self, store):
        self.store = store
        store.handle(FindBrightest, self.find)
        store.handle(PinBrightest, self.pin)

    def changed(self, old, new):
        if new.cube is not old.cube:
            self.store.show(Brightest, place=None)

    def find(self, _command):
        cube = self.store.document.cube

        def work():
            scene = yield from self.store.scenes.scene(cube)
            light = scene.per_pixel()
            yield from scene.map(mean, per_pixel=[light])
            image = scene.spread(light)
            return divmod(int(np.nanargmax(image)), image.shape[1])

        def done(place):
            self.store.show(Brightest, place=place)

        self.store.start("brightest", "Looking for the brightest pixel", work(), done, of=cube)

    def pin(self, _command):
        document, place = self.store.document, self.store.state[Brightest].place
        if place is not None:
            pins = (*document.pins, Pin(*place))
            self.store.history.apply("Pin the brightest pixel", replace(document, pins=pins))


def mean(part, light):
    light[...] = part.tiles.mean(axis=1)


class View(Panel):
    """Where it is, and a button."""

    def __init__(self):
        super().__init__("brightestPanel", TITLE)
        self.where = named(QLabel("not known"), "brightestWhere", "Where the brightest pixel is")
        self.button = named(QPushButton("Pin it"), "brightestPin", "Pin the brightest pixel")
        self.button.clicked.connect(lambda: self.command.emit(PinBrightest()))
        layout = QHBoxLayout(self)
        layout.addWidget(self.where)
        layout.addWidget(self.button)

    def follow(self, old, new):
        place = new[Brightest].place
        self.where.setText("not known" if place is None else "line {}, sample {}".format(*place))
        self.button.setEnabled(place is not None)


MENU = "&Unmix"
ACTIONS = (
    Action(
        "findBrightest",
        "Find the &brightest pixel",
        "Show where the scene is brightest",
        lambda store: FindBrightest(),
        "Ctrl+Alt+B",
        opened,
    ),
)
'''

COMMON = """
import time
from pathlib import Path

import numpy as np

from hsunmix.gui import commands as cmd
from hsunmix.gui.app.application import application
from hsunmix.gui.app.main_window import MainWindow
from hsunmix.gui.state.settings import Settings


class Dialogs:
    def ask(self, prompt):
        return Path("one.hsu") if type(prompt).__name__ == "SessionFile" else "discard"


app = application()


def opened(name):
    window = MainWindow(Settings(Path(name)), Dialogs())
    window.show()
    window.load_panels()
    return window, window.store


def wait(done):
    until = time.monotonic() + 120
    while not done():
        assert time.monotonic() < until
        app.processEvents()
        time.sleep(0.005)
"""

WHOLE_WAY = """
from PySide6.QtWidgets import QLabel, QPushButton

window, store = opened("a.json")
from hsunmix.gui.brightest import Brightest

entry = window.menus.actions["findBrightest"]
where = window.findChild(QLabel, "brightestWhere")
pin = window.findChild(QPushButton, "brightestPin")
assert not entry.isEnabled() and not pin.isEnabled()

store.send(cmd.OpenSample())
wait(lambda: store.document.cube is not None and not store.state.tasks)
assert entry.isEnabled()
entry.trigger()
assert store.state.tasks["brightest"].title == "Looking for the brightest pixel"  # as the status line tells
wait(lambda: store.state[Brightest].place is not None and not store.state.tasks)
cube = store.document.cube
scene = store.scenes.here(cube)
means = scene.columns(np.arange(scene.n_pixels)).mean(axis=0)
place = divmod(int(scene.pixels[means.argmax()]), cube.samples)
assert store.state[Brightest].place == place
assert where.text() == "line {}, sample {}".format(*place)

pin.click()
pins = [(p.line, p.sample) for p in store.document.pins]
assert pins == [place] and store.history.undo_label == "Pin the brightest pixel"
store.send(cmd.Undo())
assert not store.document.pins
store.send(cmd.Redo())
assert [(p.line, p.sample) for p in store.document.pins] == [place]

store.send(cmd.Save())
wait(lambda: Path("one.hsu").exists() and not store.state.tasks)
store.history.mark_saved()
window.close()

window, store = opened("b.json")
store.send(cmd.Open(Path("one.hsu")))
wait(lambda: store.document.cube is not None and not store.state.tasks)
assert [(p.line, p.sample) for p in store.document.pins] == [place]
assert store.state[Brightest].place is None
window.menus.actions["findBrightest"].trigger()
wait(lambda: store.state[Brightest].place == place)
window.close()
print("done")
"""

TAKEN = """
from hsunmix.errors import InputError

try:
    opened("a.json")
except InputError as error:
    print(error)
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "mine" / "gui").mkdir(parents=True)
    (tmp_path / "mine" / "gui" / "brightest.py").write_text(PANEL)
    return tmp_path


def run(place: Path, code: str) -> str:
    known = os.environ | {PLUGINS: str(place / "mine"), "HSUNMIX_STATE_DIR": str(place / "state")}
    known |= {"QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", COMMON + code]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=known, cwd=place)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_whole_way(place: Path) -> None:
    assert run(place, WHOLE_WAY) == "done"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"Ctrl+Alt+B"', '"Ctrl+S"', "both have Ctrl+S."),
        ('"findBrightest"', '"open"', "both have open."),
    ],
)
def test_what_is_taken_is_refused_by_name(place: Path, old: str, new: str, told: str) -> None:
    (place / "mine/gui/brightest.py").write_text(PANEL.replace(old, new))
    line = run(place, TAKEN)
    assert line.endswith(told)
    assert "'Find the &brightest pixel'" in line
