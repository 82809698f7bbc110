"""The bench of intervals: what it counts."""

from __future__ import annotations

import numpy as np
from click.testing import CliRunner

from hsunmix.bench.coverage import _inside, coverage
from hsunmix.bench.planted import planted
from hsunmix.cli.main import main


def test_what_is_counted() -> None:
    scene = planted("pure", 2, side=36)
    h = scene.abundances.astype(np.float32)
    assert _inside(scene, h + 0.01, np.full_like(h, 0.007)).all()
    assert not _inside(scene, h + 0.01, np.full_like(h, 0.006)).any()
    found = coverage(scene, "auto", 0)
    assert 0.8 < found.found <= 1
    assert found.worst <= found.found
    assert 0.86 < found.true < 0.97
    assert not found.doubted


def test_shares_are_compared_where_light_varies() -> None:
    scene = planted("shade", 2, side=36)
    dim = 0.5 * scene.abundances.astype(np.float32)
    assert _inside(scene, dim, np.full_like(dim, 1e-6)).mean() > 0.9


def test_the_command_prints_a_row_for_each_kind() -> None:
    words = ["bench", "accuracy", "--uncertainty", "--kinds", "pure", "--seeds", "1", "--side", "36"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    rows = done.stdout.splitlines()
    assert len(rows) == 3
    assert "0 of 1" in rows[2]
