"""All pairs of options: the first rows here, all and more by ``python -m tests.combinations``."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.combinations.checks import wrong
from tests.combinations.pairs import FACTORS, covered, first_rows, pairs_of, possible

RUNS = 240


def test_rows_cover_all_pairs() -> None:
    """Those of the suite nearly all; a method and an abundance method for each other need more rows."""
    every = covered()
    first, all_rows = set(), set()
    for number, row in enumerate(first_rows(400)):
        assert possible(row) == row
        assert set(row) == set(FACTORS)
        all_rows |= pairs_of(row)
        if number < RUNS:
            first |= pairs_of(row)
    assert not every - all_rows
    assert len(every - first) < 0.07 * len(every)


@pytest.mark.parametrize("tenth", range(10))
def test_products_say_what_numpy_says(tmp_path: Path, tenth: int) -> None:
    found = []
    for number, row in enumerate(first_rows(400)[:RUNS]):
        if number % 10 == tenth:
            faults = wrong(row, tmp_path / str(number))
            found += [(number, {k: v for k, v in row.items() if v}, fault) for fault in faults]
    assert not found
