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
from hsunmix.gui import commands as i
from hsunmix.gui.state.workbench import Workbench
from hsunmix.session.document import Document
from tests.gui.scenes_on_disk import write_scene

Wait = Callable[[Callable[[], bool]], None]


@pytest.fixture
def ready(bench: Workbench, wait: Wait, tmp_path: Path) -> Workbench:
    """A scene, unmixed."""
    QGuiApplication.clipboard().clear()
    bench.send(i.Open(write_scene(tmp_path), rank=3, unmix=True))
    wait(lambda: bench.document.unmixing is not None and not bench.live.tasks)
    return bench


def copied(bench: Workbench, wait: Wait, intent: i.Intent) -> str:
    bench.send(i.CloseMessage())
    before = bench.live.notice
    bench.send(intent)
    wait(lambda: bench.live.message is not None or bench.live.notice is not before)
    return QGuiApplication.clipboard().text()


def test_the_command(ready: Workbench, wait: Wait, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    words = shlex.split(copied(ready, wait, i.CopyCommand()))
    assert ready.live.notice.text.startswith("Copied the command")
    assert ready.live.message is None
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(main, words[1:]).exit_code == 0
    table = np.genfromtxt(tmp_path / "unmixed" / "endmembers.csv", delimiter=",", skip_header=1)[:, 1:]
    np.testing.assert_allclose(table, ready.document.unmixing.endmembers, rtol=1e-6)


def test_the_script_of_an_edited_result(ready: Workbench, wait: Wait, tmp_path: Path):
    ready.send(i.Delete(0))
    wait(lambda: not ready.document.unmixing.provisional and not ready.live.tasks)
    ready.send(i.AddPixel(4, 7))
    wait(lambda: len(ready.document.endmembers) == 3 and not ready.document.unmixing.provisional)
    assert copied(ready, wait, i.CopyCommand()) == ""
    assert "edited" in ready.live.message.text
    assert ready.live.message.actions == (("Copy as a Python script", i.CopyScript()),)
    file = tmp_path / "again.py"
    file.write_text(copied(ready, wait, i.CopyScript()), encoding="utf-8")
    made = runpy.run_path(str(file))
    np.testing.assert_array_equal(made["H"], ready.document.unmixing.abundances)


def test_without_a_result_there_is_nothing_to_copy(bench: Workbench):
    bench.history.reset(Document())
    bench.send(i.CopyScript())
    assert bench.live.message is None
    assert not bench.lanes["copy"].busy
