"""Maps: numbers of every pixel, dense or sparse, and what their kind says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hsunmix.model.map_kinds import KINDS, check_name, class_colour
from hsunmix.model.maps import Map, SparseMap, usual_maps

LINES, SAMPLES = 5, 3


def numbers(layers: int, dtype: type = np.float32) -> np.ndarray:
    rng = np.random.default_rng(layers)
    if dtype is np.int32:
        return rng.integers(-1, 4, (layers, LINES, SAMPLES), np.int32)
    return rng.random((layers, LINES, SAMPLES)).astype(dtype)


def sparse(layers: int = 6, most: int = 2) -> tuple[SparseMap, np.ndarray]:
    """A sparse map and the same numbers with all their zeros; one pixel has no value."""
    rng = np.random.default_rng(1)
    dense = np.zeros((layers, LINES, SAMPLES), np.float32)
    index = np.full((most, LINES, SAMPLES), -1, np.int32)
    value = np.zeros((most, LINES, SAMPLES), np.float32)
    for line, sample in np.ndindex(LINES, SAMPLES):
        which = rng.choice(layers, rng.integers(0, most + 1), replace=False)
        for m, k in enumerate(which):
            index[m, line, sample] = k
            value[m, line, sample] = dense[k, line, sample] = rng.random()
    index[:, 2, 1], value[0, 2, 1], dense[:, 2, 1] = -1, np.nan, np.nan
    return SparseMap(index, value, layers, kind="fraction", of_endmembers=True), dense


def test_a_single_layer_without_a_name_has_no_axis_for_layers():
    shade = Map(numbers(1), kind="fraction")
    assert shade.array.shape == np.asarray(shade).shape == (LINES, SAMPLES)
    assert shade.values.shape == (1, LINES, SAMPLES)
    assert Map(numbers(1), kind="sd", of_endmembers=True).array.shape == (1, LINES, SAMPLES)
    assert Map(numbers(1), kind="sd", names=("Soil",)).array.shape == (1, LINES, SAMPLES)
    assert Map(numbers(1, np.int32), kind="class", of_endmembers=True).array.shape == (LINES, SAMPLES)


def test_layers_and_classes_have_the_names_of_endmembers_where_they_are_these():
    members = ("Soil", "Water")
    assert Map(numbers(2), kind="sd", of_endmembers=True).layer_names(members) == members
    assert Map(numbers(2), kind="sd", names=("a", "b")).layer_names(members) == ("a", "b")
    assert Map(numbers(1), kind="sd").layer_names(members) == ("",)
    dominant = Map(np.zeros((1, LINES, SAMPLES), np.int32), kind="class", of_endmembers=True)
    assert (dominant.layer_names(members), dominant.class_names(members)) == (("",), members)
    model = Map(numbers(1, np.int32), kind="index", classes=tuple("abcd"))
    assert model.class_names(members) == tuple("abcd")


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: Map(numbers(2), kind="sd"), "2 layers has 0 names"),
        (lambda: Map(numbers(2), kind="sd", names=("a",)), "2 layers has 1 names"),
        (lambda: Map(numbers(2), kind="class"), "can't have numbers of the type float32"),
        (lambda: Map(numbers(2, np.int32), kind="fraction"), "can't have numbers of the type int32"),
        (lambda: Map(numbers(1), kind="colour"), "no kind of map"),
        (lambda: Map(numbers(1)[0], kind="sd").part((slice(0),)).values, None),
        (lambda: Map(numbers(1)[0, 0], kind="sd"), "not the shape"),
        (lambda: Map(numbers(0), kind="sd"), "not the shape"),
        (lambda: Map(numbers(1, np.int32), kind="class", classes=("a", "b")), "from -1 to 3 for 2 classes"),
        (lambda: Map(numbers(1, np.int32) - 1, kind="label"), "from -2"),
        (lambda: replace(sparse()[0], layers=3), "beyond its layers"),
        (lambda: replace(sparse()[0], value=numbers(3)), "for values of"),
        (lambda: replace(sparse()[0], kind="class"), "can't have numbers of the type float32"),
    ],
)
def test_what_contradicts_itself_is_refused(make, why):
    if why is None:
        with pytest.raises(ValueError, match="layers"):
            make()
        return
    with pytest.raises(ValueError, match=why):
        make()


def test_a_sparse_map_is_the_dense_one_without_its_zeros():
    found, dense = sparse()
    np.testing.assert_array_equal(found.values, dense)
    for k in range(6):
        np.testing.assert_array_equal(found.layer(k), dense[k])
    np.testing.assert_array_equal(found.at(3, 2), dense[:, 3, 2])
    assert np.isnan(found.at(2, 1)).all()
    np.testing.assert_allclose(found.means, np.nanmean(dense, axis=(1, 2), dtype=np.float64), rtol=1e-6)
    pick = (slice(None, None, 2), slice(1, None))
    np.testing.assert_array_equal(found.part(pick).values, dense[:, ::2, 1:])
    order = [3, 0, 5, 1, 2, 4]
    np.testing.assert_array_equal(found.reordered(order).values, dense[order])
    assert np.isnan(replace(found, value=np.full_like(found.value, np.nan)).means).all()


def test_maps_follow_the_order_of_the_endmembers():
    order = [2, 0, 1]
    fractions = Map(numbers(3), kind="fraction", of_endmembers=True)
    np.testing.assert_array_equal(fractions.reordered(order).values, fractions.values[order])
    dominant = Map(np.array([[[0, 1, 2, -1]]], np.int32), kind="class", of_endmembers=True)
    assert dominant.reordered(order).values.tolist() == [[[1, 2, 0, -1]]]
    other = Map(numbers(3), kind="sd", names=("a", "b", "c"))
    assert other.reordered(order) is other


def test_the_usual_two_share_their_memory():
    abundances, rmse = numbers(3), numbers(1)[0]
    maps = usual_maps(abundances, rmse)
    assert maps["abundance"].values is abundances
    assert np.shares_memory(maps["rmse"].values, rmse)


@pytest.mark.parametrize(
    "name",
    ["", "Shade", "2nd", "a b", "../a", "a.b", "x" * 41, "rmse_cog", "con", "é", "a_cog", "a_1_b", "a_layer"],
)
def test_names_that_no_file_can_have_are_refused(name):
    with pytest.raises(ValueError, match="no map can be called"):
        check_name(name)


def test_every_kind_has_its_words_and_colours():
    import matplotlib

    for kind, terms in KINDS.items():
        assert terms.said, kind
        assert terms.colours in matplotlib.colormaps


def test_no_colour_of_a_class_comes_twice():
    colours = [class_colour(k) for k in range(255)]
    assert len(set(colours)) == 255
