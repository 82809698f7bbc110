"""Results that come late: of a scene that is no longer open, and of an older job."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hsunmix.gui import commands as i
from hsunmix.gui.state.bridge import Bridge
from hsunmix.gui.state.live import Live
from hsunmix.gui.state.workbench import Workbench
from hsunmix.jobs import Outcome
from hsunmix.model.progress import finish
from hsunmix.model.region import Region
from hsunmix.session.document import Document, Layer
from hsunmix.session.runs import with_run
from tests.gui.conftest import Answers, solved_document, unmixing_of
from tests.gui.test_commands import settle, write_files

Wait = Callable[[Callable[[], bool]], None]

# What starts work on a scene, and in which lane.
STARTS = {
    "run": i.Unmix(),
    "rank": i.EstimateRank(),
    "sweep": i.StartSweep(2, 3, 2),
    "glance": i.AddMean(0),
    "solve": i.Delete(1),
    "bands": i.PaintBands(8, 10, True),
    "mask": i.PlanMask("band[4]"),
    "layer": i.AddLayer("band[4] / band[3]"),
    "grey": i.ShowBand(3),
    "picture": i.ShowBands((3, 2, 1)),
    "compare": i.CompareRuns(2, None),
    "regions": i.DrawRegion("rectangle", ((1, 1), (5, 4))),
    "match": i.AddFromLibrary((1,)),
    "file of regions": i.ImportRegions(),
    "file of a mask": i.MaskFile(),
}


@pytest.mark.parametrize("intent", STARTS.values(), ids=STARTS)
def test_work_on_the_scene_before_is_dropped(
    bench: Workbench,
    answers: Answers,
    tmp_path: Path,
    wait: Wait,
    monkeypatch: pytest.MonkeyPatch,
    intent: i.Intent,
):
    """Even when cancelling came too late, and the other scene is of the same shape."""
    document = solved_document(5)
    document = with_run(with_run(document, unmixing_of(document.cube)), document.unmixing)
    field = Region("Field", "#0072b2", "rectangle", ((7, 2), (11, 7)))
    bench.history.reset(replace(document, regions=(field,), layers=(Layer("NDVI", "band[3] - band[2]"),)))
    settle(bench, wait)
    write_files(bench.document, answers, tmp_path)
    bench.show(region_spectra={})
    started: list[tuple[Any, Callable[[Outcome[Any]], None]]] = []

    def keep(_bridge: Bridge, work: Any, on_end: Callable[[Outcome[Any]], None], *_: object) -> None:
        started.append((work, on_end))

    with monkeypatch.context() as patch:
        patch.setattr(Bridge, "submit", keep)
        bench.send(intent)
        assert started
        late = [(Outcome(1, finish(work)), on_end) for work, on_end in started]
    other = solved_document(5, noise=0.01)
    bench.history.reset(other)
    settle(bench, wait)
    now, live = bench.document, bench.live
    for outcome, on_end in late:
        on_end(outcome)
    assert bench.document is now
    assert bench.history.undo_label == ""
    assert [name for name in names() if getattr(bench.live, name) is not getattr(live, name)] == []


def names() -> list[str]:
    return [field.name for field in fields(Live) if field.name not in ("tasks", "message", "notice")]


def test_of_two_jobs_in_a_lane_only_the_newer_is_heard(bench: Workbench, wait: Wait):
    bench.history.reset(Document(cube=solved_document().cube))
    settle(bench, wait)
    for text in ("band[3]", "band[4]", "band[5] > 0.2"):
        bench.send(i.PlanMask(text))
    wait(lambda: bench.live.masking is not None and bench.live.masking.mask is not None)
    settle(bench, wait)
    assert bench.live.masking.plan.text == "band[5] > 0.2"
    np.testing.assert_array_equal(bench.live.masking.mask.shape, (13, 11))
