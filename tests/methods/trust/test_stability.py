"""How far two results agree."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hsunmix.errors import InputError
from hsunmix.methods.trust.stability import angles, pairs, stability
from hsunmix.model.maps import usual_maps
from hsunmix.model.unmixing import Unmixing
from tests.scenes import with_numbers

LINES, SAMPLES = 7, 5


def result(spectra: np.ndarray, seed: int = 0) -> Unmixing:
    rank = spectra.shape[1]
    shares = np.random.default_rng(seed).random((rank, LINES, SAMPLES), dtype=np.float32)
    return Unmixing(
        spectra, usual_maps(shares, np.zeros((LINES, SAMPLES), np.float32)), 0.1, np.zeros((0, 2)), None,
        None, np.isfinite(spectra).all(axis=1), "spa",
    )  # fmt: skip


def turned(degrees: float) -> np.ndarray:
    """Two axes, the first of them turned by an angle out of their plane."""
    a = np.radians(degrees)
    return np.array([[np.cos(a), 0.0], [0.0, 2.0], [np.sin(a), 0.0]])


def test_angles_are_those_of_geometry():
    np.testing.assert_allclose(angles(turned(0), turned(30)), [[30, 90], [90, 0]], atol=1e-5)


def test_brightness_and_unused_bands_make_no_difference():
    a, b = np.vstack([turned(0), [np.nan, np.nan]]), np.vstack([7 * turned(30), [3.0, 4.0]])
    np.testing.assert_allclose(angles(a, b), [[30, 90], [90, 0]], atol=1e-5)


def test_pairs_make_the_sum_smallest_not_each_the_nearest():
    # The first of both is nearest to the first of both, but taking it would leave a worse rest.
    first = np.array([[1.0, 1.0], [0.0, 0.2], [0.0, 0.0]])
    second = np.array([[1.0, 1.0], [0.1, -0.5], [0.0, 0.0]])
    found = pairs(first, second)
    total = sum(d for *_, d in found)
    other = angles(first, second)
    assert {(i, j) for i, j, _ in found} == {(0, 1), (1, 0)}
    assert total == pytest.approx(other[0, 1] + other[1, 0])
    assert total < other[0, 0] + other[1, 1]


def test_a_result_in_another_order_is_the_same_result():
    one = result(np.random.default_rng(1).random((20, 4)))
    order = [2, 0, 3, 1]
    other = replace(with_numbers(one, one.abundances[order]), endmembers=3 * one.endmembers[:, order])
    found = stability(one, other)
    assert [(p.first, p.second) for p in found.pairs] == [(0, 1), (1, 3), (2, 0), (3, 2)]
    assert found.degrees == pytest.approx(0, abs=1e-5)
    assert [p.rmse for p in found.pairs] == [0, 0, 0, 0]
    assert found.pixels == LINES * SAMPLES


def test_abundances_are_compared_where_both_have_them():
    one = result(turned(0))
    shares = one.abundances + np.float32(0.25)
    shares[:, 2, 3] = 99
    rmse = one.rmse.copy()
    rmse[2, 3] = np.nan  # the second did not use this pixel
    found = stability(one, with_numbers(one, shares, rmse))
    assert found.pixels == LINES * SAMPLES - 1
    assert found.pairs[0].rmse == pytest.approx(0.25, rel=1e-5)
    assert found.pairs[0].bias == pytest.approx(0.25, rel=1e-5)


@pytest.mark.parametrize(("few", "many"), [(2, 3), (3, 2)])
def test_what_has_no_partner_stays_alone(few: int, many: int):
    found = stability(result(np.eye(5)[:, :few] + 0.01), result(np.eye(5)[:, :many] + 0.01))
    assert len(found.pairs) == 3
    assert sum(p.first is None for p in found.pairs) == max(0, many - few)
    assert sum(p.second is None for p in found.pairs) == max(0, few - many)
    assert found.degrees == pytest.approx(0, abs=1e-5)
    assert found.of_first(0).second == 0
    assert found.of_first(9) is None


def test_what_cannot_be_compared_is_refused():
    one = result(turned(0))
    with pytest.raises(InputError, match="another size"):
        stability(one, with_numbers(one, one.abundances[:, :3]))
    with pytest.raises(InputError, match="3 and of 5 bands"):
        angles(np.ones((3, 1)), np.ones((5, 1)))
    with pytest.raises(InputError, match="no band in common"):
        angles(np.array([[1.0], [np.nan]]), np.array([[np.nan], [1.0]]))
