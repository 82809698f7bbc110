"""Continuum removal in the menu View."""

from __future__ import annotations

from hsunmix.gui import commands as cmd
from hsunmix.gui.spectra.state import SpectraState
from hsunmix.gui.state.action import Action, opened

MENU = "&View"
ORDER = 31

ACTIONS = (
    Action(
        "continuum",
        "Spectra &free of their continuum",
        "Divide the spectra of the plot by their hull from above: only absorptions are left",
        lambda b: cmd.RemoveContinuum(not b.state[SpectraState].continuum),
        "Ctrl+Alt+U",
        opened,
        checked=lambda b: b.state[SpectraState].continuum,
    ),
)
