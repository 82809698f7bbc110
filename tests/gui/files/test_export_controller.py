from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from hsunmix.gui import commands as cmd
from hsunmix.gui.state.settings import Settings
from hsunmix.gui.state.store import Store
from hsunmix.model.choice import Choice
from hsunmix.model.unmixing import RunInputs
from hsunmix.session.reproduce import Facts, command_line
from hsunmix.session.runs import record_run
from tests.gui.conftest import FakeDialogs
from tests.gui.scenes_on_disk import write_scene

Wait = Callable[[Callable[[], bool]], None]


@pytest.fixture
def ready(store: Store, wait: Wait, tmp_path: Path) -> Store:
    """A scene, unmixed."""
    store.send(cmd.Open(write_scene(tmp_path), rank=3, unmix=True))
    wait(lambda: store.document.unmixing is not None and not store.state.tasks)
    return store


def test_products_go_where_asked_and_that_is_remembered(
    ready: Store, wait: Wait, dialogs: FakeDialogs, tmp_path: Path
):
    out = tmp_path / "out"
    ready.send(cmd.Rename(0, "Kaolinite"))
    dialogs.job = (out, ("csv", "geotiff"))
    ready.send(cmd.Export())
    wait(lambda: ready.state.message is not None)
    assert {p.name for p in out.iterdir()} >= {"endmembers.csv", "abundances.tif", "result.json"}
    assert "Kaolinite" in (out / "endmembers.csv").read_text().splitlines()[0]
    assert ready.state.message.level == "info"
    assert ready.state.message.actions == (("Show folder", cmd.OpenFolder(out)),)
    remembered = Settings(ready.settings.path).preferences
    assert (remembered.export_folder, remembered.export_products) == (str(out), ("csv", "geotiff"))
    ready.send(cmd.Export())
    assert dialogs.asked[-1] == f"products {out} csv,geotiff"


def test_pictures_have_the_resolution_that_is_remembered(
    ready: Store, wait: Wait, dialogs: FakeDialogs, tmp_path: Path
):
    out = tmp_path / "out"
    ready.settings.change(export_dpi=60)
    dialogs.job = (out, ("grid",))
    ready.send(cmd.Export())
    wait(lambda: ready.state.message is not None)
    with Image.open(out / "maps.png") as image:
        assert image.info["dpi"] == pytest.approx((60, 60), abs=0.1)
    assert json.loads((out / "result.json").read_text())["command"].endswith("--products grid --dpi 60")


def test_nothing_chosen_writes_nothing(ready: Store, dialogs: FakeDialogs):
    ready.send(cmd.Export())
    assert not ready.state.tasks
    assert dialogs.asked[-1].endswith("scene-unmixed geotiff,png,csv,sli")


def test_without_a_result_there_is_nothing_to_ask(store: Store, dialogs: FakeDialogs):
    store.send(cmd.Export())
    assert dialogs.asked == []


def test_a_folder_that_cannot_be_made_is_a_message(
    ready: Store, wait: Wait, dialogs: FakeDialogs, tmp_path: Path
):
    (tmp_path / "file").write_text("in the way")
    dialogs.job = (tmp_path / "file" / "out", ("csv",))
    kept = ready.document
    ready.send(cmd.Export())
    wait(lambda: ready.state.message is not None)
    assert ready.state.message.level == "error"
    assert "file" in ready.state.message.text
    assert ready.state.message.actions == (("Export elsewhere…", cmd.Export()),)
    assert ready.document is kept


def test_the_command_line_makes_the_same_result(
    ready: Store, wait: Wait, dialogs: FakeDialogs, tmp_path: Path
):
    from click.testing import CliRunner

    from hsunmix.cli.main import main

    out = tmp_path / "out"
    dialogs.job = (out, ("csv",))
    ready.send(cmd.Export())
    wait(lambda: ready.state.message is not None)
    result = json.loads((out / "result.json").read_text())
    words = shlex.split(result["command"])
    assert words[:2] == ["hsunmix", "unmix"]
    again = tmp_path / "again"
    words[words.index("-o") + 1] = str(again)
    done = CliRunner().invoke(main, words[1:])
    assert done.exit_code == 0, done.output
    assert (again / "endmembers.csv").read_bytes() == (out / "endmembers.csv").read_bytes()


def test_no_command_makes_what_was_edited_by_hand(
    ready: Store, wait: Wait, dialogs: FakeDialogs, tmp_path: Path
):
    ready.send(cmd.Delete(0))
    wait(lambda: len(ready.document.endmembers) == 2 and not ready.document.unmixing.provisional)
    dialogs.job = (tmp_path / "out", ("csv",))
    ready.send(cmd.Export())
    wait(lambda: ready.state.message is not None)
    record = json.loads((tmp_path / "out" / "result.json").read_text())
    assert record["command"] == ""
    assert any("edited or added by hand; a Python script does" in note for note in record["notes"])


def test_parameters_that_differ_are_in_the_command(ready: Store, tmp_path: Path):
    document = ready.document
    result = replace(
        document.unmixing, method="hals", abundance="fcls", seed=4,
        parameters={"init": "spa", "max_iterations": 25, "tolerance": 1e-5}, asked=RunInputs(Choice("fcls")),
    )  # fmt: skip
    other = record_run(replace(document, runs=()), result)
    words = shlex.split(command_line(other, Facts(), tmp_path, ("csv", "png")))
    assert words[words.index("-m") + 1] == "hals"
    assert words[words.index("-a") + 1] == "fcls"
    assert words[words.index("--seed") + 1] == "4"
    assert [w for k, w in enumerate(words) if words[k - 1] == "--set"] == ["max_iterations=25"]
    assert words[-1] == "csv,png"
