from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF

from hsunmix.gui.widgets.curves import Frame, pieces
from hsunmix.model.band_ranges import runs


def test_dashes_follow_the_curve_at_one_length():
    x = np.array([0.0, 10, 10, 40])
    y = np.array([0.0, 0, 20, 20])
    cut = pieces(x, y, 6.0, 4.0)
    lengths = np.hypot(cut[:, 2] - cut[:, 0], cut[:, 3] - cut[:, 1])
    assert lengths.sum() == pytest.approx(36.0)  # six of every ten, of sixty
    assert set(np.round(cut[np.abs(cut[:, 0] - cut[:, 2]) < 1e-9, 0])) == {10.0}
    for ends in cut:
        on_corner = (ends[0] == ends[2] == 10) or ends[1] == ends[3]
        assert on_corner


def test_a_short_curve_is_one_dash_and_a_point_is_none():
    np.testing.assert_allclose(pieces(np.array([0.0, 3]), np.array([0.0, 4]), 7, 4), [[0, 0, 3, 4]])
    assert len(pieces(np.array([1.0]), np.array([1.0]), 7, 4)) == 0


def test_runs_of_unused_bands():
    flags = np.array([True, False, True, True, False, True])
    assert runs(flags) == [(0, 0), (2, 3), (5, 5)]
    assert runs(np.zeros(4, bool)) == []


def test_a_frame_is_upside_up_and_its_own_inverse():
    frame = Frame(QRectF(50, 10, 200, 100), 400.0, 2400.0, 0.0, 1.0)
    assert float(frame.y(np.array(1.0))) == 10
    assert float(frame.y(np.array(0.0))) == 110
    place = QPointF(float(frame.x(np.array(900.0))), float(frame.y(np.array(0.25))))
    assert frame.value_at(place) == pytest.approx((900.0, 0.25))


def test_wavelengths_may_run_backwards():
    frame = Frame(QRectF(0, 0, 100, 100), 2400.0, 400.0, 0.0, 1.0)
    assert float(frame.x(np.array(400.0))) == 100
