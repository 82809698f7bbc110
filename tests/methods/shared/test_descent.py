"""The course of an iteration, components that died out, and optimal gradient steps."""

from __future__ import annotations

from time import perf_counter

import numpy as np
import pytest

from hsunmix.engine.loading import from_array
from hsunmix.methods.shared.descent import MAX_IN_VAIN, RESTARTS, Course, Momentum, Revival, optimal_gradient


def test_it_has_settled_where_the_loss_falls_by_little() -> None:
    course = Course(perf_counter())
    assert not course.settled(0.2, 0.1)
    assert course.settled(0.05, 0.1)
    assert not course.settled(0.05, 0.1, fresh=True)


def test_it_has_settled_where_the_loss_falls_no_more() -> None:
    course = Course(perf_counter())
    ends = [course.settled(-1.0, 0.1) for _ in range(MAX_IN_VAIN)]
    assert ends == [False] * (MAX_IN_VAIN - 1) + [True]
    assert not course.settled(1.0, 0.1)
    ends = [course.settled(0.0, 0.1, fresh=k == 3) for k in range(MAX_IN_VAIN)]
    assert not any(ends)
    course.anew()
    assert not course.settled(-1.0, 0.1)


def test_a_history_has_seconds_and_errors() -> None:
    course = Course(perf_counter() - 5)
    assert course.history.shape == (0, 2)
    course.add(0.5)
    course.add(0.25)
    assert course.error == 0.25
    assert course.history[:, 1].tolist() == [0.5, 0.25]
    assert (course.history[:, 0] >= 5).all()


def test_the_dead_start_anew_from_the_worst_pixels_and_not_for_ever() -> None:
    x = np.arange(12.0).reshape(3, 4)
    scene, revival = from_array(x), Revival((1,))
    power = np.array([1.0, 0.0, 0.0])
    for round_ in range(RESTARTS * 3):
        dead = revival.dead(power)
        assert dead.tolist() == [2]  # the locked one stays
        assert not revival.fresh
        rest = scene.per_pixel(fill=0)
        for column, left in enumerate([3.0, 1.0, 9.0, 2.0]):
            rest.put(column, left)
        ((k, spectrum),) = revival.spectra(scene, rest, dead)
        assert k == 2
        np.testing.assert_array_equal(spectrum, x[:, 2])
        assert rest.argmax() == 0  # the pixel is taken
        revival.done(dead)
        assert revival.fresh
        assert revival.note.startswith(f"{round_ + 1} endmember")
    assert not len(revival.dead(power))
    assert not revival.fresh


@pytest.mark.parametrize("seed", range(3))
def test_optimal_gradient_steps_end_where_plain_ones_do(seed: int) -> None:
    """Nonnegative least squares, by another solver too."""
    from scipy.optimize import nnls

    rng = np.random.default_rng(seed)
    a, b = rng.random((12, 5)), rng.standard_normal(12)
    length = float(np.linalg.norm(a, 2) ** 2)

    def step(x: np.ndarray) -> np.ndarray:
        return np.maximum(x - a.T @ (a @ x - b) / length, 0)

    found = optimal_gradient(np.ones(5), step, 3000)
    np.testing.assert_allclose(found, nnls(a, b)[0], atol=1e-8)
    losses = [float(np.sum((a @ optimal_gradient(np.ones(5), step, n) - b) ** 2)) for n in range(0, 60, 5)]
    plain = np.ones(5)
    for _ in range(55):
        plain = step(plain)
    assert losses[-1] <= float(np.sum((a @ plain - b) ** 2)) + 1e-12
    assert (np.diff(losses) <= 1e-12).all()


def test_momentum_grows_and_can_be_forgotten() -> None:
    momentum = Momentum()
    shares = [momentum.next() for _ in range(50)]
    assert shares[0] == 0
    assert (np.diff(shares) > 0).all()
    assert shares[-1] < 1
    momentum.restart()
    assert momentum.next() == 0
