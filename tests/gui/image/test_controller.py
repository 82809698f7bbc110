from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from hsunmix.gui import commands as cmd
from hsunmix.gui.image.state import ImageState
from hsunmix.gui.state.store import Store
from hsunmix.session.document import Document

Wait = Callable[[Callable[[], bool]], None]


@pytest.fixture
def open_store(store: Store, document: Document, wait: Wait) -> Store:
    store.history.reset(document)
    wait(lambda: not store.state.tasks and store.state[ImageState].picture is not None)
    return store


def test_pages_and_selection_are_no_changes(open_store: Store):
    store = open_store
    store.send(cmd.ShowPage("residual"))
    store.send(cmd.ShowEndmember(2, "map"))
    assert (store.document.view.page, store.document.view.endmember) == ("map", 2)
    store.send(cmd.ShowEndmember(step=1))
    assert store.document.view.endmember == 0
    store.send(cmd.ShowEndmember(step=-1))
    assert store.document.view.endmember == 2
    assert not store.history.modified
    assert store.history.undo_label == ""


def test_other_bands_and_stretch_read_another_picture(open_store: Store, wait: Wait):
    store = open_store
    first = store.state[ImageState].picture
    store.send(cmd.ShowBands((3, 7, 11)))
    wait(lambda: store.state[ImageState].picture is not first)
    assert store.state[ImageState].picture.bands == (3, 7, 11)
    second = store.state[ImageState].picture
    store.send(cmd.SetStretch((0.0, 100.0)))
    wait(lambda: store.state[ImageState].picture is not second)
    assert not np.array_equal(store.state[ImageState].picture.rgba, second.rgba)
    store.send(cmd.ShowPage("rgb"))
    third = store.state[ImageState].picture
    store.send(cmd.ShowPage("map"))
    assert store.state[ImageState].picture is third  # nothing to read


def test_closing_the_cube_takes_its_picture(open_store: Store):
    open_store.history.reset(Document())
    assert open_store.state[ImageState].picture is None


def test_bands_in_grey_are_read_as_the_slider_moves(open_store: Store, wait: Wait):
    store = open_store
    for band in range(20):  # quicker than they can be read
        store.send(cmd.ShowBand(band))
    assert store.document.view.page == "band"
    wait(lambda: store.state[ImageState].grey is not None and store.state[ImageState].grey.band == 19)
    assert np.array_equal(store.state[ImageState].grey.values, store.document.cube.band(19))
    store.send(cmd.ShowBand(step=-1))
    assert store.document.view.band == 18
    wait(lambda: store.state[ImageState].grey.band == 18)
    store.send(cmd.ShowBand(step=-99))
    assert store.document.view.band == 0
    assert not store.history.modified


def test_one_stretch_for_all_maps_and_what_is_laid_on_them(open_store: Store):
    store = open_store
    store.send(cmd.StretchMaps((2.0, 98.0)))
    assert store.document.view.map_stretch == (2.0, 98.0)
    store.send(cmd.StretchMaps(None))
    assert store.document.view.map_stretch is None
    store.send(cmd.ShowVeil(False))
    store.send(cmd.ShowOverview(False))
    assert not store.document.view.veiled
    assert not store.document.view.overview
    assert not store.history.modified
