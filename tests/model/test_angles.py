from __future__ import annotations

import numpy as np

from hsunmix.model.angles import angles, cosines


def test_angles_are_of_columns_whatever_their_length() -> None:
    a = np.array([[1.0, 0.0, 2.0], [0.0, 3.0, 2.0]])
    b = np.array([[5.0, 0.0], [0.0, 0.0]])
    np.testing.assert_allclose(angles(a, b), [[0, 90], [90, 90], [45, 90]], atol=1e-6)
    np.testing.assert_allclose(cosines(a, b)[:, 1], 0)
    np.testing.assert_array_equal(angles(a, b * 1e-9)[:, 0], angles(a, b)[:, 0])
    assert angles(a, b[:, :0]).shape == (3, 0)
