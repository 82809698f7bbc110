"""Two scenes of the same ground: the maps of an endmember at two dates, and what has changed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel

from hsunmix.gui.commands import CompareScenes
from hsunmix.gui.files.state import FilesState
from hsunmix.gui.image.drawing import Drawing, Scale
from hsunmix.gui.image.pages import PageControls
from hsunmix.gui.image.pages._maps import DIFFERENCE, abundance_look, far, map_pane
from hsunmix.gui.state.view_state import ViewState
from hsunmix.gui.widgets.panel import named
from hsunmix.gui.widgets.quiet import QuietComboBox
from hsunmix.model.stack import elsewhere
from hsunmix.session.document import Document, SceneEntry

TITLE = "Change"
TIP = "An endmember in two scenes of the same ground, and the difference"
ORDER = 85
SHORTCUT = "Ctrl+Shift+D"
CORE = False

LABEL = "Change of abundance"


def others(document: Document) -> list[int]:
    """Return the scenes of the list that lie on the grid of the one shown and have its endmembers."""
    cube, result = document.cube, document.unmixing
    if cube is None or result is None:
        return []
    return [
        k
        for k, entry in enumerate(document.scenes)
        if k != document.scene and _fits(document, entry) and not elsewhere(cube, entry.place.cube or cube)
    ]


def _fits(document: Document, entry: SceneEntry) -> bool:
    result, cube = entry.unmixing, document.cube
    if result is None or entry.place.cube is None or cube is None:
        return False
    if entry.place.cube.shape[:2] != cube.shape[:2] or len(entry.endmembers) != len(document.endmembers):
        return False
    pairs = zip(entry.endmembers, document.endmembers, strict=True)
    return all(
        one.spectrum is other.spectrum or np.array_equal(one.spectrum, other.spectrum, equal_nan=True)
        for one, other in pairs
    )  # asked at every move of the mouse


def available(document: Document, _state: ViewState) -> bool:
    """There is another scene of the same ground."""
    return bool(others(document))


def depends(document: Document, state: ViewState) -> tuple[object, ...]:
    """What the drawing is made of."""
    other = _other(document, state)
    if other is None:
        return ()
    look = abundance_look(document)
    return document.unmixing, other.unmixing, document.view.endmember, _title(document), other.name, look


def draw(document: Document, state: ViewState, most: int) -> Drawing:
    """Paint both maps, and what this scene has more."""
    other = _other(document, state)
    assert other is not None  # the page is available
    (first, second), (table, levels) = _maps(document, other), abundance_look(document)
    ends = levels or (0.0, 1.0)
    here = document.scenes[document.scene].name
    panes = [
        map_pane(values, ends, most // 3, table, title)
        for values, title in ((first, other.name), (second, here))
    ]
    difference = second - first
    most_far = far(difference)
    words = f"{here} − {other.name}"
    panes.append(map_pane(difference, (-most_far, most_far), most // 3, DIFFERENCE, "Difference"))
    scales = (Scale(table, *ends, "Abundance"), Scale(DIFFERENCE, -most_far, most_far, LABEL))
    return Drawing(difference.shape, tuple(panes), f"{_title(document)}: {words}", scales, columns=3)


def numbers(document: Document, state: ViewState) -> list[tuple[str, NDArray[np.float32]]]:
    """Return both maps and the difference."""
    other = _other(document, state)
    if other is None:
        return []
    (first, second), title = _maps(document, other), _title(document)
    here = document.scenes[document.scene].name
    named_maps = ((other.name, first), (here, second), ("difference", second - first))
    return [(f"{title}, {name}", values) for name, values in named_maps]


def value(document: Document, state: ViewState) -> str:
    """Say both abundances at the cursor."""
    other, cursor = _other(document, state), state.cursor
    if other is None or cursor is None:
        return ""
    return "  →  ".join(f"{values[cursor.line, cursor.sample]:.3f}" for values in _maps(document, other))


def _other(document: Document, state: ViewState) -> SceneEntry | None:
    """Return the scene that is compared with: the chosen one, else the next that can be."""
    can = [document.scenes[k] for k in others(document)]
    chosen = [entry for entry in can if entry.name == state[FilesState].other]
    return next(iter(chosen or can), None)


def _title(document: Document) -> str:
    return document.endmembers[document.view.endmember].name


def _maps(document: Document, other: SceneEntry) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the other scene's map, and that of the one shown."""
    assert document.unmixing is not None
    assert other.unmixing is not None
    k = document.view.endmember
    first, second = (one.maps["abundance"].layer(k) for one in (other.unmixing, document.unmixing))
    return first, second


class Controls(PageControls):
    """A list of the scenes that can be compared with."""

    def __init__(self) -> None:
        super().__init__("changeControls", "Change")
        self._filled: tuple[str, ...] = ()
        label = named(QLabel("Compared with"), "changeAgainst", "Compared with")
        label.setProperty("role", "muted")
        self.box = named(QuietComboBox(), "changeScene", "Compared with")
        self.box.setToolTip("The scene that is subtracted")
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.box.activated.connect(lambda _: self.command.emit(CompareScenes(self.box.currentText())))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(label)
        layout.addWidget(self.box)

    def present(self, document: Document, state: ViewState) -> None:
        """Show what is compared."""
        names = tuple(document.scenes[k].name for k in others(document))
        if names != self._filled:
            self._filled = names
            self.box.clear()
            self.box.addItems(names)
        other = _other(document, state)
        if other is not None:
            self.box.setCurrentIndex(self.box.findText(other.name))
