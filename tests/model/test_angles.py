from __future__ import annotations

from itertools import permutations

import numpy as np

from hsunmix.model.angles import angles, cosines, paired


def test_angles_are_of_columns_whatever_their_length() -> None:
    a = np.array([[1.0, 0.0, 2.0], [0.0, 3.0, 2.0]])
    b = np.array([[5.0, 0.0], [0.0, 0.0]])
    np.testing.assert_allclose(angles(a, b), [[0, 90], [90, 90], [45, 90]], atol=1e-6)
    np.testing.assert_allclose(cosines(a, b)[:, 1], 0)
    np.testing.assert_array_equal(angles(a, b * 1e-9)[:, 0], angles(a, b)[:, 0])
    assert angles(a, b[:, :0]).shape == (3, 0)


def test_pairs_have_the_smallest_sum_of_angles() -> None:
    rng = np.random.default_rng(0)
    for shape in ((4, 4), (3, 5), (5, 3)):
        a, b = rng.random((6, shape[0])), rng.random((6, shape[1]))
        one, other, degrees = paired(a, b)
        np.testing.assert_array_equal(degrees, angles(a, b)[one, other])
        assert len(set(one)) == len(set(other)) == len(one) == min(shape)
        assert (np.diff(one) > 0).all()
        table = angles(a, b) if shape[0] <= shape[1] else angles(b, a)
        sums = [
            table[range(len(table)), list(p)].sum() for p in permutations(range(table.shape[1]), len(table))
        ]
        assert np.isclose(degrees.sum(), min(sums))
