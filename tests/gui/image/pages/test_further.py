"""The page of whatever a method found of every pixel besides abundances."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QComboBox

from hsunmix.gui import commands as cmd
from hsunmix.gui.app.main_window import MainWindow
from hsunmix.gui.image.images import colours
from hsunmix.gui.image.pages import page_of, pages
from hsunmix.gui.image.pages.further import Controls, entries
from hsunmix.gui.state.store import Store
from hsunmix.gui.state.view_state import PixelView, ViewState
from hsunmix.gui.widgets.colour_bar import ColourBar
from hsunmix.model.maps import Map, SparseMap
from hsunmix.session.document import Document

PAGE = next(page for page in pages() if page.id == "further")
LINES, SAMPLES = 13, 9
BIG = 1 << 20


@pytest.fixture
def found(document: Document) -> Document:
    """The document with a map of every form."""
    rng = np.random.default_rng(0)
    place = np.arange(LINES * SAMPLES, dtype=np.int32).reshape(1, LINES, SAMPLES)
    maps = {
        "shade": Map((place / 117).astype(np.float32), kind="fraction", title="Shade"),
        "sd": Map(rng.random((3, LINES, SAMPLES), np.float32), kind="sd", of_endmembers=True),
        "leading": Map(place % 4 - 1, kind="class", of_endmembers=True),
        "model": Map(place % 3 - 1, kind="index", classes=("soil", "soil and water")),
        "segment": Map(place * 100, kind="label"),
        "brightness": Map(place * 0.5 - 3, kind="score", unit="W"),
        "share": SparseMap(
            place % 2, np.ones((1, LINES, SAMPLES), np.float32), 2, kind="fraction", names=("a", "b")
        ),
    }
    result = replace(document.unmixing, maps={**document.unmixing.maps, **maps})
    return replace(document, unmixing=result, view=replace(document.view, page="further"))


def shown(document: Document, name: str, layer: int = 0) -> Document:
    return replace(document, view=replace(document.view, map=name, map_layer=layer))


def at(line: int, sample: int) -> ViewState:
    return ViewState(cursor=PixelView(line, sample))


def test_it_is_there_where_there_are_other_maps(document: Document, found: Document):
    assert page_of(replace(document, view=found.view), ViewState()).id == "rgb"
    assert page_of(found, ViewState()).id == "further"
    assert not PAGE.core


def test_every_layer_is_listed(found: Document):
    labels = [entry.label for entry in entries(found)]
    assert labels == [
        "Shade", "Sd: Endmember 1", "Sd: Endmember 2", "Sd: Endmember 3", "Leading", "Model", "Segment",
        "Brightness", "Share: a", "Share: b",
    ]  # fmt: skip
    for entry in entries(found):
        drawing = PAGE.draw(shown(found, *entry[1:]), ViewState(), BIG)
        assert drawing.shape == (LINES, SAMPLES)
        assert drawing.caption.startswith(entry.label)


def test_classes_have_the_colours_of_endmembers_and_a_legend(found: Document):
    drawing = PAGE.draw(shown(found, "leading"), ViewState(), BIG)
    (pane,), (scale,) = drawing.panes, drawing.scales
    np.testing.assert_array_equal(pane.values, np.arange(117).reshape(13, 9) % 4)
    assert scale.names == ("Endmember 1", "Endmember 2", "Endmember 3")
    table = colours(pane.table)
    assert table[0].tolist() == [0, 0, 0, 0]
    for k, member in enumerate(found.endmembers, 1):
        assert bytes(table[k]) == bytes.fromhex(member.colour[1:] + "ff")
    assert PAGE.draw(shown(found, "model"), ViewState(), BIG).scales[0].names == ("soil", "soil and water")
    few = PAGE.draw(shown(found, "leading"), ViewState(), 30)
    np.testing.assert_array_equal(few.panes[0].values, pane.values[::2, ::2])


def test_numbers_have_a_scale_by_their_kind(found: Document):
    def scale(name: str):
        return PAGE.draw(shown(found, name), ViewState(), BIG).scales[0]

    assert (scale("shade").low, scale("shade").high, scale("shade").table) == (0.0, 1.0, "viridis")
    assert (scale("sd").low, scale("sd").table) == (0.0, "magma")
    assert 0.9 < scale("sd").high <= 1
    assert scale("brightness").low < -2
    assert scale("brightness").label == "Brightness, W"
    assert not scale("segment").names  # too many to be told apart
    assert scale("segment").high > 10_000


def test_the_number_at_the_cursor(found: Document):
    assert PAGE.value(shown(found, "shade"), at(1, 2)) == "Shade 0.09402"
    assert PAGE.value(shown(found, "sd", 1), at(0, 0)).startswith("Sd: Endmember 2 0.")
    assert PAGE.value(shown(found, "leading"), at(0, 2)) == "Leading: Endmember 2"
    assert PAGE.value(shown(found, "leading"), at(0, 0)) == "Leading: none"
    assert PAGE.value(shown(found, "model"), at(0, 2)) == "Model: soil and water"
    assert PAGE.value(shown(found, "segment"), at(0, 2)) == "Segment: 201"
    assert PAGE.value(shown(found, "brightness"), at(0, 1)) == "Brightness -2.5 W"
    assert PAGE.value(shown(found, "share", 1), at(0, 1)) == "Share: b 1"
    assert PAGE.value(found, ViewState()) == ""


def test_it_is_drawn_again_only_for_what_it_shows(found: Document):
    one = shown(found, "leading")
    assert PAGE.depends(one, at(1, 1)) == PAGE.depends(replace(one, pins=()), ViewState())
    assert PAGE.depends(one, ViewState()) != PAGE.depends(found, ViewState())
    assert PAGE.depends(shown(found, "no such map"), ViewState()) == PAGE.depends(found, ViewState())


def test_the_list_turns_to_a_map(qtbot, found: Document):
    controls = Controls()
    qtbot.addWidget(controls)
    asked = []
    controls.command.connect(asked.append)
    controls.present(shown(found, "sd", 2), ViewState())
    box = controls.findChild(QComboBox)
    assert (box.count(), box.currentText()) == (10, "Sd: Endmember 3")
    box.activated.emit(5)
    assert asked == [cmd.ShowMap("model", 0)]


def test_the_window_shows_it(store: Store, found: Document, wait):
    store.history.reset(found)
    store.send(cmd.ShowMap("sd", 1))
    assert (store.document.view.page, store.document.view.map, store.document.view.map_layer) == (
        "further",
        "sd",
        1,
    )
    assert not store.history.modified


def test_the_list_is_under_the_image(window: MainWindow, found: Document, wait):
    window.show()
    window.store.history.reset(found)
    window.store.send(cmd.ShowMap("model"))
    wait(lambda: window.findChild(QComboBox, "furtherChoice") is not None)
    box = window.findChild(QComboBox, "furtherChoice")
    assert box.isVisible()
    assert box.currentText() == "Model"


def test_the_names_of_classes_find_room_at_the_bar(qtbot):
    bar = ColourBar("bar", "Colour bar")
    qtbot.addWidget(bar)
    bar.resize(160, 200)
    few = ("soil", "a name so long that nobody would want to see all of it beside an image")
    bar.set_scale(colours("#0072b2,#d55e00"), 0, 2, "Model", few)
    assert bar.sizeHint().width() < 170
    assert "soil" in bar.accessibleDescription()
    image = bar.grab().toImage()
    above, below = image.pixelColor(12, 60), image.pixelColor(12, 140)
    assert (above.name(), below.name()) == ("#0072b2", "#d55e00")
    many = tuple(map(str, range(200)))
    bar.set_scale(colours(",".join(["#0072b2"] * 200)), 0, 200, "Model", many)
    from PySide6.QtCore import QRectF

    assert 2 < len(list(bar._ticks(QRectF(0, 0, 12, 200), 8.0))) <= 13
