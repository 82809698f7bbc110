"""Scores of a matched filter against their infeasibility: two axes of feature space."""

from __future__ import annotations

from hsunmix.gui import commands as cmd
from hsunmix.gui.state.store import Store
from hsunmix.methods.feature_space import Axis
from hsunmix.session.document import Document

__all__ = ["INFEASIBILITY", "Controller", "has_scores"]

INFEASIBILITY = "infeasibility"  # the map that mtmf makes beside its scores


def has_scores(store: Store) -> bool:
    """The result says how infeasible its scores are."""
    result = store.document.unmixing
    return result is not None and INFEASIBILITY in result.maps


class Controller:
    """Lays the pixels out along the scores of the selected endmember, and what speaks against them."""

    def __init__(self, store: Store) -> None:
        self.store = store
        store.handle(cmd.ShowScores, self.show)

    def changed(self, old: Document, new: Document) -> None:
        """Nothing to follow: feature space follows the result."""

    def show(self, _command: cmd.ShowScores) -> None:
        """Show them."""
        if has_scores(self.store):
            k = self.store.document.view.endmember
            axes = Axis("map", k, "abundance"), Axis("map", k, INFEASIBILITY)
            self.store.send(cmd.SetSpaceAxes(*axes))
            self.store.send(cmd.ShowTool("feature_space"))
