"""Random actions find nothing; see ``random_walk`` for long walks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gui.random_walk import walk


@pytest.mark.usefixtures("qapp")
def test_300_actions_find_nothing(tmp_path: Path):
    """What it finds hangs on the moment: run it by hand after a change of the window, with other seeds."""
    made = walk(3, 300, tmp_path)
    assert made.findings == []
    assert made.counts["checks"] > 20


@pytest.mark.slow
@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("seed", range(1, 11))
@pytest.mark.parametrize("slow", [False, True], ids=["quick", "slow"])
def test_10_000_actions_find_nothing(tmp_path: Path, seed: int, slow: bool):
    assert walk(seed, 500, tmp_path, slow=slow).findings == []
