"""Parameters: one description for form, options, checks and manual."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
import pytest
from msgspec import Meta

from hsunmix.errors import ParameterError
from hsunmix.parameters import NoParams, describe, from_text, from_texts, make, to_dict


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    tolerance: Annotated[float, Meta(ge=0, le=1, description="Stop below this change")] = 1e-5
    max_iterations: Annotated[int, Meta(ge=1, le=10_000, description="At most so many")] = 500
    init: Literal["spa", "random"] = "spa"
    seeds: Annotated[int, Meta(ge=1, description="Chosen by itself where empty")] | None = None
    inner: Annotated[Annotated[int, Meta(ge=2)] | None, Meta(description="Outside")] = None
    extrapolate: bool = False
    weights: float = 1.0
    bands: tuple[int, ...] = ()
    label: str = ""


def described(name):
    return next(p for p in describe(Params) if p.name == name)


def test_the_order_is_that_of_the_struct():
    assert [p.name for p in describe(Params)] == list(Params.__struct_fields__)
    assert describe(NoParams) == ()


@pytest.mark.parametrize(
    ("name", "kind", "domain"),
    [
        ("tolerance", "float", "0 … 1"),
        ("max_iterations", "int", "1 … 10000"),
        ("init", "choice", "spa | random"),
        ("seeds", "int", "1 …"),
        ("extrapolate", "bool", "true | false"),
        ("weights", "float", "float"),
        ("bands", "list", "list"),
        ("label", "text", "text"),
    ],
)
def test_kinds_and_domains(name, kind, domain):
    assert described(name).kind == kind
    assert described(name).domain == domain


def test_optional_fields_and_where_their_help_is():
    assert described("seeds").optional
    assert described("seeds").help == "Chosen by itself where empty"
    assert described("inner").optional
    assert described("inner").minimum == 2
    assert not described("tolerance").optional
    assert described("tolerance").help == "Stop below this change"
    assert described("max_iterations").label == "Max iterations"
    assert described("tolerance").default == 1e-5


def test_make_fills_in_defaults():
    params = make(Params, {"tolerance": 0, "seeds": None, "bands": [1, 2]})
    assert params == Params(tolerance=0.0, bands=(1, 2))
    assert isinstance(params.tolerance, float)


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"tolerance": -1e-9}, "tolerance"),
        ({"tolerance": 1.01}, "tolerance"),
        ({"tolerance": float("nan")}, "tolerance"),
        ({"weights": float("inf")}, "weights"),
        ({"weights": float("nan")}, "weights"),
        ({"tolerance": "small"}, "tolerance"),
        ({"max_iterations": 0}, "max_iterations"),
        ({"max_iterations": 1.5}, "max_iterations"),
        ({"max_iterations": True}, "max_iterations"),
        ({"max_iterations": None}, "max_iterations"),
        ({"init": "magic"}, "init"),
        ({"seeds": 0}, "seeds"),
        ({"extrapolate": 1}, "extrapolate"),
        ({"bands": ["a"]}, "bands"),
        ({"tolerance": 0.1, "init": "magic"}, "init"),
    ],
)
def test_what_is_not_allowed_is_named(values, name):
    with pytest.raises(ParameterError) as caught:
        make(Params, values)
    assert caught.value.name == name
    assert str(caught.value).startswith(f"{name}: ")
    assert "$" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ({"tolerance": "x"}, "a number"),
        ({"max_iterations": 1.5}, "a whole number"),
        ({"extrapolate": 1}, "true or false"),
        ({"bands": ["a"]}, "a list of whole numbers"),
        ({"init": 5}, "choose from spa"),
    ],
)
def test_a_refusal_says_what_is_wanted(values, wanted):
    with pytest.raises(ParameterError, match=wanted) as caught:
        make(Params, values)
    assert not set("`^$") & set(str(caught.value))


def test_two_values_for_one_name_are_refused():
    assert from_texts(["a=1", "b=x", "a=1"]) == {"a": 1, "b": "x"}
    with pytest.raises(ParameterError, match="a: both 1 and 2 are given"):
        from_texts(["a=1", "a=2"])


def test_unknown_names_list_the_known():
    with pytest.raises(ParameterError, match=r"tolerence: no such parameter \(known: bands, extrapolate"):
        make(Params, {"tolerence": 1})
    with pytest.raises(ParameterError, match="it has none"):
        make(NoParams, {"tolerance": 1})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a=1", 1),
        ("a = 1e-6 ", 1e-6),
        ("a=-2.5", -2.5),
        ("a=true", True),
        ("a=null", None),
        ("a=1,2", [1, 2]),
        ("a=[1, 2]", [1, 2]),
        ("a=spa", "spa"),
        ("a=b=c", "b=c"),
        ("a=", ""),
        ('a="1"', "1"),
        ("a=x,y", "x,y"),
        ("a=" + "[" * 100_000, "[" * 100_000),
    ],
)
def test_from_text(text, value):
    name, found = from_text(text)
    assert name == "a"
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("text", ["a", "", "=1", " =1"])
def test_text_without_name_or_value(text):
    with pytest.raises(ParameterError, match="NAME=VALUE"):
        from_text(text)


def test_to_dict_and_back():
    params = make(Params, {"init": "random", "bands": [3]})
    values = to_dict(params)
    assert values["bands"] in ([3], (3,))
    assert make(Params, values) == params


def test_every_method_describes_itself_and_accepts_its_own_defaults():
    from hsunmix.methods import methods

    for method in methods().values():
        defaults = make(method.params, {})
        assert make(method.params, to_dict(defaults)) == defaults
        for parameter in method.parameters:
            assert parameter.help, f"{method.id}: {parameter.name} has no line of help"
