"""Bands chosen in words."""

from __future__ import annotations

import numpy as np
import pytest

from hsunmix.errors import InputError
from hsunmix.model.band_choice import PRESETS, chosen_bands, preset_help
from hsunmix.model.cube import Cube

NM = np.arange(400.0, 2500.0, 100.0)  # 21 bands
BAD = NM == 1500


@pytest.fixture
def cube():
    return Cube.from_array(np.ones((2, 3, 21), np.float32), NM).with_bad_bands(BAD)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ~BAD),
        ("good", ~BAD),
        ("all", NM > 0),
        ("400-1300, 1450-2100", ((NM <= 1300) | (NM >= 1450)) & (NM <= 2100) & ~BAD),
        ("all, 1400-1600", (NM >= 1400) & (NM <= 1600)),
        ("no-water", ~BAD & (NM != 1400) & (NM != 1800) & (NM != 1900)),
        ("vnir", NM <= 1000),
        ("SWIR, no-water,no-1000-1100nm", (NM > 1100) & ~BAD & ~np.isin(NM, [1400, 1800, 1900])),
        ("#1-4, #8", np.isin(np.arange(21), [0, 1, 2, 3, 7])),
        ("no-#1:20", NM == 2400),
        ("400 – 500", NM <= 500),
    ],
)
def test_words(cube, text, expected):
    np.testing.assert_array_equal(chosen_bands(cube, text), expected)


def test_without_wavelengths_ranges_are_numbers():
    bare = Cube.from_array(np.ones((2, 3, 21), np.float32))
    np.testing.assert_array_equal(chosen_bands(bare, "3-5, 10"), np.isin(np.arange(21), [2, 3, 4, 9]))
    with pytest.raises(InputError, match="has no wavelengths"):
        chosen_bands(bare, "no-water")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("red", "'red' is not understood.*presets: water"),
        ("500-400", "ends before it begins"),
        ("500", "has two ends"),
        ("#22", "numbered 1 to 21"),
        ("#0", "numbered 1 to 21"),
        ("#2-99", "numbered 1 to 21"),
        ("3000-4000", "no band of this cube is left"),
        ("1500-1500", "no band of this cube is left"),
        ("no-all", "not understood"),
        ("-5", "not understood"),
        ("1e3-2e3", "not understood"),
        ("٤٠٠-٥٠٠", "not understood"),
    ],
)
def test_refused(cube, text, reason):
    with pytest.raises(InputError, match=reason):
        chosen_bands(cube, text)


def test_presets_are_named_in_the_help():
    assert all(name in preset_help() for name in PRESETS)
    assert "1340–1450, 1790–1960 nm" in preset_help()


def test_the_manual_says_what_the_code_says(repository):
    from hsunmix.model.band_terms import FUNCTIONS, INDICES

    page = (repository / "resources" / "docs" / "masks.md").read_text(encoding="utf-8")
    words = set(page.replace("`", " ").replace(",", " ").replace("(", " ").split())
    assert {name for name in PRESETS if name in words or f"no-{name}" in words} == set(PRESETS)
    assert set(FUNCTIONS) <= words
    for name, text in INDICES.items():
        assert name in words
        assert text in page
    for ranges in PRESETS.values():
        for ends in ranges:
            numbers = [f"{end:g}" for end in ends if 0 < end < 1e5]
            assert all(number in page for number in numbers)
