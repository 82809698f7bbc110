"""The guided start: what to do next, where, and how one sees that it was done. No Qt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hsunmix.files import resource
from hsunmix.gui.state.view_state import ViewState
from hsunmix.methods import find
from hsunmix.session.document import Document
from hsunmix.session.runs import SOLVERS

__all__ = ["SAMPLE_FILE", "STEPS", "Step"]

SAMPLE_FILE = ("sample_cubes", "desert.hdr")


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes
    ----------
    title, text : str
    targets : tuple of str
        Names of the widgets that it points at; the first that is visible counts.
    done : callable
        Whether a document and a view state show that it was done.
    """

    title: str
    text: str
    targets: tuple[str, ...]
    done: Callable[[Document, ViewState], bool]


def _sample(document: Document, _state: ViewState) -> bool:
    return document.cube is not None and document.cube.path == resource(*SAMPLE_FILE)


def _pinned(document: Document, _state: ViewState) -> bool:
    return bool(document.pins)


def _unmixed(document: Document, _state: ViewState) -> bool:
    return document.unmixing is not None


def _one_map(document: Document, _state: ViewState) -> bool:
    return document.view.page == "map"


def _named(document: Document, _state: ViewState) -> bool:
    return any(not e.name.startswith("Endmember") for e in document.endmembers)


def _residual(document: Document, _state: ViewState) -> bool:
    return document.view.page == "residual"


def _edited(document: Document, _state: ViewState) -> bool:
    result = document.unmixing
    entry = find(result.method, *SOLVERS) if result is not None else None
    return entry is not None and entry.kind == "abundance" and not (result and result.provisional)


def _never(_document: Document, _state: ViewState) -> bool:
    return False


STEPS = (
    Step(
        "Open a scene",
        "We take the sample cube: a desert that was made of five known materials. Press the button, or "
        "choose File ▸ Open the sample cube.",
        ("openSample", "menuBar"),
        _sample,
    ),
    Step(
        "Look at a pixel",
        "Point at the image: below you see the spectrum of the pixel under the cursor. Click, and it stays.",
        ("sceneView", "imagePanel"),
        _pinned,
    ),
    Step(
        "Unmix",
        "Which materials are here, and how much of each lies in every pixel? Five is proposed. Press Unmix.",
        ("unmixButton",),
        _unmixed,
    ),
    Step(
        "One map for each material",
        "Yellow is where an endmember makes up the whole pixel. Click the title above a map to see it alone.",
        ("mapGrid", "imagePanel"),
        _one_map,
    ),
    Step(
        "Say what it is",
        "The table has one row for each endmember. Its spectrum and its likeness to the library help: "
        "double-click a name (or press F2) and type a name.",
        ("endmemberTable",),
        _named,
    ),
    Step(
        "Does it fit?",
        "Turn to Residual. Bright is where these endmembers explain the pixel badly: something is missing.",
        ("imageTabs",),
        _residual,
    ),
    Step(
        "Doubt it",
        "Select an endmember in the table and delete it (Ctrl+Del): the maps follow at once. Ctrl+Z takes "
        "it back, as it takes back anything.",
        ("endmemberTable",),
        _edited,
    ),
    Step(
        "Hand it on",
        "File ▸ Export writes maps for a GIS, spectra, a report. Save keeps everything in one session file. "
        "F1 opens the manual at what you are doing. That is all.",
        ("menuBar",),
        _never,
    ),
)
