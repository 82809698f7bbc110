"""Each page alone: what it draws for a made-up document, in the scene's orientation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hsunmix.gui.image.drawing import Drawing
from hsunmix.gui.image.images import colours, grey, picture
from hsunmix.gui.image.pages import page_of, pages
from hsunmix.gui.image.pages.band import band_name
from hsunmix.gui.image.pages.mixture import largest, mixed
from hsunmix.gui.image.state import ImageState, Picture
from hsunmix.gui.state.documents import band_shown
from hsunmix.gui.state.view_state import PixelView, ViewState
from hsunmix.model.cube import Cube
from hsunmix.model.progress import finish
from hsunmix.session.document import Document, Layer, MapLook, View, with_result
from tests.gui.conftest import state_of, unmixing_of

BIG = 1 << 20
PAGES = {page.id: page for page in pages()}


def test_names_orders_and_shortcuts_are_unique():
    for what in ("title", "order", "shortcut"):
        found = [getattr(page, what) for page in pages()]
        assert len(set(found)) == len(found), what
    assert [page.order for page in pages()] == sorted(page.order for page in pages())
    assert all(page.tip for page in pages())


def test_a_page_that_can_not_be_shown_gives_way_to_the_colour_image(cube: Cube, document: Document):
    empty = Document(cube=cube, view=View(page="maps"))
    assert page_of(empty, ViewState()).id == "rgb"
    assert page_of(replace(document, view=View(page="no such page")), ViewState()).id == "rgb"
    assert page_of(replace(document, view=View(page="mixture")), ViewState()).id == "mixture"


@pytest.mark.parametrize("name", ["map", "maps", "mixture", "residual"])
def test_maps_are_drawn_again_only_for_what_they_show(document: Document, name: str):
    page, state = PAGES[name], ViewState()
    key = page.depends(document, state)
    moved = replace(state, cursor=PixelView(3, 4))
    assert page.depends(replace(document, pins=(), settings=document.settings), moved) == key
    other = replace(document, unmixing=replace(document.unmixing))
    assert page.depends(other, state) != key


def test_of_a_large_colour_image_few_pixels_first(document: Document):
    rgba = np.random.default_rng(0).integers(0, 256, (13, 9, 4)).astype(np.uint8)
    state = state_of(picture=Picture(rgba, 1, (2, 1, 0)))
    few = PAGES["rgb"].draw(document, state, 60)
    assert few.subsampled
    assert np.array_equal(few.panes[0].values, rgba[::2, ::2])
    assert np.array_equal(PAGES["rgb"].draw(document, state, BIG).panes[0].values, rgba)


@pytest.mark.parametrize("name", ["map", "maps", "mixture", "residual"])
def test_few_pixels_first_then_all(document: Document, name: str):
    few: Drawing = PAGES[name].draw(document, ViewState(), 60)
    whole: Drawing = PAGES[name].draw(document, ViewState(), BIG)
    assert few.shape == whole.shape == (13, 9)
    assert few.subsampled
    assert not whole.subsampled
    for one, other in zip(few.panes, whole.panes, strict=True):
        step = -(-13 // one.values.shape[0])
        assert np.array_equal(one.values, other.values[::step, ::step])


def test_one_stretch_is_shared_by_all_maps(document: Document):
    shares = document.unmixing.abundances
    low, high = np.nanpercentile(shares, (5, 95))
    stretched = replace(document, view=replace(document.view, map_stretch=(5.0, 95.0)))
    drawn: Drawing = PAGES["maps"].draw(stretched, ViewState(), BIG)
    (scale,) = drawn.scales
    assert (scale.low, scale.high) == pytest.approx((low, high), abs=1e-6)
    for pane, values in zip(drawn.panes, shares, strict=True):
        expected = np.clip((values[:-1] - low) / (high - low), 0, 1)
        assert np.allclose((pane.values[:-1] - 1.0) / 254, expected, atol=0.6 / 254)
    assert drawn.panes[1].title == "Endmember 2"


def test_a_mixture_of_pure_pixels_is_their_colours(document: Document):
    shares = np.zeros((3, 13, 9), np.float32)
    shares[0, 2:4] = 1.0  # pure
    shares[1, 5, 7] = 0.5  # half of it, and half of nothing
    shares[0, 8, 1], shares[2, 8, 1] = 2.0, 2.0  # more than one: brought to one
    shares[1, 9, 1] = -1.0  # less than nothing
    shares[:, 12, 0] = np.nan
    inks = np.array([[255, 0, 0], [0, 200, 0], [0, 0, 255]])
    rgba = mixed(shares, inks)
    assert rgba.shape == (13, 9, 4)
    assert (rgba[2:4, :, :3] == (255, 0, 0)).all()
    assert tuple(rgba[5, 7]) == (0, 100, 0, 255)
    assert tuple(rgba[8, 1]) == (128, 0, 128, 255)
    assert tuple(rgba[9, 1]) == (0, 0, 0, 255)
    assert rgba[12, 0, 3] == 0


def test_a_hidden_endmember_is_not_mixed_in(document: Document):
    hidden = replace(
        document, endmembers=tuple(replace(e, visible=k != 1) for k, e in enumerate(document.endmembers))
    )
    drawn = PAGES["mixture"].draw(hidden, ViewState(), BIG)
    shares = document.unmixing.abundances[[0, 2]]
    inks = [[int(document.endmembers[k].colour[n : n + 2], 16) for n in (1, 3, 5)] for k in (0, 2)]
    assert np.array_equal(drawn.panes[0].values, mixed(shares, np.array(inks)))
    assert "1 hidden" in drawn.caption


def test_a_band_is_stretched_and_named_by_its_wavelength(cube: Cube):
    document = Document(cube=cube, view=View(page="band", band=7, stretch=(0.0, 100.0)))
    state = state_of(grey=finish(grey(cube, 7)))
    drawn: Drawing = PAGES["band"].draw(document, state, BIG)
    values = cube.band(7)
    line, sample = np.unravel_index(values.argmax(), values.shape)
    assert drawn.panes[0].values[line, sample] == 255
    assert drawn.panes[0].table == "CET-L1"
    assert tuple(colours("CET-L1")[255, :3]) == (255, 255, 255)
    assert drawn.caption == band_name(document, 7)
    assert f"{cube.wavelengths[7]:.1f} nm" in drawn.caption
    bad = PAGES["band"].draw(document, state_of(grey=finish(grey(cube, 4))), BIG)
    assert "bad, not used" in bad.caption
    at = replace(state, cursor=PixelView(int(line), int(sample)))
    assert PAGES["band"].value(document, at) == f"band 8: {values.max():.4g}"


def test_the_band_shown_is_the_green_one_until_another_is_chosen(cube: Cube):
    assert band_shown(Document(cube=cube)) == cube.rgb_bands[1]
    assert band_shown(Document(cube=cube, view=View(band=99))) == cube.rgb_bands[1]
    assert band_shown(Document(cube=cube, view=View(band=3))) == 3


def test_a_layer_is_there_when_it_was_evaluated(cube: Cube):
    layer = Layer("Ratio", "b[860] / b[660]")
    document = Document(cube=cube, layers=(layer,), view=View(page="layer"))
    page = PAGES["layer"]
    assert page_of(document, ViewState()) is page
    assert not page.available(replace(document, layers=()), ViewState())
    assert page.draw(document, ViewState(), BIG).panes == ()
    values = np.arange(117, dtype=np.float32).reshape(13, 9)
    state = state_of(layers={layer.text: values}, cursor=PixelView(2, 5))
    drawn = page.draw(document, state, BIG)
    assert drawn.panes[0].values.argmax() >= 114
    assert page.value(document, state) == "Ratio 23"
    assert page.depends(document, state) != page.depends(document, ViewState())


def test_values_at_the_cursor(document: Document):
    at = state_of(cursor=PixelView(3, 7))
    shares = document.unmixing.abundances[:, 3, 7]
    assert PAGES["map"].value(document, at) == f"Endmember 1 {shares[0]:.3f}"
    assert PAGES["residual"].value(document, at).endswith(f"{document.unmixing.rmse[3, 7]:.4g}")
    first = int(np.argmax(shares))
    assert PAGES["mixture"].value(document, at).startswith(f"Endmember {first + 1} {shares[first]:.2f}")
    unused = state_of(cursor=PixelView(12, 8))
    assert PAGES["map"].value(document, unused) == PAGES["mixture"].value(document, unused) == "not used"


def test_the_mixture_has_a_legend_and_can_be_a_class_map(document: Document):
    state = ViewState().changed(ImageState, largest=True)
    assert PAGES["mixture"].depends(document, state) != PAGES["mixture"].depends(document, ViewState())
    for seen in (ViewState(), state):
        (legend,) = PAGES["mixture"].draw(document, seen, BIG).scales
        assert legend.names == tuple(e.name for e in document.endmembers)
        assert legend.table == ",".join(e.colour for e in document.endmembers)
    (pane,) = PAGES["mixture"].draw(document, state, BIG).panes
    shares = document.unmixing.abundances
    assert np.array_equal(pane.values[:-1], shares[:, :-1].argmax(axis=0) + 1)
    assert pane.values[-1, -1] == 0  # not used
    assert np.array_equal(largest(np.array([[[0.0, 0.5]], [[-1.0, np.nan]]], np.float32)), [[0, 0]])


@pytest.mark.parametrize(("count", "told_apart"), [(255, True), (256, False)])
def test_more_endmembers_than_colours_have_no_legend(cube: Cube, count: int, told_apart: bool):
    many, page = with_result(Document(cube=cube), unmixing_of(cube, count)), PAGES["mixture"]
    for state in (ViewState(), ViewState().changed(ImageState, largest=True)):
        drawing = page.draw(many, state, BIG)
        assert bool(drawing.scales) == told_apart
        (pane,) = drawing.panes
        if pane.table:
            assert len(colours(pane.table)) == 256
        assert (pane.values.ndim == 2) == (told_apart and state[ImageState].largest)


@pytest.mark.parametrize("name", ["map", "maps"])
def test_maps_take_levels_and_colours_set_by_hand(document: Document, name: str):
    page, state = PAGES[name], ViewState()
    before = page.depends(document, state)
    document = replace(document, view=document.view.with_look(MapLook("abundance", "inferno", (0.2, 0.6))))
    assert page.depends(document, state) != before
    drawing = page.draw(document, state, BIG)
    (scale,) = drawing.scales
    assert (scale.low, scale.high, scale.table) == (0.2, 0.6, "inferno")
    assert all(pane.table == "inferno" for pane in drawing.panes)
    values = drawing.panes[0].values[:-1]
    expected = np.clip((document.unmixing.abundances[0][:-1] - 0.2) / 0.4, 0, 1)
    np.testing.assert_allclose((values - 1.0) / 254, expected, atol=0.5 / 254 + 1e-6)


def test_the_colour_image_has_its_numbers_where_no_pixel_is_left_out(document: Document):
    cube, page = document.cube, PAGES["rgb"]
    shown = finish(picture(cube, (3, 7, 1), (2.0, 98.0)))
    found = page.numbers(document, ViewState().changed(ImageState, picture=shown))
    assert [name for name, _ in found] == [band_name(document, band) for band in (3, 7, 1)]
    whole = cube.read(0, cube.lines)
    for (_, values), band in zip(found, (3, 7, 1), strict=True):
        np.testing.assert_array_equal(values, whole[:, :, band])
    thin = finish(picture(cube, (3, 7, 1), (2.0, 98.0), most=30))
    assert page.numbers(document, ViewState().changed(ImageState, picture=thin)) == []
    assert page.numbers(document, ViewState()) == []
