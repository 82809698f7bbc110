"""Numbers are told as what they mean."""

from __future__ import annotations

import math

import pytest

from hsunmix.model.wording import of_each, percent, quantity, seconds, sentences


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0, "0 %"), (8.5e-7, "under 0.01 %"), (1e-4, "0.01 %"), (0.0042, "0.42 %"), (0.0834, "8.3 %"),
        (0.12345, "12 %"), (1.2, "120 %"), (math.nan, "—"),
    ],
)  # fmt: skip
def test_shares(share: float, said: str) -> None:
    assert percent(share) == said


def test_errors_have_as_many_digits_as_asked() -> None:
    assert percent(0.0991, 2) == "9.91 %"
    assert percent(3e-9, 2) == "under 0.01 %"


def test_a_residual_of_rounding_is_nothing() -> None:
    assert quantity(4.403e-11, 0.5) == "0"
    assert quantity(4.403e-3, 0.5) == "0.004403"
    assert quantity(0.002, 10_000) == "0"
    assert quantity(math.nan, 1) == "—"


def test_times() -> None:
    assert [seconds(0.02), seconds(2.345), seconds(312.4)] == ["under 0.1 s", "2.3 s", "312 s"]


def test_notes_beside_each_other_are_sentences():
    notes = ["'I' was opened; it also holds rgb.", "the wavelengths overlap", "params.map_info: not used."]
    assert (
        sentences(notes)
        == "'I' was opened; it also holds rgb. The wavelengths overlap. params.map_info: not used."
    )
    assert sentences(["maxValue is 5000.", "b_1 is noisy", "x.hdr was read", "nodata: none"]) == (
        "maxValue is 5000. b_1 is noisy. x.hdr was read. Nodata: none."
    )
    assert sentences([]) == ""


def test_what_is_said_of_several_is_said_once_or_by_name() -> None:
    assert of_each({"a": "Same.", "b": "Same."}) == "Same."
    assert of_each({"a": "", "b": ""}) == ""
    assert of_each({"a": "One.", "b": "", "c": "Other."}) == "a: One. c: Other."
