"""A scene beyond the memory that may be used goes the whole way in the window: shown, unmixed, handed on."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hsunmix.gui import commands as cmd
from hsunmix.gui.image.state import ImageState
from hsunmix.gui.run.controller import Controller
from hsunmix.gui.state.store import Store
from hsunmix.model.progress import Step
from tests.beyond_memory import MEMORY, little_memory, values, write_envi
from tests.gui.conftest import FakeDialogs

Wait = Callable[[Callable[[], bool]], None]
Little = Callable[[bool], None]
Work = Generator[Step | None, None, Any]

PRODUCTS = ("geotiff", "envi", "csv", "sli")
SUFFIXES = (".tif", ".img", ".hdr", ".csv", ".sli")
STAGES = ("Read 1 of scene.hdr", "Read 2 of scene.hdr", "Endmember 2", "Refining", "Abundances")


@pytest.fixture
def header(tmp_path: Path) -> Path:
    return write_envi(tmp_path / "scene", values())


@pytest.fixture
def little(monkeypatch: pytest.MonkeyPatch) -> Iterator[Little]:
    """Let the window have little memory, or all there is; and let reads tell of every block."""
    monkeypatch.setattr("hsunmix.engine.executor_file.OFTEN", -1)
    with little_memory():
        yield lambda so: monkeypatch.setattr(
            "hsunmix.engine.footprint.available", lambda: MEMORY / 0.8 if so else 1 << 40
        )


def opened(store: Store, wait: Wait, header: Path) -> None:
    store.send(cmd.Open(header))
    wait(lambda: not store.state.tasks and store.state[ImageState].picture is not None)
    store.send(cmd.SetRun(replace(store.document.settings, method="auto", rank=4)))


def until(stage: str, work: Work) -> Work:
    """Go on until it says what it is doing."""
    for step in work:
        yield step
        if step is not None and step.message.startswith(stage):
            return
    raise AssertionError(f"it never said {stage}")


def wrapped(monkeypatch: pytest.MonkeyPatch, around: Callable[[Work], Work]) -> None:
    """Put something around the work of a run."""
    own = Controller._work
    monkeypatch.setattr(Controller, "_work", lambda *words: around(own(*words)))


def test_products_and_the_session_are_those_of_a_scene_in_memory(
    store: Store, wait: Wait, dialogs: FakeDialogs, header: Path, tmp_path: Path, little: Little
) -> None:
    for name, so in (("plenty", False), ("little", True)):
        little(so)
        opened(store, wait, header)
        assert (store.scenes.here(store.document.cube) is None) == so
        store.send(cmd.Unmix())
        wait(lambda: store.document.unmixing is not None and not store.state.tasks)
        dialogs.job = (tmp_path / name, PRODUCTS)
        store.send(cmd.Export())
        wait(lambda name=name: (tmp_path / name / "result.json").exists() and not store.state.tasks)
        dialogs.session = tmp_path / f"{name}.hsu"
        store.send(cmd.Save(new_place=True))
        wait(lambda: not store.history.modified and not store.state.tasks)
    alike = [path for path in sorted((tmp_path / "plenty").iterdir()) if path.suffix in SUFFIXES]
    assert len(alike) > len(PRODUCTS)
    for path in alike:
        assert (tmp_path / "little" / path.name).read_bytes() == path.read_bytes(), path.name
    found = store.document.unmixing
    assert found is not None
    store.send(cmd.Open(tmp_path / "plenty.hsu"))
    wait(lambda: not store.state.tasks and store.document.unmixing is not found)
    known = store.document.unmixing
    assert known is not None
    np.testing.assert_array_equal(found.abundances, known.abundances)
    assert (found.note, found.seed) == (known.note, known.seed)


@pytest.mark.parametrize("stage", STAGES)
def test_cancelled_at_any_stage_nothing_changes(
    stage: str, store: Store, wait: Wait, header: Path, little: Little, monkeypatch: pytest.MonkeyPatch
) -> None:
    little(True)
    opened(store, wait, header)
    ended: list[bool] = []

    def held(work: Work) -> Work:
        try:
            yield from until(stage, work)
            while True:
                yield Step(0.5, message="Held")
                time.sleep(0.001)
        finally:
            work.close()
            ended.append(work.gi_frame is None)

    wrapped(monkeypatch, held)
    before = store.document
    store.send(cmd.Unmix())
    wait(lambda: store.state.running is not None and store.state.running.step is not None
         and store.state.running.step.message == "Held")  # fmt: skip
    store.send(cmd.CancelWork())
    wait(lambda: store.state.running is None)
    assert ended == [True]
    assert store.document is before


@pytest.mark.parametrize("stage", ["Read 1 of scene.hdr", "Read 2 of scene.hdr", "Abundances"])
def test_a_file_that_becomes_shorter_is_named(
    stage: str, store: Store, wait: Wait, header: Path, little: Little, monkeypatch: pytest.MonkeyPatch
) -> None:
    little(True)
    opened(store, wait, header)
    data = header.with_suffix(".img")

    def shortened(work: Work) -> Work:
        yield from until(stage, work)
        os.truncate(data, data.stat().st_size // 3)
        return (yield from work)

    wrapped(monkeypatch, shortened)
    store.send(cmd.Unmix())
    wait(lambda: store.state.running is None and store.state.message is not None
         and store.state.message.level == "error")  # fmt: skip
    assert "scene.img" in store.state.message.text
    assert store.document.unmixing is None
