"""NMF block by block: one block is hals, several come near it, and pieces of a file make the same blocks."""

from __future__ import annotations

import numpy as np
import pytest

import hsunmix
from hsunmix.bench.planted import planted
from hsunmix.engine.tile_writer import TILE
from tests.scenes import angles, mixture


def test_one_block_is_hals() -> None:
    x = mixture(20, 3 * TILE, 4, noise=0.01)
    block = hsunmix.unmix(x, "block", rank=4, max_iterations=50)
    hals = hsunmix.unmix(x, "hals", rank=4, max_iterations=50)
    assert angles(block.endmembers, hals.endmembers).max() < 1e-3
    assert block.relative_error <= hals.relative_error * (1 + 1e-6)
    assert "1 block of" in block.note


@pytest.mark.parametrize("kind", ["pure", "mixed"])
def test_several_blocks_come_near_it(kind: str) -> None:
    made = planted(kind, 0)
    block = hsunmix.unmix(made.x, "block", rank=5, size=2000)
    hals = hsunmix.unmix(made.x, "hals", rank=5)
    assert "6 blocks" in block.note
    assert block.relative_error < 1.02 * hals.relative_error


def test_a_material_of_one_block_only_is_kept() -> None:
    x = mixture(30, 8 * TILE, 4, noise=0.002)
    rng = np.random.default_rng(1)
    place = np.linspace(0, 1, 30)[:, None]
    w = 0.05 + np.exp(-(((place - np.linspace(0.1, 0.9, 4)) / 0.15) ** 2))
    h = rng.dirichlet(np.full(3, 0.3), 8 * TILE).T
    h = np.vstack([h, np.zeros(8 * TILE)])
    last = slice(6 * TILE, 8 * TILE)
    h[:, last] = rng.dirichlet(np.full(4, 0.3), 2 * TILE).T
    x = np.abs(w @ h + 0.002 * rng.standard_normal(x.shape))
    found = hsunmix.unmix(x, "block", rank=4, size=2 * TILE)
    assert angles(found.endmembers, w).max() < 3


def test_pieces_of_a_file_make_the_same_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    x = mixture(12, 7 * TILE + 5, 3, noise=0.05)
    whole = hsunmix.unmix(x, "block", rank=3, size=2 * TILE, max_iterations=20)
    monkeypatch.setattr("hsunmix.engine.subsets.BLOCK", 3 * 12 * TILE * 4)
    again = hsunmix.unmix(x, "block", rank=3, size=2 * TILE, max_iterations=20)
    np.testing.assert_allclose(again.endmembers, whole.endmembers, rtol=1e-9)
    assert "4 blocks" in whole.note
