"""The noise part of the uncertainty of abundances, against noise that is drawn again and again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hsunmix.engine.loading import from_array
from hsunmix.engine.source import Part
from hsunmix.engine.tile_writer import TILE
from hsunmix.methods import get
from hsunmix.methods.shared._least_squares import at_once
from hsunmix.methods.shared._misfit import misfit
from hsunmix.methods.trust import _deviations
from hsunmix.methods.trust._deviations import deviations
from hsunmix.model.progress import finish

DRAWS = 200


def _scene(seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Spectra (50, 4), fractions of 120 pixels, some of them zero, and the noise of each value."""
    rng = np.random.default_rng(seed)
    place = np.linspace(0, 1, 50)[:, None]
    w = 0.2 + np.exp(-(((place - np.linspace(0.1, 0.9, 4)) / 0.3) ** 2))
    h = rng.dirichlet(np.full(4, 3.0), 120).T
    h[0, :30] = 0
    h /= h.sum(axis=0)
    course = np.linspace(0.5, 2, 50)[:, None]  # noisier towards the end, and in some pixels
    return w, h, 0.01 * course * np.where(np.arange(120) % 3 == 0, 2.0, 1.0)


def _solved(x: np.ndarray, w: np.ndarray, method: str) -> tuple[np.ndarray, np.ndarray]:
    scene, solver = from_array(x), get(method, "abundance")
    found = finish(solver.run(scene, w, solver.params()))
    left = finish(misfit(scene, w, found.h))
    traits = solver.traits
    sd = finish(deviations(scene, w, found.h, left, traits.sum_to_one, traits.may_be_negative))
    return found.h.known(), sd.known()


@pytest.mark.parametrize("method", ["nnls", "fcls", "ucls"])
def test_deviations_are_those_of_abundances_under_fresh_noise(method: str) -> None:
    w, h, noise = _scene()
    rng = np.random.default_rng(1)
    drawn = [_solved(w @ h + noise * rng.standard_normal((50, 120)), w, method) for _ in range(DRAWS)]
    seen = np.std([one for one, _ in drawn], axis=0)
    said = np.sqrt(np.mean([np.square(sd) for _, sd in drawn], axis=0))
    inside = (h > 4 * seen) & (h.sum(axis=0) > 0) & (h[0] > 0)  # no constraint ever holds there
    inside[:] = inside.all(axis=0)
    assert inside[0].sum() > 30
    ratio = said[inside] / seen[inside]
    assert np.median(ratio) == pytest.approx(1, abs=0.04)
    assert np.abs(ratio - 1).max() < 0.3  # 200 draws tell a deviation to 5 %
    # Of pixels at the edge more is said than is seen: the constraint takes half of the noise away.
    edge = (said / seen)[0, :30]
    assert (np.median(edge) == pytest.approx(1, abs=0.1)) if method == "ucls" else (edge > 1).all()
    assert edge.max() < 3


def test_intervals_hold_the_truth_also_where_nothing_is() -> None:
    w, h, noise = _scene(2)
    x = w @ h + noise * np.random.default_rng(3).standard_normal((50, 120))
    found, sd = _solved(x, w, "fcls")
    covered = np.abs(found - h) <= 1.645 * sd
    assert 0.85 <= covered.mean() <= 0.97
    assert covered[0, :30].mean() > 0.85


def test_spectra_that_cannot_be_told_apart_have_wide_intervals() -> None:
    w, h, noise = _scene(4)
    twin = np.column_stack([w, w[:, 1] * 1.0000001])
    x = w @ h + noise * np.random.default_rng(5).standard_normal((50, 120))
    _, sd = _solved(x, twin, "fcls")
    assert np.isfinite(sd).all()
    assert sd[1].max() == pytest.approx(0.5)  # all that a fraction can be


def test_a_pixel_of_something_else_knows_less() -> None:
    w, h, noise = _scene(6)
    x = w @ h + noise * np.random.default_rng(7).standard_normal((50, 120))
    x[:, 60] += 0.3 * np.sin(np.arange(50))
    _, sd = _solved(x, w, "nnls")
    assert sd[:, 60].mean() > 3 * np.median(sd)


def test_many_endmembers_are_worked_on_for_few_pixels_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a step stays short."""
    r, sizes, work = 60, [], _deviations._deviations

    def recorded(part: Part, *more: Any) -> None:
        sizes.append(int(part.counts.sum()))
        work(part, *more)

    rng = np.random.default_rng(0)
    w = rng.random((70, r))
    monkeypatch.setattr(_deviations, "_deviations", recorded)
    _solved(w @ rng.dirichlet(np.full(r, 0.3), 3 * TILE).T, w, "nnls")
    assert sizes == [TILE] * 3
    assert at_once(r) < 2 * TILE
