"""Maps as tables of numbers."""

from __future__ import annotations

import numpy as np
import pytest

from hsunmix.errors import InputError
from hsunmix.gui.image.values import MAX_CELLS, values_of


def test_pixels_of_a_window_are_rows() -> None:
    values = np.arange(12, dtype=np.float32).reshape(3, 4)
    text = values_of([("A", values), ("B", -values)], (1, 2, 2, 4))
    assert text == "line\tsample\tA\tB\n1\t2\t6\t-6\n1\t3\t7\t-7\n"


def test_all_cells_count_and_what_to_do_is_said_before_anything_is_made() -> None:
    row = np.broadcast_to(np.float32(0.5), (1, MAX_CELLS // 3))
    with pytest.raises(InputError, match="Zoom in"):
        values_of([("A", row)], (0, 1, 0, row.size))  # the headings are too many
    with pytest.raises(InputError, match="Zoom in"):
        values_of([("A", row)] * 97, (0, 1, 0, row.size // 30))
    whole = np.broadcast_to(np.float32(0.5), (1 << 20, 1 << 20))
    with pytest.raises(InputError, match="Zoom in"):
        values_of([("A", whole)], (0, 1 << 20, 0, 1 << 20))


def test_of_nothing_there_are_no_numbers() -> None:
    assert values_of([], (0, 1 << 20, 0, 1 << 20)) == ""
