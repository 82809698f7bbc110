"""What a page of the image panel shows, made without Qt and so in any thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.gui.state.commands import Command

__all__ = ["Drawing", "Pane", "Scale", "Scaled"]


@dataclass(frozen=True, eq=False)
class Pane:
    """One picture of the scene.

    Attributes
    ----------
    values : array of uint8, (rows, columns) or (rows, columns, 4)
        Indices into the table, or RGBA. May have fewer rows and columns than the scene: then every
        ``step``-th pixel, the first included.
    table : str
        A table of ``images.colours``; empty for RGBA.
    title, colour : str
        Written over it, with a swatch of the colour; a picture without a title stands alone.
    chosen : Command or None
        What a click on the title asks for.
    """

    values: NDArray[np.uint8]
    table: str = ""
    title: str = ""
    colour: str = ""
    chosen: Command | None = None


@dataclass(frozen=True)
class Scale:
    """A colour bar: the table's colours from low to high, or those of classes with their names."""

    table: str
    low: float
    high: float
    label: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Scaled:
    """Numbers that are shown on one scale.

    Attributes
    ----------
    of : str
        Which kind of map, as ``MapLook.of``.
    label : str
        What they are, for who sees their histogram.
    values : array, (lines, samples)
    ends : callable
        Gives the values shown as the lowest and the highest colour, where they are not set by hand.
    table : str
        The usual colour table.
    """

    of: str
    label: str
    values: NDArray[Any]
    ends: Callable[[], tuple[float, float]]
    table: str


@dataclass(frozen=True, eq=False)
class Drawing:
    """All pictures of a page.

    Attributes
    ----------
    shape : tuple of 2 int
        (lines, samples) of the scene.
    panes : tuple of Pane
        None yet, where something is still being read.
    caption : str
    scales : tuple of Scale
    columns : int
        Of the grid; 0 means those that make the pictures largest.
    """

    shape: tuple[int, int]
    panes: tuple[Pane, ...]
    caption: str
    scales: tuple[Scale, ...] = ()
    columns: int = 0

    @property
    def subsampled(self) -> bool:
        """Whether pixels were left out."""
        return any(pane.values.shape[:2] != self.shape for pane in self.panes)
