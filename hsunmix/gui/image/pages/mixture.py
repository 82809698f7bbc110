"""All endmembers at once: every pixel in the colours of what it is made of."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QCheckBox, QHBoxLayout

from hsunmix.gui.commands import ShowLargest
from hsunmix.gui.image.drawing import Drawing, Pane, Scale
from hsunmix.gui.image.pages._controls import PageControls
from hsunmix.gui.image.pages._maps import all_shares, has_result
from hsunmix.gui.image.state import ImageState
from hsunmix.gui.state.view_state import ViewState
from hsunmix.gui.widgets.panel import named
from hsunmix.model.maps import leading
from hsunmix.session.document import Document

TITLE = "Mixture"
TIP = "Every pixel in the colours of its endmembers, mixed by their abundances"
ORDER = 40
SHORTCUT = "Ctrl+5"

BLOCK = 1 << 18  # pixels at a time
MOST_CLASSES = 255  # endmembers that a table of colours has room for
NAMED = 3  # abundances that are named at the cursor

available = has_result
numbers = all_shares


def depends(document: Document, state: ViewState) -> tuple[object, ...]:
    """What the drawing is made of."""
    return (
        document.unmixing,
        tuple((e.name, e.colour, e.visible) for e in document.endmembers),
        state[ImageState].largest,
    )


def draw(document: Document, state: ViewState, most: int) -> Drawing:
    """Mix the colours of the endmembers that are shown, or show the one of the largest fraction."""
    result = document.unmixing
    assert result is not None  # the page is available
    lines, samples = result.abundances.shape[1:]
    step = max(1, int(np.ceil(np.sqrt(lines * samples / most))))
    members = [(k, e) for k, e in enumerate(document.endmembers) if e.visible]
    shares = result.abundances[[k for k, _ in members]][:, ::step, ::step]
    inks = np.array([[int(e.colour[n : n + 2], 16) for n in (1, 3, 5)] for _, e in members], np.float32)
    hidden = len(document.endmembers) - len(members)
    left_out = f" · {hidden} hidden" if hidden else ""
    table = ",".join(e.colour for _, e in members)
    names = tuple(e.name for _, e in members)
    told_apart = 0 < len(members) <= MOST_CLASSES
    legend = (Scale(table, 0, len(members), "Endmembers", names),) if told_apart else ()
    if state[ImageState].largest and told_apart:
        caption = f"The endmember of the largest fraction{left_out}"
        return Drawing((lines, samples), (Pane(largest(shares), table),), caption, legend)
    caption = f"Colours of the endmembers, mixed by their abundances{left_out}"
    return Drawing((lines, samples), (Pane(mixed(shares, inks)),), caption, legend)


def largest(shares: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return which of the shares is largest, from 1 on; 0 where they are not known, or none is above zero."""
    return (leading(shares) + 1).astype(np.uint8)


def mixed(shares: NDArray[np.float32], inks: NDArray[Any]) -> NDArray[np.uint8]:
    """Mix colours.

    Parameters
    ----------
    shares : array, (r, rows, columns)
        Weights; below zero counts as none, and where they sum to more than one they are brought to it.
    inks : array, (r, 3)
        0 … 255.

    Returns
    -------
    array of uint8, (rows, columns, 4)
        Black where nothing is, transparent where shares are not known.
    """
    count, rows, columns = shares.shape
    rgba = np.zeros((rows, columns, 4), dtype=np.uint8)
    if not count:
        return rgba
    block = max(1, BLOCK // columns)
    for first in range(0, rows, block):
        part = shares[:, first : first + block].reshape(count, -1)
        weights = np.maximum(part, 0)  # NaN stays
        weights /= np.maximum(weights.sum(axis=0), 1)
        known = np.isfinite(weights).all(axis=0)
        colours = np.where(known, inks.T.astype(np.float32) @ weights, 0)
        target = rgba[first : first + block].reshape(-1, 4)
        target[:, :3] = np.clip(colours.T + 0.5, 0, 255).astype(np.uint8)
        target[:, 3] = np.where(known, 255, 0)
    return rgba


def value(document: Document, state: ViewState) -> str:
    """Name the largest abundances at the cursor."""
    result, cursor = document.unmixing, state.cursor
    if result is None or cursor is None:
        return ""
    shares = result.abundances[:, cursor.line, cursor.sample]
    if not np.isfinite(shares).all():
        return "not used"
    largest = np.argsort(-shares, kind="stable")[:NAMED]
    return "  ".join(f"{document.endmembers[k].name} {shares[k]:.2f}" for k in largest)


class Controls(PageControls):
    """Whether only the largest fraction is shown."""

    def __init__(self) -> None:
        super().__init__("mixtureControls", "What the mixture shows")
        self.largest = named(QCheckBox("Largest fraction only"), "mixtureLargest", "Largest fraction only")
        self.largest.setToolTip("A class map: every pixel in the colour of its main endmember")
        self.largest.clicked.connect(lambda shown: self.command.emit(ShowLargest(shown)))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.largest)

    def present(self, document: Document, state: ViewState) -> None:
        """Show what is chosen."""
        self.largest.setEnabled(sum(e.visible for e in document.endmembers) <= MOST_CLASSES)
        self.largest.setChecked(state[ImageState].largest)
