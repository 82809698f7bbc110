"""Regions being drawn: what the mouse and the keys do to them. No Qt."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from hsunmix.model.region import runs_of

__all__ = ["BrushTool", "PolygonTool", "RectangleTool", "ShapeTool", "shape_tool_for"]

LARGEST_BRUSH = 200

Place = tuple[float, float]  # line, sample


class ShapeTool(Protocol):
    """A region being drawn.

    Attributes
    ----------
    kind : str
    finished : bool
        It is a region now.
    vertices : tuple of (float, float)
        (line, sample), as far as they are there: of the region when it is finished.
    """

    kind: str
    finished: bool

    @property
    def vertices(self) -> tuple[Place, ...]:
        """The corners, as far as they are there."""

    def press(self, line: float, sample: float, erase: bool = False) -> None:
        """The button goes down."""

    def move(self, line: float, sample: float) -> None:
        """The mouse moves, with or without the button."""

    def release(self, line: float, sample: float) -> None:
        """The button goes up."""

    def close(self) -> None:
        """It is to be finished as it is, if it can be."""

    def back(self) -> bool:
        """Take the last step back; False when there is none."""


class RectangleTool:
    """Whole pixels between two corners: dragged, or by two clicks."""

    kind = "rectangle"

    def __init__(self) -> None:
        self.finished = False
        self._first: Place | None = None
        self._last: Place | None = None
        self._dragged = False

    @property
    def vertices(self) -> tuple[Place, ...]:
        """The corners, as far as they are there."""
        if self._first is None or self._last is None:
            return ()
        lines, samples = zip(self._first, self._last, strict=True)
        low = (float(np.floor(min(lines))), float(np.floor(min(samples))))
        return low, (float(np.floor(max(lines)) + 1), float(np.floor(max(samples)) + 1))

    def press(self, line: float, sample: float, erase: bool = False) -> None:  # noqa: ARG002
        """The button goes down."""
        if self._first is None:
            self._first = self._last = (line, sample)
        else:
            self._last, self.finished = (line, sample), True

    def move(self, line: float, sample: float) -> None:
        """The mouse moves."""
        if self._first is not None:
            self._last = (line, sample)

    def release(self, line: float, sample: float) -> None:
        """A drag ends it; a click that stayed in its pixel waits for the second."""
        if self._first is not None and _pixel((line, sample)) != _pixel(self._first):
            self._last, self.finished = (line, sample), True

    def close(self) -> None:
        """Finish it, if that can be."""
        self.finished = self._first is not None

    def back(self) -> bool:
        """Take the last step back."""
        there = self._first is not None
        self._first = self._last = None
        return there


class PolygonTool:
    """Corners by clicks; a double click, or one on the first corner, closes it."""

    kind = "polygon"

    def __init__(self) -> None:
        self.finished = False
        self._corners: list[Place] = []
        self._next: Place | None = None

    @property
    def vertices(self) -> tuple[Place, ...]:
        """The corners, as far as they are there."""
        corners = tuple(self._corners)
        return corners if self.finished or self._next is None or not corners else (*corners, self._next)

    def press(self, line: float, sample: float, erase: bool = False) -> None:  # noqa: ARG002
        """The button goes down."""
        if len(self._corners) >= 3 and _pixel((line, sample)) == _pixel(self._corners[0]):
            self.close()
        elif not self._corners or self._corners[-1] != (line, sample):
            self._corners.append((line, sample))

    def move(self, line: float, sample: float) -> None:
        """The mouse moves."""
        self._next = (line, sample)

    def release(self, line: float, sample: float) -> None:
        """Nothing: corners come when the button goes down."""

    def close(self) -> None:
        """Finish it, if that can be."""
        self.finished = len(self._corners) >= 3

    def back(self) -> bool:
        """Take the last step back."""
        if self._corners:
            self._corners.pop()
            return True
        return False


class BrushTool:
    """Painted pixels of one stroke, within a scene of a shape.

    Attributes
    ----------
    painted : array of bool, (lines, samples)
    erase : bool
        The stroke takes away rather than adds.
    radius : float
        In pixels; a radius of 0.5 paints one pixel.
    """

    kind = "brush"

    def __init__(self, shape: tuple[int, int], radius: float) -> None:
        self.finished = False
        self.radius = radius
        self.erase = False
        self.painted = np.zeros(shape, dtype=bool)
        self._last: Place | None = None
        self.at: Place | None = None

    @property
    def vertices(self) -> tuple[Place, ...]:
        """The corners, as far as they are there."""
        return ()

    @property
    def runs(self) -> NDArray[np.int32]:
        """The painted pixels, as a region keeps them."""
        return runs_of(self.painted)

    def press(self, line: float, sample: float, erase: bool = False) -> None:
        """The button goes down."""
        self.erase, self._last = erase, (line, sample)
        self._stamp(line, sample)

    def move(self, line: float, sample: float) -> None:
        """The mouse moves."""
        self.at = (line, sample)
        if self._last is None:
            return
        last = np.array(self._last)
        way = np.array([line, sample]) - last
        steps = int(np.ceil(np.hypot(*way) / max(self.radius / 2, 0.5)))
        for k in range(1, steps + 1):
            self._stamp(*(last + way * (k / steps)))
        self._last = (line, sample)

    def release(self, line: float, sample: float) -> None:
        """The button goes up."""
        self.move(line, sample)
        self._last, self.finished = None, bool(self.painted.any())

    def close(self) -> None:
        """Finish it, if that can be."""
        self.finished = bool(self.painted.any())

    def back(self) -> bool:
        """Take the last step back."""
        there = bool(self.painted.any())
        self.painted[:] = False
        self._last = None
        return there

    def resize(self, factor: float) -> None:
        """Take a thicker or thinner brush."""
        self.radius = min(max(round(2 * self.radius * factor) / 2, 0.5), LARGEST_BRUSH)

    def _stamp(self, line: float, sample: float) -> None:
        """Paint the pixels whose centres are within the radius, and the one that is hit."""
        reach = int(np.ceil(self.radius))
        row, column = _pixel((line, sample))
        top, left = max(row - reach, 0), max(column - reach, 0)
        part = self.painted[top : max(row + reach + 1, 0), left : max(column + reach + 1, 0)]
        y = np.arange(part.shape[0])[:, None] + top + 0.5 - line
        x = np.arange(part.shape[1])[None, :] + left + 0.5 - sample
        part |= y * y + x * x <= self.radius**2
        if 0 <= row < self.painted.shape[0] and 0 <= column < self.painted.shape[1]:
            self.painted[row, column] = True


def shape_tool_for(tool: str, shape: tuple[int, int], radius: float) -> ShapeTool | None:
    """Return an empty shape_tool for a tool; None where the tool draws nothing."""
    if tool == "rectangle":
        return RectangleTool()
    if tool == "polygon":
        return PolygonTool()
    return BrushTool(shape, radius) if tool == "brush" else None


def _pixel(place: Place) -> tuple[int, int]:
    return int(np.floor(place[0])), int(np.floor(place[1]))
