"""Cubes made of a cube, in the menu Unmix."""

from __future__ import annotations

from hsunmix.gui import commands as cmd
from hsunmix.gui.state.action import Action, opened

MENU = "&Unmix"
ORDER = 51

ACTIONS = (
    Action(
        "components",
        "Write noise adjusted components (&MNF)…",
        "Write the components that stand out from the noise to a file",
        lambda _: cmd.WriteComponents(),
        when=opened,
        line=True,
    ),
    Action(
        "denoise",
        "Write the cube &without noise (MNF)…",
        "Write the cube made of the components that stand out from the noise",
        lambda _: cmd.WriteComponents(denoised=True),
        when=opened,
    ),
    Action(
        "fuse",
        "&Fuse with a finer cube…",
        "Write this cube with the pixels of a finer one of the same ground",
        lambda _: cmd.FuseCubes(),
        when=opened,
    ),
)
