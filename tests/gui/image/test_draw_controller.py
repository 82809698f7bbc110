from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from hsunmix.gui import commands as i
from hsunmix.gui.image import draw_controller as draw
from hsunmix.gui.state.workbench import Workbench
from hsunmix.session.document import Document

Wait = Callable[[Callable[[], bool]], None]


@pytest.fixture
def open_bench(bench: Workbench, document: Document, wait: Wait) -> Workbench:
    bench.history.reset(document)
    wait(lambda: not bench.live.tasks and bench.live.picture is not None)
    return bench


def test_the_page_shown_is_drawn(open_bench: Workbench):
    bench = open_bench
    assert bench.live.shown.page == "maps"
    bench.send(i.ShowPage("residual"))
    assert bench.live.shown.page == "residual"
    bench.history.reset(Document())
    assert bench.live.shown is None


def test_coming_back_costs_no_drawing(open_bench: Workbench):
    bench = open_bench
    bench.send(i.ShowEndmember(1, "map"))
    first = bench.live.shown.drawing
    bench.send(i.ShowEndmember(2, "map"))
    assert bench.live.shown.drawing is not first
    bench.send(i.ShowEndmember(1))
    assert bench.live.shown.drawing is first


def test_a_moving_cursor_draws_nothing(open_bench: Workbench):
    bench = open_bench
    before = bench.live.shown
    for sample in range(9):
        bench.send(i.Hover(3, sample))
    bench.send(i.Pin(3, 4))
    assert bench.live.shown is before


def test_large_maps_come_thinned_and_then_whole(
    open_bench: Workbench, wait: Wait, monkeypatch: pytest.MonkeyPatch
):
    bench = open_bench
    monkeypatch.setattr(draw, "AT_ONCE", 30)
    bench.send(i.ShowPage("map"))
    assert bench.live.shown.drawing.thinned
    wait(lambda: not bench.live.shown.drawing.thinned)
    assert bench.live.shown.drawing.tiles[0].values.shape == (13, 9)


def test_a_late_drawing_of_another_page_is_dropped(
    open_bench: Workbench, wait: Wait, monkeypatch: pytest.MonkeyPatch
):
    bench = open_bench
    monkeypatch.setattr(draw, "AT_ONCE", 30)
    bench.send(i.ShowEndmember(0, "map"))
    bench.send(i.ShowEndmember(1, "map"))  # while the first is being drawn
    wait(lambda: not bench.live.shown.drawing.thinned)
    wait(lambda: not bench.lanes["draw"].busy)
    shares = bench.document.unmixing.abundances[1]
    shown = bench.live.shown.drawing.tiles[0].values
    assert np.allclose((shown[:-1] - 1.0) / 254, shares[:-1], atol=0.6 / 254)


def test_what_is_kept_has_a_limit(open_bench: Workbench, monkeypatch: pytest.MonkeyPatch):
    bench = open_bench
    monkeypatch.setattr(draw, "KEPT_BYTES", 2 * 117)
    bench.send(i.ShowEndmember(0, "map"))
    first = bench.live.shown.drawing
    for index in (1, 2, 1, 2):
        bench.send(i.ShowEndmember(index))
    bench.send(i.ShowEndmember(0))
    assert bench.live.shown.drawing is not first


def test_a_new_result_is_shown_at_once(open_bench: Workbench):
    bench = open_bench
    bench.send(i.ShowPage("residual"))
    result = bench.document.unmixing
    bench.history.apply("x", replace(bench.document, unmixing=replace(result, rmse=result.rmse * 2)))
    high = bench.live.shown.drawing.scales[0].high
    assert high == pytest.approx(2 * np.nanpercentile(result.rmse, 99), rel=0.1)
