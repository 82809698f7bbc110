"""A matched filter's scores against their infeasibility, and a region of the high ones."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hsunmix.gui import commands as cmd
from hsunmix.gui.app.main_window import MainWindow
from hsunmix.gui.feature_space.scores_controller import has_scores
from hsunmix.gui.feature_space.state import SpaceState
from hsunmix.methods.feature_space import Axis
from tests.gui.conftest import solved_document

Wait = Callable[[Callable[[], bool]], None]


def test_high_scores_that_little_speaks_against_become_a_region(window: MainWindow, wait: Wait) -> None:
    store = window.store
    store.history.reset(solved_document(3, 31, 17, noise=0.01))
    wait(lambda: all(not channel.busy for channel in store.channels.values()))
    assert not has_scores(store)
    store.send(cmd.ShowScores())  # nothing: there are none
    assert not store.state[SpaceState].watched
    store.send(cmd.SolveAgain("mtmf"))
    wait(lambda: has_scores(store) and store.document.unmixing.abundance == "mtmf" and not store.state.tasks)
    store.send(cmd.ShowEndmember(1))
    store.send(cmd.ShowScores())
    axes = Axis("map", 1, "abundance"), Axis("map", 1, "infeasibility")
    wait(lambda: store.state[SpaceState].cloud is not None and store.state[SpaceState].cloud.axes == axes)
    result, cloud = store.document.unmixing, store.state[SpaceState].cloud
    scores, against = result.abundances[1].ravel(), result["infeasibility"][1].ravel()
    np.testing.assert_array_equal(cloud.x, scores)
    np.testing.assert_array_equal(cloud.y, against)
    low, most = float(np.quantile(scores, 0.9)), float(np.median(against))
    corners = ((low, -1.0), (9.0, -1.0), (9.0, most), (low, most))
    store.send(cmd.SelectInSpace(corners))
    wait(lambda: len(store.document.regions) == 1)
    mask = store.document.regions[0].mask(31, 17).ravel()
    np.testing.assert_array_equal(mask, (scores > low) & (against < most))
    assert mask.any()
