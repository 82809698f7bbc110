"""Records become JSON and arrays by what their fields say, and only what fields say comes back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from hsunmix.session.array_places import Given, Packed
from hsunmix.session.codec import node_of


@dataclass(frozen=True, eq=False)
class Peak:
    name: str
    curve: NDArray[np.float32]
    weights: NDArray[np.int32] | None = None


@dataclass(frozen=True, eq=False)
class Real:
    numbers: NDArray[np.float64] | NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Whole:
    numbers: NDArray[np.int32]
    most: int


@dataclass(frozen=True, eq=False)
class Found:
    mask: NDArray[np.bool_] | None
    layers: Mapping[str, Real | Whole] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Work:
    shown: Found | None
    peaks: tuple[Peak, ...]
    earlier: tuple[Found, ...]
    pair: tuple[float, float] = (0.0, 1.0)
    words: Mapping[str, Any] = field(default_factory=dict)


NODE = node_of(Work)


def work() -> Work:
    rng = np.random.default_rng(0)
    mask = rng.random((3, 5)) > 0.5
    whole = Whole(rng.integers(0, 9, (2, 4), np.int32), 9)
    shown = Found(mask, {"a_1": Real(rng.random(6)), "b": whole})
    peaks = (
        Peak("é", rng.random(4, np.float32)),
        Peak("", rng.random((0, 3), np.float32), np.arange(6, dtype=np.int32).reshape(2, 3)),
    )
    return Work(shown, peaks, (Found(mask, {"b": whole}), shown), (0.5, 2), {"x": [1, {"y": None}]})


def packed(given: Work) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    out = Packed()
    return json.loads(json.dumps(NODE.pack(given, "", out))), out.arrays


def opened(values: Any, arrays: Mapping[str, NDArray[Any]]) -> Work:
    made: Work = NODE.unpack(values, "", Given(arrays, lambda *_: None))
    return made


def test_what_goes_in_comes_out():
    before = work()
    after = opened(*packed(before))
    assert after.pair == (0.5, 2.0)
    assert after.words == before.words
    for one, other in zip(before.peaks, after.peaks, strict=True):
        assert one.name == other.name
        np.testing.assert_array_equal(one.curve, other.curve, strict=True)
    assert after.peaks[0].weights is None
    np.testing.assert_array_equal(after.peaks[1].weights, before.peaks[1].weights, strict=True)
    np.testing.assert_array_equal(after.shown.layers["a_1"].numbers, before.shown.layers["a_1"].numbers)
    assert isinstance(after.shown.layers["b"], Whole)


def test_names_are_places_and_small_records_share_arrays():
    _, arrays = packed(work())
    assert sorted(arrays) == [
        "peaks.curve", "peaks.weights", "shown.layers.a_1.numbers", "shown.layers.b.numbers", "shown.mask",
    ]  # fmt: skip
    patterns = list(NODE.patterns(""))
    for name, array in arrays.items():
        assert [array.dtype.str in dtypes for pattern, dtypes in patterns if pattern.fullmatch(name)].count(
            True
        )


def test_what_comes_twice_is_one_thing():
    after = opened(*packed(work()))
    assert after.earlier[1] is after.shown
    assert after.earlier[0].layers["b"] is after.shown.layers["b"]
    assert after.earlier[0].mask is after.shown.mask


def test_large_arrays_are_not_copied():
    given = work()
    _, arrays = packed(given)
    assert arrays["shown.mask"] is given.shown.mask
    assert opened(*packed(given)).shown.mask is given.shown.mask


def test_another_type_of_numbers_is_made_the_first_that_the_field_names():
    _, arrays = packed(Work(Found(None, {"a": Real(np.arange(3))}), (), ()))
    assert arrays["shown.layers.a.numbers"].dtype == np.float64


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda m: m.update(more=1), "other fields"),
        (lambda m: m["shown"].update(more=1), "shown has other fields"),
        (lambda m: m["shown"].pop("mask"), "shown lacks a field"),
        (lambda m: m["shown"].update(mask=None), "not agree|^$"),
        (lambda m: m["shown"].update(mask="peaks.curve"), "has the type '<f4'"),
        (lambda m: m["shown"].update(mask="elsewhere"), "names no array"),
        (lambda m: m["shown"].update(mask=[3, 5]), "names no array"),
        (lambda m: m["shown"]["layers"]["b"].update({"is": "Real"}), "other fields|has the type"),
        (lambda m: m["shown"]["layers"]["b"].update({"is": "Path"}), "is none of Real, Whole"),
        (lambda m: m["shown"]["layers"]["b"].update({"is": []}), "is none of Real, Whole"),
        (lambda m: m["shown"]["layers"]["b"].update(most="9"), "Expected `int`"),
        (lambda m: m["shown"]["layers"].update({"../b": {}}), "other names"),
        (lambda m: m["peaks"][0].update(curve=[5]), "numbers, which are too few"),
        (lambda m: m["peaks"][0].update(curve=[3]), "numbers, but its records need 3"),
        (lambda m: m["peaks"][0].update(curve=[-4]), "has no shape"),
        (lambda m: m["peaks"][0].update(curve=[True, 4]), "has no shape"),
        (lambda m: m["peaks"][0].update(curve="peaks.curve"), "has no shape"),
        (lambda m: m["peaks"][0].update(curve=None), "has no shape"),
        (lambda m: m.update(peaks={}), "is no list"),
        (lambda m: m["earlier"].append("peaks"), "other fields"),
        (lambda m: m["earlier"].append("shown.layers.b"), "other fields"),
        (lambda m: m["earlier"].insert(0, "earlier.1"), "other fields"),
        (lambda m: m.update(pair=[1, 2, 3]), "pair"),
        (lambda m: m.update(words=[]), "words"),
    ],
)  # fmt: skip
def test_what_no_field_says_is_refused(change, reason):
    values, arrays = packed(work())
    change(values)
    if reason.startswith(
        "not agree"
    ):  # a field that may be empty; that its array is left over, the archive sees
        assert opened(values, arrays).shown.mask is None
        return
    with pytest.raises(ValueError, match=reason):
        opened(values, arrays)
