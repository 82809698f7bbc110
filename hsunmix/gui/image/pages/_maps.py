"""What the pages of maps share."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hsunmix.gui.image.drawing import Drawing, Pane, Scale, Scaled
from hsunmix.gui.image.images import SAMPLE, paint, thin
from hsunmix.gui.image.state import ABUNDANCE
from hsunmix.gui.state.commands import Command
from hsunmix.gui.state.view_state import ViewState
from hsunmix.model.unmixing import Unmixing
from hsunmix.session.document import Document

__all__ = [
    "ABUNDANCES",
    "DIFFERENCE",
    "TABLES",
    "abundance_look",
    "abundance_range",
    "all_shares",
    "far",
    "has_result",
    "map_pane",
    "on_scale",
    "scaled_abundances",
    "shown_on",
    "shown_share",
]

DIFFERENCE = "CET-D1"  # blue, white, red
ABUNDANCES = "abundance"  # in ``MapLook.of``
TABLES = {
    ABUNDANCE: "Viridis",
    "cividis": "Cividis",
    "inferno": "Inferno",
    "magma": "Magma",
    "plasma": "Plasma",
    "CET-L1": "Grey",
    "CET-L8": "Blue to yellow",
}
MIN_DIFFERENCE = 0.02  # a smaller difference is not blown up to full colour


def has_result(document: Document, _state: ViewState) -> bool:
    """There is a result."""
    return document.unmixing is not None


def abundance_range(result: Unmixing, percentiles: tuple[float, float] | None) -> tuple[float, float]:
    """Return the abundances shown as the lowest and the highest colour, the same for all maps.

    Parameters
    ----------
    result : Unmixing
    percentiles : tuple of 2 float, or None
        Of all maps together; None means 0 to 1.
    """
    if percentiles is None:
        return 0.0, 1.0
    step = max(1, int(np.ceil(np.sqrt(result.abundances.size / (4 * SAMPLE)))))
    sample = result.abundances[:, ::step, ::step]
    sample = sample[np.isfinite(sample)]
    if not sample.size:
        return 0.0, 1.0
    low, high = np.percentile(sample, percentiles)
    return (float(low), float(high)) if high > low else (float(low), float(low) + 1.0)


def abundance_look(document: Document) -> tuple[str, tuple[float, float] | None]:
    """Return the colour table of abundance maps, and the levels that were set by hand."""
    look = document.view.look(ABUNDANCES)
    return known_table(look.table, ABUNDANCE), look.levels


def scaled_abundances(document: Document, _state: ViewState) -> Scaled | None:
    """Return the abundances of the selected endmember, on the scale of all."""
    result, k = document.unmixing, min(document.view.endmember, len(document.endmembers) - 1)
    if result is None or k not in range(result.rank):
        return None
    stretch = document.view.map_stretch
    label = f"Abundance of {document.endmembers[k].name}"
    return Scaled(
        ABUNDANCES, label, result.abundances[k], lambda: abundance_range(result, stretch), ABUNDANCE
    )


def shown_on(document: Document, shown: Scaled) -> tuple[str, float, float]:
    """Return the colour table, and the values shown as the lowest and the highest colour."""
    look = document.view.look(shown.of)
    return known_table(look.table, shown.table), *(look.levels or shown.ends())


def on_scale(document: Document, shown: Scaled, most: int, caption: str = "") -> Drawing:
    """Paint numbers on their scale; the caption is their label unless another is given."""
    table, low, high = shown_on(document, shown)
    pane = map_pane(shown.values, (low, high), most, table)
    lines, samples = shown.values.shape
    scale = Scale(table, low, high, shown.label)
    return Drawing((lines, samples), (pane,), caption or shown.label, (scale,))


def known_table(table: str, usual: str) -> str:
    """Return a colour table; the usual one where a session has one that is not known."""
    return table if table in TABLES else usual


def map_pane(
    values: NDArray[np.float32],
    scale: tuple[float, float],
    most: int,
    table: str,
    title: str = "",
    colour: str = "",
    chosen: Command | None = None,
) -> Pane:
    """Paint a map, (lines, samples), with at most about ``most`` pixels."""
    few, _ = thin(values, most)
    return Pane(paint(few, *scale), table, title, colour, chosen)


def all_shares(document: Document, _state: ViewState) -> list[tuple[str, NDArray[np.float32]]]:
    """Return every abundance map with its name."""
    result, members = document.unmixing, document.endmembers
    maps = () if result is None else result.abundances
    return [(member.name, values) for member, values in zip(members, maps, strict=False)]


def shown_share(document: Document, state: ViewState) -> str:
    """Say the abundance of the selected endmember at the cursor."""
    result, cursor, index = document.unmixing, state.cursor, document.view.endmember
    if result is None or cursor is None or index >= len(document.endmembers):
        return ""
    share = result.abundances[index, cursor.line, cursor.sample]
    name = document.endmembers[index].name
    return f"{name} {share:.3f}" if np.isfinite(share) else "not used"


def far(difference: NDArray[np.float32]) -> float:
    """Return how far the differences go, but for the odd one in a hundred."""
    step = max(1, int(np.ceil(np.sqrt(difference.size / SAMPLE))))
    sample = np.abs(difference[::step, ::step])
    sample = sample[np.isfinite(sample)]
    return max(float(np.percentile(sample, 99)), MIN_DIFFERENCE) if sample.size else 1.0
