"""The way to a result on the clipboard."""

from __future__ import annotations

import runpy
import shlex
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PySide6.QtGui import QGuiApplication

from hsunmix.cli.main import main
from hsunmix.gui import commands as cmd
from hsunmix.gui.state.store import Store
from hsunmix.session.document import Document
from tests.gui.scenes_on_disk import write_scene

Wait = Callable[[Callable[[], bool]], None]


@pytest.fixture
def ready(store: Store, wait: Wait, tmp_path: Path) -> Store:
    """A scene, unmixed."""
    QGuiApplication.clipboard().clear()
    store.send(cmd.Open(write_scene(tmp_path), rank=3, unmix=True))
    wait(lambda: store.document.unmixing is not None and not store.state.tasks)
    return store


def copied(store: Store, wait: Wait, command: cmd.Command) -> str:
    store.send(cmd.CloseMessage())
    before = store.state.notice
    store.send(command)
    wait(lambda: store.state.message is not None or store.state.notice is not before)
    return QGuiApplication.clipboard().text()


def test_the_command(ready: Store, wait: Wait, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    words = shlex.split(copied(ready, wait, cmd.CopyCommand()))
    assert ready.state.notice.text.startswith("Copied the command")
    assert ready.state.message is None
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(main, words[1:]).exit_code == 0
    table = np.genfromtxt(tmp_path / "unmixed" / "endmembers.csv", delimiter=",", skip_header=1)[:, 1:]
    np.testing.assert_allclose(table, ready.document.unmixing.endmembers, rtol=1e-6)


def test_the_script_of_an_edited_result(ready: Store, wait: Wait, tmp_path: Path):
    ready.send(cmd.Delete(0))
    wait(lambda: not ready.document.unmixing.provisional and not ready.state.tasks)
    ready.send(cmd.AddPixel(4, 7))
    wait(lambda: len(ready.document.endmembers) == 3 and not ready.document.unmixing.provisional)
    assert copied(ready, wait, cmd.CopyCommand()) == ""
    assert "edited" in ready.state.message.text
    assert ready.state.message.actions == (("Copy as a Python script", cmd.CopyScript()),)
    file = tmp_path / "again.py"
    file.write_text(copied(ready, wait, cmd.CopyScript()), encoding="utf-8")
    made = runpy.run_path(str(file))
    np.testing.assert_array_equal(made["H"], ready.document.unmixing.abundances)


def test_without_a_result_there_is_nothing_to_copy(store: Store):
    store.history.reset(Document())
    store.send(cmd.CopyScript())
    assert store.state.message is None
    assert not store.channels["copy"].busy
