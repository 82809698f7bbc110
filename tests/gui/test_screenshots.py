"""The manual's pictures show the window as it is.

Pixels differ from computer to computer, so what is compared is what was to be seen when a picture was
made: its names are written into it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from hsunmix.exports import ExportJob
from hsunmix.gui import commands as cmd
from hsunmix.gui.app.main_window import MainWindow
from hsunmix.gui.endmembers.state import EndmembersState
from hsunmix.gui.files.export_dialog import ExportDialog
from hsunmix.gui.help.manual import folder
from hsunmix.gui.image.state import ImageState
from tests.gui.screenshots import MANUAL, WIDGETS, fingerprint, idle

Wait = Callable[[Callable[[], bool]], None]
AGAIN = "the window looks otherwise now: python -m tests.gui.screenshots --manual"


def seen_on(name: str) -> str:
    image = QImage(str(folder() / "images" / MANUAL[name]))
    assert not image.isNull(), MANUAL[name]
    return image.text(WIDGETS)


def check(name: str, widget: QWidget) -> None:
    before, now = set(seen_on(name).split()), set(fingerprint(widget).split())
    assert not before ^ now, f"{MANUAL[name]}: {sorted(before ^ now)}; {AGAIN}"


def test_pictures_of_the_window(window: MainWindow, wait: Wait, tmp_path: Path):
    store = window.store
    store.send(cmd.OpenSample(unmix=True))
    wait(lambda: store.document.unmixing is not None and not store.state.tasks)
    wait(lambda: store.state[EndmembersState].checked is not None)  # the line below the table is there
    store.send(cmd.Pin(30, 62))
    store.send(cmd.ShowPage("map"))
    store.send(cmd.Hover(60, 44))
    wait(
        lambda: (
            store.state[ImageState].shown is not None
            and store.state[ImageState].shown.page == "map"
            and idle(window)
        )
    )
    check("map", window)
    store.send(cmd.ShowTool("how_many", "sweep"))
    check("howMany", window.tools.windows["how_many"])
    document = store.document
    job = ExportJob(document.unmixing, document.endmembers, document.cube)
    dialog = ExportDialog(window, str(tmp_path), ("csv",), job)
    dialog.show()
    check("exportDialog", dialog)
    dialog.reject()
    dialog.deleteLater()


@pytest.mark.parametrize("name", MANUAL)
def test_every_picture_is_used(name: str):
    assert seen_on(name), AGAIN
    texts = [path.read_text(encoding="utf-8") for path in folder().glob("*.md")]
    assert any(f"images/{MANUAL[name]}" in text for text in texts), f"no page shows {MANUAL[name]}"
