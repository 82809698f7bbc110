"""Where the constraints hide that a pixel needs something the endmembers don't offer."""

from __future__ import annotations

from hsunmix.gui.endmembers.state import EndmembersState
from hsunmix.gui.image.drawing import Drawing, Scaled
from hsunmix.gui.image.pages._maps import has_result, on_scale
from hsunmix.gui.state.view_state import ViewState
from hsunmix.gui.widgets.colour_bar import limits
from hsunmix.session.document import Document

TITLE = "Constraints"
TIP = "Where fractions would be negative, or their sum far from one, if nothing were constrained"
ORDER = 60
SHORTCUT = "Ctrl+7"

COLOURS = "inferno"

available = has_result


def scaled(_document: Document, state: ViewState) -> Scaled | None:
    """Return how far the constraints are violated."""
    checked = state[EndmembersState].checked
    if checked is None:
        return None
    label = "Fraction below zero" + (", or sum away from one" if checked.check.sum_to_one else "")
    overstep = checked.check.overstep

    def ends() -> tuple[float, float]:
        return 0.0, max(limits(overstep, 99.9)[1], 0.1)

    return Scaled("constraints", f"{label}, unconstrained", overstep, ends, COLOURS)


def depends(document: Document, state: ViewState) -> tuple[object, ...]:
    """What the drawing is made of."""
    return document.cube, state[EndmembersState].checked, document.view.look("constraints")


def draw(document: Document, state: ViewState, most: int) -> Drawing:
    """Paint how far the constraints are violated."""
    cube, checked, shown = document.cube, state[EndmembersState].checked, scaled(document, state)
    if checked is None or shown is None:
        shape = cube.shape[:2] if cube is not None else (0, 0)
        return Drawing(shape, (), "The unconstrained solution is being computed…")
    return on_scale(document, shown, most, checked.check.sentence)


def value(_document: Document, state: ViewState) -> str:
    """Say by how much a constraint is violated at the cursor."""
    cursor, checked = state.cursor, state[EndmembersState].checked
    if cursor is None or checked is None:
        return ""
    by = float(checked.check.overstep[cursor.line, cursor.sample])
    return "no violation" if by < 0.0005 else f"violation {by:.3f}"
