"""Scores of a matched filter in the menu View."""

from __future__ import annotations

from hsunmix.gui import commands as cmd
from hsunmix.gui.feature_space.scores_controller import has_scores
from hsunmix.gui.state.action import Action

MENU = "&View"
ORDER = 33

ACTIONS = (
    Action(
        "scores",
        "Score against in&feasibility",
        "The matched filter's scores of the selected endmember, and how infeasible they are: draw around "
        "high scores that little speaks against, and they are a region",
        lambda _: cmd.ShowScores(),
        "Ctrl+Alt+I",
        has_scores,
    ),
)
