"""The menu File."""

# ruff: noqa: E501 - one entry a line reads best

from __future__ import annotations

from hsunmix.gui import commands as i
from hsunmix.gui.state.action import Action, has_result, opened
from hsunmix.gui.state.workbench import Workbench

TITLE = "&File"
ORDER = 10


def has_choices(bench: Workbench) -> bool:
    """The file of the cube may be read in another way."""
    cube = bench.document.cube
    return cube is not None and cube.layout.choices


ACTIONS = (
    Action("open", "&Open…", "Open a cube or a session", lambda _: i.Open(), "Ctrl+O", icon="open"),
    Action("sample", "Open the sample cube", "A small scene with known materials", lambda _: i.OpenSample()),
    Action("layout", "Open &differently…", "Another dataset of the file, other axes, the scene on its map", lambda _: i.ChooseLayout(), when=has_choices),
    Action("save", "&Save session", "Save the work on this cube", lambda _: i.Save(), "Ctrl+S", opened, "save", line=True),
    Action("saveAs", "Save session &as…", "Save the work under another name", lambda _: i.Save(True), "Ctrl+Shift+S", opened),
    Action("export", "&Export…", "Write maps, spectra and the record of the run", lambda _: i.Export(), "Ctrl+E", has_result, "export"),
    Action("quit", "&Quit", "Close the window", lambda _: i.Quit(), "Ctrl+Q", line=True),
)  # fmt: skip
