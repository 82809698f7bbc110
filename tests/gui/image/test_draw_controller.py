from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from hsunmix.gui import commands as cmd
from hsunmix.gui.image import draw_controller as draw
from hsunmix.gui.image.state import ImageState
from hsunmix.gui.state.store import Store
from hsunmix.session.document import Document
from tests.scenes import with_numbers

Wait = Callable[[Callable[[], bool]], None]


@pytest.fixture
def open_store(store: Store, document: Document, wait: Wait) -> Store:
    store.history.reset(document)
    wait(lambda: not store.state.tasks and store.state[ImageState].picture is not None)
    return store


def test_the_page_shown_is_drawn(open_store: Store):
    store = open_store
    assert store.state[ImageState].shown.page == "maps"
    store.send(cmd.ShowPage("residual"))
    assert store.state[ImageState].shown.page == "residual"
    store.history.reset(Document())
    assert store.state[ImageState].shown is None


def test_coming_back_costs_no_drawing(open_store: Store):
    store = open_store
    store.send(cmd.ShowEndmember(1, "map"))
    first = store.state[ImageState].shown.drawing
    store.send(cmd.ShowEndmember(2, "map"))
    assert store.state[ImageState].shown.drawing is not first
    store.send(cmd.ShowEndmember(1))
    assert store.state[ImageState].shown.drawing is first


def test_a_moving_cursor_draws_nothing(open_store: Store):
    store = open_store
    before = store.state[ImageState].shown
    for sample in range(9):
        store.send(cmd.Hover(3, sample))
    store.send(cmd.Pin(3, 4))
    assert store.state[ImageState].shown is before


def test_large_maps_come_thinned_and_then_whole(
    open_store: Store, wait: Wait, monkeypatch: pytest.MonkeyPatch
):
    store = open_store
    monkeypatch.setattr(draw, "AT_ONCE", 30)
    store.send(cmd.ShowPage("map"))
    assert store.state[ImageState].shown.drawing.subsampled
    wait(lambda: not store.state[ImageState].shown.drawing.subsampled)
    assert store.state[ImageState].shown.drawing.panes[0].values.shape == (13, 9)


def test_a_late_drawing_of_another_page_is_dropped(
    open_store: Store, wait: Wait, monkeypatch: pytest.MonkeyPatch
):
    store = open_store
    monkeypatch.setattr(draw, "AT_ONCE", 30)
    store.send(cmd.ShowEndmember(0, "map"))
    store.send(cmd.ShowEndmember(1, "map"))  # while the first is being drawn
    wait(lambda: not store.state[ImageState].shown.drawing.subsampled)
    wait(lambda: not store.channels["draw"].busy)
    shares = store.document.unmixing.abundances[1]
    shown = store.state[ImageState].shown.drawing.panes[0].values
    assert np.allclose((shown[:-1] - 1.0) / 254, shares[:-1], atol=0.6 / 254)


def test_what_is_kept_has_a_limit(open_store: Store, monkeypatch: pytest.MonkeyPatch):
    store = open_store
    monkeypatch.setattr(draw, "KEPT_BYTES", 2 * 117)
    store.send(cmd.ShowEndmember(0, "map"))
    first = store.state[ImageState].shown.drawing
    for index in (1, 2, 1, 2):
        store.send(cmd.ShowEndmember(index))
    store.send(cmd.ShowEndmember(0))
    assert store.state[ImageState].shown.drawing is not first


def test_a_new_result_is_shown_at_once(open_store: Store):
    store = open_store
    store.send(cmd.ShowPage("residual"))
    result = store.document.unmixing
    store.history.apply("x", replace(store.document, unmixing=with_numbers(result, rmse=result.rmse * 2)))
    high = store.state[ImageState].shown.drawing.scales[0].high
    assert high == pytest.approx(2 * np.nanpercentile(result.rmse, 99), rel=0.1)
