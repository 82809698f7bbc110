"""Online NMF: the procedure written plainly, errors near those of many passes."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import nnls

import hsunmix
from hsunmix.bench.planted import planted
from hsunmix.engine.loading import from_array
from hsunmix.engine.tile_writer import TILE
from hsunmix.methods.shared._running import FIRST, SWEEPS, Running
from hsunmix.model.progress import finish
from tests.scenes import mixture


def plain(x: np.ndarray, w: np.ndarray, batch: int, forgetting: float) -> np.ndarray:
    """Spectra after one pass, pixel by pixel."""
    w, hht, xht = w.copy(), FIRST * np.eye(w.shape[1]), FIRST * w
    for t, first in enumerate(range(0, x.shape[1], batch), 1):
        some = x[:, first : first + batch]
        h = np.array([nnls(w, pixel)[0] for pixel in some.T]).T
        kept = (1 - 1 / t) ** forgetting if t > 1 else 1
        hht, xht = kept * hht + h @ h.T, kept * xht + some @ h.T
        for _ in range(SWEEPS):
            for k in range(w.shape[1]):
                w[:, k] = np.maximum(w[:, k] + (xht[:, k] - w @ hht[:, k]) / hht[k, k], 0)
    return w


@pytest.mark.parametrize(("tiles", "forgetting"), [(1, 0.0), (2, 2.0)])
def test_the_procedure(tiles: int, forgetting: float) -> None:
    x = mixture(12, 3 * TILE + 70, 3, noise=0.05).astype(np.float32)
    w = x[:, 100:103].astype(np.float64)
    running = Running.of(w)
    course = finish(running.learn(from_array(x), tiles * TILE, forgetting))
    np.testing.assert_allclose(running.w, plain(x, w, tiles * TILE, forgetting), atol=1e-5)
    assert (running.pixels, running.batches) == (x.shape[1], len(course))


def test_blocks_of_a_file_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    x = mixture(12, 7 * TILE + 5, 3, noise=0.05)
    whole = hsunmix.unmix(x, "online", rank=3, batch=2 * TILE)
    monkeypatch.setattr("hsunmix.engine.subsets.BLOCK", 3 * 12 * TILE * 4)
    np.testing.assert_allclose(
        hsunmix.unmix(x, "online", rank=3, batch=2 * TILE).endmembers, whole.endmembers, rtol=1e-9
    )


@pytest.mark.parametrize("kind", ["pure", "mixed", "noisy"])
def test_one_pass_fits_nearly_as_well_as_many(kind: str) -> None:
    made = planted(kind, 0)
    rank = made.endmembers.shape[1]
    errors = {m: hsunmix.unmix(made.x, m, rank=rank).relative_error for m in ("online", "hals", "spa")}
    assert errors["online"] < 1.03 * errors["hals"]
    assert errors["online"] < 0.93 * errors["spa"]
