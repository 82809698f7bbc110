"""Vector layers in the menu Window."""

from __future__ import annotations

from hsunmix.gui import commands as cmd
from hsunmix.gui.state.action import Action, opened

MENU = "&Window"
ORDER = 72

ACTIONS = (
    Action(
        "addVectors",
        "Add a vector layer…",
        "Draw points, lines and polygons over the scene: GeoJSON, GeoPackage, shapefile",
        lambda _: cmd.AddVectors(),
        "Ctrl+Shift+V",
        opened,
        line=True,
    ),
    Action(
        "vectors",
        "Vector layers",
        "Show, hide, recolour and remove vector layers",
        lambda _: cmd.ShowTool("vectors"),
        "Ctrl+Alt+G",
        opened,
    ),
)
