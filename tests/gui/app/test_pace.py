from __future__ import annotations

import numpy as np
import pytest

from hsunmix.gui.app.pace import Pace, left_in_words
from hsunmix.gui.app.status_panel import progress_text
from hsunmix.gui.state.view_state import Task
from hsunmix.model.progress import Step


def told(times: np.ndarray, fractions: np.ndarray) -> list[float]:
    pace = Pace()
    found = [
        pace.left(Task("Unmixing", 0.0, Step(float(f))), float(t))
        for t, f in zip(times, fractions, strict=True)
    ]
    return [left for left in found if left is not None]


def test_steady_work_ends_when_it_is_said_to():
    times = np.arange(0.5, 60, 0.5)
    left = told(times, times / 60)
    np.testing.assert_allclose(left, (60 - times)[-len(left) :], atol=1e-6)


def test_work_that_stumbles_is_told_steadily():
    """Two seconds of nothing, then a leap: what is said may not leap with it."""
    times = np.arange(0.25, 60, 0.25)
    left = np.array(told(times, np.floor(times / 2) * 2 / 60))
    assert np.abs(np.diff(left)).max() < 2
    assert np.abs(left - (60 - times)[-len(left) :]).max() < 12


def test_nothing_is_said_that_nobody_knows_and_another_part_begins_anew():
    pace = Pace()
    assert pace.left(Task("Loading", 0.0), 30.0) is None
    assert pace.left(Task("Unmixing", 0.0, Step(0.1)), 1.0) is None
    assert pace.left(Task("Unmixing", 0.0, Step(0.5)), 10.0) == pytest.approx(10.0, rel=0.2)
    assert pace.left(Task("Unmixing", 0.0, Step(0.01)), 11.0) is None


def test_the_pace_of_another_part_counts_from_its_beginning():
    """One part takes 100 s, the next one as long again."""
    pace = Pace()
    for k in range(1, 101):
        pace.left(Task("Unmixing", 0.0, Step(k / 100)), float(k))
    for k in range(1, 21):
        left = pace.left(Task("Unmixing", 0.0, Step(k / 100)), 100.0 + k)
    assert left == pytest.approx(80, rel=0.15)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "under 1 s left"), (7.2, "7 s left"), (43.0, "45 s left"), (183.0, "3 min left")],
)
def test_in_words(seconds: float, text: str):
    assert left_in_words(seconds) == text


def test_long_work_says_time_and_memory():
    said = progress_text(Task("Unmixing", 0.0, Step(0.5)), 24.0, 24.0)
    assert said.startswith("Unmixing · 50 % · 24 s so far · ")
    assert said.endswith(" GB of memory · 25 s left")
