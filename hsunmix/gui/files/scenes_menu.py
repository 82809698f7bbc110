"""The menu Scenes."""

# ruff: noqa: E501 - one entry a line reads best

from __future__ import annotations

from hsunmix.gui import commands as cmd
from hsunmix.gui.files.state import FilesState
from hsunmix.gui.state.action import Action, opened
from hsunmix.gui.state.store import Store

MENU = "S&cenes"
ORDER = 55


def several(store: Store) -> bool:
    """There is a list of scenes."""
    return bool(store.document.scenes)


def several_idle(store: Store) -> bool:
    """There is a list of scenes, and no unmixing runs."""
    return several(store) and store.state.unmixing is None


def any_result(store: Store) -> bool:
    """Some scene of the list has a result."""
    document = store.document
    return several(store) and any(
        one is not None for one in (document.unmixing, *(e.unmixing for e in document.scenes))
    )


ACTIONS = (
    Action("addScenes", "&Add scenes…", "Put more cubes into the list of scenes", lambda _: cmd.AddScenes(), when=opened),
    Action("nextScene", "&Next scene", "Show the next scene of the list", lambda _: cmd.ShowScene(step=1), "Ctrl+PgDown", several),
    Action("previousScene", "&Previous scene", "Show the scene before", lambda _: cmd.ShowScene(step=-1), "Ctrl+PgUp", several),
    Action("removeScene", "&Remove this scene", "Take the scene shown out of the list; its file stays", lambda b: cmd.RemoveScene(b.document.scene), when=several),
    Action("commonEndmembers", "&Common endmembers", "A scene that is shown takes over the endmembers of the one before", lambda b: cmd.ShareEndmembers(not b.state[FilesState].common), when=several, checked=lambda b: b.state[FilesState].common, line=True),
    Action("unmixAll", "&Unmix all", "Find one set of endmembers on the pixels of all scenes", lambda _: cmd.UnmixAll(), "Ctrl+Shift+U", several_idle, line=True),
    Action("exportAll", "&Export all…", "Write the products of every scene, and one report", lambda _: cmd.ExportAll(), when=any_result),
)  # fmt: skip
