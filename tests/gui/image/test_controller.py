from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from hsunmix.gui import commands as i
from hsunmix.gui.state.workbench import Workbench
from hsunmix.session.document import Document

Wait = Callable[[Callable[[], bool]], None]


@pytest.fixture
def open_bench(bench: Workbench, document: Document, wait: Wait) -> Workbench:
    bench.history.reset(document)
    wait(lambda: not bench.live.tasks and bench.live.picture is not None)
    return bench


def test_pages_and_selection_are_no_changes(open_bench: Workbench):
    bench = open_bench
    bench.send(i.ShowPage("residual"))
    bench.send(i.ShowEndmember(2, "map"))
    assert (bench.document.view.page, bench.document.view.endmember) == ("map", 2)
    bench.send(i.ShowEndmember(step=1))
    assert bench.document.view.endmember == 0
    bench.send(i.ShowEndmember(step=-1))
    assert bench.document.view.endmember == 2
    assert not bench.history.modified
    assert bench.history.undo_label == ""


def test_other_bands_and_stretch_read_another_picture(open_bench: Workbench, wait: Wait):
    bench = open_bench
    first = bench.live.picture
    bench.send(i.ShowBands((3, 7, 11)))
    wait(lambda: bench.live.picture is not first)
    assert bench.live.picture.bands == (3, 7, 11)
    second = bench.live.picture
    bench.send(i.SetStretch((0.0, 100.0)))
    wait(lambda: bench.live.picture is not second)
    assert not np.array_equal(bench.live.picture.rgba, second.rgba)
    bench.send(i.ShowPage("rgb"))
    third = bench.live.picture
    bench.send(i.ShowPage("map"))
    assert bench.live.picture is third  # nothing to read


def test_closing_the_cube_takes_its_picture(open_bench: Workbench):
    open_bench.history.reset(Document())
    assert open_bench.live.picture is None


def test_bands_in_grey_are_read_as_the_slider_moves(open_bench: Workbench, wait: Wait):
    bench = open_bench
    for band in range(20):  # quicker than they can be read
        bench.send(i.ShowBand(band))
    assert bench.document.view.page == "band"
    wait(lambda: bench.live.grey is not None and bench.live.grey.band == 19)
    assert np.array_equal(bench.live.grey.values, bench.document.cube.band(19))
    bench.send(i.ShowBand(step=-1))
    assert bench.document.view.band == 18
    wait(lambda: bench.live.grey.band == 18)
    bench.send(i.ShowBand(step=-99))
    assert bench.document.view.band == 0
    assert not bench.history.modified


def test_one_stretch_for_all_maps_and_what_is_laid_on_them(open_bench: Workbench):
    bench = open_bench
    bench.send(i.StretchMaps((2.0, 98.0)))
    assert bench.document.view.map_stretch == (2.0, 98.0)
    bench.send(i.StretchMaps(None))
    assert bench.document.view.map_stretch is None
    bench.send(i.ShowVeil(False))
    bench.send(i.ShowOverview(False))
    assert not bench.document.view.veiled
    assert not bench.document.view.overview
    assert not bench.history.modified
