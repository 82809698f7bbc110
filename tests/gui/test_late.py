"""Results that come late: of a scene that is no longer open, and of an older job."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hsunmix.gui import commands as cmd
from hsunmix.gui.regions.state import RegionsState
from hsunmix.gui.state.bridge import Bridge
from hsunmix.gui.state.store import Store
from hsunmix.gui.state.view_state import ViewState
from hsunmix.jobs import Outcome
from hsunmix.model.progress import finish
from hsunmix.model.region import Region
from hsunmix.session.document import Document, Layer
from hsunmix.session.runs import record_run
from tests.gui.conftest import FakeDialogs, solved_document, unmixing_of
from tests.gui.test_commands import settle, write_files

Wait = Callable[[Callable[[], bool]], None]

# What starts work on a scene, and in which channel.
STARTS = {
    "run": cmd.Unmix(),
    "rank": cmd.EstimateRank(),
    "sweep": cmd.StartSweep(2, 3, 2),
    "preview_solve": cmd.AddMean(0),
    "solve": cmd.Delete(1),
    "bands": cmd.PaintBands(8, 10, True),
    "mask": cmd.PlanMask("band[4]"),
    "layer": cmd.AddLayer("band[4] / band[3]"),
    "grey": cmd.ShowBand(3),
    "picture": cmd.ShowBands((3, 2, 1)),
    "compare": cmd.CompareRuns(2, None),
    "regions": cmd.DrawRegion("rectangle", ((1, 1), (5, 4))),
    "match": cmd.AddFromLibrary((1,)),
    "file of regions": cmd.ImportRegions(),
    "file of a mask": cmd.MaskFile(),
}


@pytest.mark.parametrize("command", STARTS.values(), ids=STARTS)
def test_work_on_the_scene_before_is_dropped(
    store: Store,
    dialogs: FakeDialogs,
    tmp_path: Path,
    wait: Wait,
    monkeypatch: pytest.MonkeyPatch,
    command: cmd.Command,
):
    """Even when cancelling came too late, and the other scene is of the same shape."""
    document = solved_document(5)
    document = record_run(record_run(document, unmixing_of(document.cube)), document.unmixing)
    field = Region("Field", "#0072b2", "rectangle", ((7, 2), (11, 7)))
    store.history.reset(replace(document, regions=(field,), layers=(Layer("NDVI", "band[3] - band[2]"),)))
    settle(store, wait)
    write_files(store.document, dialogs, tmp_path)
    store.show(RegionsState, region_spectra={})
    started: list[tuple[Any, Callable[[Outcome[Any]], None]]] = []

    def keep(_bridge: Bridge, work: Any, on_end: Callable[[Outcome[Any]], None], *_: object) -> None:
        started.append((work, on_end))

    with monkeypatch.context() as patch:
        patch.setattr(Bridge, "submit", keep)
        store.send(command)
        assert started
        late = [(Outcome(1, finish(work)), on_end) for work, on_end in started]
    other = solved_document(5, noise=0.01)
    store.history.reset(other)
    settle(store, wait)
    now, state = store.document, store.state
    for outcome, on_end in late:
        on_end(outcome)
    assert store.document is now
    assert store.history.undo_label == ""
    assert [name for name in names() if getattr(store.state, name) is not getattr(state, name)] == []


def names() -> list[str]:
    return [field.name for field in fields(ViewState) if field.name not in ("tasks", "message", "notice")]


def test_of_two_jobs_in_a_lane_only_the_newer_is_heard(store: Store, wait: Wait):
    store.history.reset(Document(cube=solved_document().cube))
    settle(store, wait)
    for text in ("band[3]", "band[4]", "band[5] > 0.2"):
        store.send(cmd.PlanMask(text))
    wait(
        lambda: (
            store.state[RegionsState].masking is not None
            and store.state[RegionsState].masking.mask is not None
        )
    )
    settle(store, wait)
    assert store.state[RegionsState].masking.plan.text == "band[5] > 0.2"
    np.testing.assert_array_equal(store.state[RegionsState].masking.mask.shape, (13, 11))
