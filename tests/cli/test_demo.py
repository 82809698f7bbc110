from __future__ import annotations

import json
import sys
import types

import pytest

from hsunmix.gui.app import system_libraries


def test_without_a_display_the_products_are_written(hsunmix, tmp_path, monkeypatch):
    monkeypatch.setattr(system_libraries, "has_display", lambda: False)
    monkeypatch.chdir(tmp_path)
    result = hsunmix("demo")
    assert result.exit_code == 0, result.output
    assert "no display" in result.stderr
    assert "hsunmix-demo" in result.stderr
    record = json.loads((tmp_path / "hsunmix-demo" / "result.json").read_text(encoding="utf-8"))
    assert record["relative_error"] < 0.1
    for name in ("abundances.tif", "rmse.tif", "endmembers.csv", "endmembers.sli"):
        assert (tmp_path / "hsunmix-demo" / name).exists()


def test_the_folder_can_be_chosen(hsunmix, tmp_path, monkeypatch):
    monkeypatch.setattr(system_libraries, "has_display", lambda: False)
    assert hsunmix("demo", "-o", tmp_path / "there").exit_code == 0
    assert (tmp_path / "there" / "abundances.tif").exists()


def test_with_a_display_the_window_opens_unmixed(hsunmix, monkeypatch):
    calls = []
    app = types.ModuleType("hsunmix.gui.app.application")
    app.run = lambda path, unmixed=False: calls.append((path, unmixed)) or 0
    monkeypatch.setitem(sys.modules, "hsunmix.gui.app.application", app)
    monkeypatch.setattr(system_libraries, "has_display", lambda: True)
    monkeypatch.setattr(system_libraries, "missing", lambda: ())
    assert hsunmix("demo").exit_code == 0
    [(path, unmixed)] = calls
    assert path.exists()
    assert unmixed


@pytest.mark.parametrize("command", [["demo"], ["window"], []])
def test_missing_libraries_are_one_line_and_not_an_abort(hsunmix, monkeypatch, command):
    from tests.cli.conftest import refusal

    monkeypatch.setattr(system_libraries, "has_display", lambda: True)
    monkeypatch.setattr(system_libraries, "missing", lambda: ("libEGL.so.1", "libxcb-cursor.so.0"))
    message = refusal(hsunmix(*command))
    assert "libEGL.so.1" in message
    assert message.endswith("apt-get install libegl1 libxcb-cursor0")


def test_window_and_headless_show_the_same_sample():
    from hsunmix.cli import demo
    from hsunmix.gui.files import controller as files

    assert files.SAMPLE[-1] == demo.SAMPLE
    assert files.SAMPLE_RANK == demo.MATERIALS
