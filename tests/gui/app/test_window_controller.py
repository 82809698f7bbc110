"""Another window, and the preferences of all of them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QProcess, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hsunmix.gui import commands as cmd
from hsunmix.gui.app.main_window import MainWindow
from hsunmix.gui.app.preferences_dialog import PreferencesDialog
from hsunmix.gui.app.window_controller import program
from hsunmix.gui.spectra.state import SpectraState
from hsunmix.gui.state.settings import Preferences, Settings
from hsunmix.gui.state.store import Store
from hsunmix.gui.widgets.theme import DARK
from tests.conftest import make_cube
from tests.gui.conftest import FakeDialogs

Wait = Callable[[Callable[[], bool]], None]


def test_another_window_is_another_process(store: Store, monkeypatch: pytest.MonkeyPatch):
    started: list[tuple[str, list[str]]] = []

    def start(name: str, words: list[str]) -> tuple[bool, int]:
        started.append((name, words))
        return len(started) == 1, 7

    monkeypatch.setattr(QProcess, "startDetached", staticmethod(start))
    store.send(cmd.NewWindow())
    assert started == [(sys.executable, ["-m", "hsunmix"])]
    assert store.state.message is None
    store.send(cmd.NewWindow())
    assert "can't be opened" in store.state.message.text
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert program("prepare") == [sys.executable, "prepare"]


def test_what_is_preferred_is_followed_at_once(window: MainWindow, dialogs: FakeDialogs):
    before = QApplication.font().pointSizeF()
    dialogs.preferences = {"theme": "dark", "text_size": 120, "wavelength_unit": "µm", "memory": "3GB"}
    window.store.send(cmd.SetPreferences())
    assert QApplication.font().pointSizeF() == pytest.approx(1.2 * before)
    assert window.menuBar().font().pointSizeF() == pytest.approx(1.2 * before)
    assert window.theme is DARK
    assert window.store.state[SpectraState].unit == "µm"
    assert "from now on" in window.store.state.notice.text
    assert Settings(window.store.settings.path).preferences.memory == "3GB"
    dialogs.preferences = {"theme": "light", "text_size": 100}
    window.store.send(cmd.SetPreferences())
    assert QApplication.font().pointSizeF() == pytest.approx(before)
    assert "from now on" not in window.store.state.notice.text
    dialogs.preferences = None
    window.store.send(cmd.SetPreferences())
    assert dialogs.asked == ["preferences_of"] * 3


def test_large_text_is_there_from_the_start(qtbot: QtBot, settings: Settings, dialogs: FakeDialogs):
    before = QApplication.font().pointSizeF()
    settings.change(text_size=120)
    made = MainWindow(settings, dialogs)
    try:
        made.show()
        qtbot.waitExposed(made)
        for widget in (made.menuBar(), made.welcome.sample_button, made.welcome.waiting):
            assert widget.font().pointSizeF() == pytest.approx(1.2 * before)
    finally:
        made.close()
        settings.change(text_size=100)
        again = MainWindow(settings, dialogs)
        again.close()
    assert QApplication.font().pointSizeF() == pytest.approx(before)


def test_memory_and_scratch_hold_for_what_is_read(
    store: Store, wait: Wait, dialogs: FakeDialogs, tmp_path: Path
):
    np.save(tmp_path / "scene.npy", make_cube(lines=30, samples=20).read(0, 30))
    opening = cmd.Open(tmp_path / "scene.npy", options=(("axes", "yxb"),))
    dialogs.preferences = {"memory": "1MB"}
    store.send(cmd.SetPreferences())
    store.send(opening)
    wait(lambda: store.document.cube is not None and not store.state.tasks)
    assert any("memory" in message.text.lower() for message in store.state.messages)
    store.hush()
    dialogs.preferences = {"memory": "", "scratch": str(tmp_path / "gone")}
    store.send(cmd.SetPreferences())
    store.send(opening)
    wait(lambda: any("is no folder" in message.text for message in store.state.messages))


def test_what_another_window_changed_stays(tmp_path: Path):
    one, other = (Settings(tmp_path / "settings.json") for _ in range(2))
    one.change(theme="dark")
    other.remember(Path("/data/scene.hdr"))
    one.change(text_size=110)
    kept = Settings(tmp_path / "settings.json").preferences
    assert (kept.theme, kept.text_size, kept.recent) == ("dark", 110, ("/data/scene.hdr",))


@pytest.fixture
def dialog(qtbot: QtBot) -> PreferencesDialog:
    made = PreferencesDialog(None, Preferences())
    qtbot.addWidget(made)
    made.show()
    return made


def test_the_dialog_changes_nothing_by_itself(dialog: PreferencesDialog):
    chosen, before = dialog.chosen, Preferences()
    products = before.export_products
    assert set(chosen["export_products"]) == set(products)
    assert Preferences(**{**chosen, "export_products": products}) == before
    assert dialog.accept_button.isEnabled()


def test_the_dialog_keeps_nothing_that_cannot_be(dialog: PreferencesDialog, tmp_path: Path):
    dialog.memory.setText("lots")
    assert not dialog.accept_button.isEnabled()
    assert "no size" in dialog.told.text()
    dialog.memory.setText("4 GB")
    assert dialog.accept_button.isEnabled()
    dialog.scratch.setText(str(tmp_path / "gone"))
    assert not dialog.accept_button.isEnabled()
    dialog.scratch.setText(str(tmp_path))
    item = dialog.products.findItems("PNG", Qt.MatchFlag.MatchStartsWith)[0]
    item.setCheckState(Qt.CheckState.Unchecked)
    chosen = dialog.chosen
    assert (chosen["memory"], chosen["scratch"]) == ("4 GB", str(tmp_path))
    assert set(chosen["export_products"]) == {*Preferences().export_products} - {"png"}
