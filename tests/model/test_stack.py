"""Cubes of the same ground as one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import hsunmix
from hsunmix.errors import InputError
from hsunmix.model.cube import Cube
from hsunmix.model.georeference import Georeference
from hsunmix.model.stack import stacked
from tests.conftest import make_cube


def cubes() -> list[Cube]:
    found = [make_cube(seed=seed) for seed in range(3)]
    found[1] = replace(found[1], gain=np.linspace(1, 2, 20))
    return found


def test_bands_lie_behind_one_another() -> None:
    three = cubes()
    stack = stacked(three)
    assert stack.shape == (13, 9, 60)
    assert stack.stacked == 3
    whole = np.concatenate([cube.read(2, 7) for cube in three], axis=2)
    np.testing.assert_array_equal(stack.read(2, 7), whole)
    np.testing.assert_array_equal(stack.read(2, 7, [45, 3, 21, 21]), whole[:, :, [45, 3, 21, 21]])
    np.testing.assert_array_equal(stack.spectrum(4, 5), whole[2, 5])
    np.testing.assert_array_equal(stack.wavelengths, np.tile(three[0].wavelengths, 3))
    assert stack.band_names[20] == f"cube 2, {three[0].wavelengths[0]:g} nm"


def test_a_pixel_is_used_where_all_have_it() -> None:
    three = cubes()
    chosen = [np.ones((13, 9), bool) for _ in range(2)]
    chosen[0][3], chosen[1][:, 2] = False, False
    three[0], three[2] = three[0].with_selection(chosen[0]), three[2].with_selection(chosen[1])
    np.testing.assert_array_equal(stacked(three).mask, chosen[0] & chosen[1])


def test_one_is_itself() -> None:
    cube = make_cube()
    assert stacked([cube]) is cube


def test_other_sizes_bands_and_places_are_refused() -> None:
    first = replace(make_cube(), georeference=Georeference((30, 0, 500, 0, -30, 900)))
    moved = replace(first, georeference=Georeference((30, 0, 520, 0, -30, 900)))
    assert first.wavelengths is not None
    cases = {
        "12 × 9 × 20": make_cube(lines=12),
        "band 1 .* nm": replace(first, wavelengths=first.wavelengths + 60),
        "lies elsewhere": moved,
    }
    for said, other in cases.items():
        with pytest.raises(InputError, match=said):
            stacked([first, other])
    near = replace(first, georeference=Georeference((30, 0, 510, 0, -30, 900)))
    assert stacked([first, near]).stacked == 2


def test_two_sensors_are_joined_and_share_their_maps() -> None:
    whole = make_cube(bands=30)
    assert whole.wavelengths is not None
    values = whole.read(0, 13)
    one = Cube.from_array(values[:, :, :12], whole.wavelengths[:12])
    other = Cube.from_array(values[:, :, 12:], whole.wavelengths[12:])
    pair = stacked([one, other])
    assert (pair.stacked, pair.shape) == (1, (13, 9, 30))
    assert "joined as those of one sensor" in pair.notes[-1]
    np.testing.assert_array_equal(pair.wavelengths, whole.wavelengths)
    np.testing.assert_array_equal(pair.read(0, 13, [3, 20, 11, 12]), values[:, :, [3, 20, 11, 12]])
    alone, both = (hsunmix.unmix(cube, "hals", rank=3) for cube in (whole, pair))
    np.testing.assert_array_equal(both.abundances, alone.abundances)
