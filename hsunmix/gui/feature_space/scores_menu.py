"""Scores of a matched filter in the menu Unmix."""

from __future__ import annotations

from hsunmix.gui import commands as cmd
from hsunmix.gui.feature_space.scores_controller import has_scores
from hsunmix.gui.state.action import Action

MENU = "&Unmix"
ORDER = 52

ACTIONS = (
    Action(
        "scores",
        "Score against infeasibility",
        "The matched filter's scores of the selected endmember, and how infeasible they are: draw around "
        "high scores that little speaks against, and they are a region",
        lambda _: cmd.ShowScores(),
        "Ctrl+Alt+I",
        has_scores,
    ),
)
