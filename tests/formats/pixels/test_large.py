"""A cube of 6 GB; see ``tests/benchmarks/large.py``, which prints the figures."""

from __future__ import annotations

import shutil

import pytest

from tests.benchmarks.large import measure, write

SIZE = 6_000_000_000


@pytest.mark.slow
@pytest.mark.parametrize("interleave", ["bsq", "bil", "bip"])
def test_a_cube_larger_than_memory_is_looked_at(tmp_path, interleave):
    if shutil.disk_usage(tmp_path).free < SIZE:
        pytest.skip("the disk is too small for a cube of 6 GB")
    opened, slowest, _, peak = measure(write(tmp_path, SIZE, interleave))
    assert opened < 2
    assert slowest < 0.05
    assert peak < 500
