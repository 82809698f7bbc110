"""Feature space in the menu Window."""

from __future__ import annotations

from hsunmix.gui import commands as cmd
from hsunmix.gui.state.action import Action, opened

MENU = "&Window"
ORDER = 71

ACTIONS = (
    Action(
        "featureSpace",
        "Feature space",
        "The pixels along two components, bands or maps, with the endmembers as corners",
        lambda _: cmd.ShowTool("feature_space"),
        "Ctrl+Alt+F",
        opened,
        "curve",
        line=True,
    ),
)
