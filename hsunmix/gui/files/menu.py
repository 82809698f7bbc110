"""The menu File."""

# ruff: noqa: E501 - one entry a line reads best

from __future__ import annotations

from hsunmix.gui import commands as cmd
from hsunmix.gui.state.action import Action, has_result, opened
from hsunmix.gui.state.store import Store

MENU = "&File"
ORDER = 10


def in_a_file(store: Store) -> bool:
    """A single cube is open that can be opened again."""
    cube = store.document.cube
    return cube is not None and cube.path is not None and not store.document.scenes


def has_choices(store: Store) -> bool:
    """The file of the cube may be read in another way."""
    cube = store.document.cube
    return cube is not None and cube.layout.choices


ACTIONS = (
    Action("open", "&Open…", "Open a cube or a session", lambda _: cmd.Open(), "Ctrl+O", icon="open"),
    Action("newWindow", "&New window", "Another window, for another scene", lambda _: cmd.NewWindow(), "Ctrl+N"),
    Action("sample", "Open the sample cube", "A small scene with known materials", lambda _: cmd.OpenSample()),
    Action("layout", "Open with o&ptions…", "Another dataset of the file, other axes, the scene on its map", lambda _: cmd.ChooseLayout(), when=has_choices),
    Action("wavelengths", "&Wavelengths…", "Give the bands wavelengths: from a file, or in equal steps", lambda _: cmd.ChooseWavelengths(), when=in_a_file),
    Action("information", "File &information", "Everything that the file says of itself", lambda _: cmd.ShowTool("information"), "Alt+Return", opened),
    Action("close", "&Close", "Close the cube or the scenes, and show the first page", lambda _: cmd.CloseFile(), "Ctrl+W", opened),
    Action("save", "&Save session", "Save the work on this cube", lambda _: cmd.Save(), "Ctrl+S", opened, "save", line=True),
    Action("saveAs", "Save session &as…", "Save the work under another name", lambda _: cmd.Save(True), "Ctrl+Shift+S", opened),
    Action("export", "&Export…", "Write maps, spectra and the record of the run", lambda _: cmd.Export(), "Ctrl+E", has_result, "export"),
    Action("quit", "&Quit", "Close the window", lambda _: cmd.Quit(), "Ctrl+Q", line=True),
)  # fmt: skip
