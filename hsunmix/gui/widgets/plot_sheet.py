"""What a plot of spectra shows and which part of it: numbers only, no painting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QFontMetricsF

from hsunmix.gui.widgets.curves import Curve, Frame, Spread
from hsunmix.gui.widgets.plot_axes import lay_out
from hsunmix.model.band_ranges import runs

__all__ = ["RESIDUAL", "Sheet", "round_up"]

MARGIN = 0.04  # around all curves, of their height
RESIDUAL = "residual"  # the group that is drawn in the strip below
CLOSEST, FARTHEST = 1e-4, 1e2  # zoom, of the whole

Array = NDArray[np.float64]
Range = tuple[float, float, float, float]  # left, right, bottom, top


class Sheet:
    """Curves by groups over one axis of bands, and the part that is seen.

    Attributes
    ----------
    x : array, (bands,)
    labels : tuple of 3 str
        Along the bottom; left of the spectra; left of the residual.
    unused : array of bool, (bands,)
    curves : dict of str to tuple of Curve
        The first group lies lowest.
    spreads : tuple of Spread
    passing : set of str
        Groups that the whole doesn't reach for.
    residual : float or None
        Largest value of the residual's strip; None without one.
    """

    def __init__(self) -> None:
        self.x: Array = np.arange(1.0)
        self.labels = ("", "", "Residual")
        self.unused = np.zeros(1, dtype=bool)
        self.curves: dict[str, tuple[Curve, ...]] = {}
        self.spreads: tuple[Spread, ...] = ()
        self.passing: set[str] = set()
        self.residual: float | None = None
        self._range: Range | None = None  # None shows the whole
        self._whole: Range | None = None

    def set_axes(self, x: Array, x_label: str, y_label: str) -> None:
        """Set the positions of the bands; in another unit the same part stays in sight."""
        if len(x) != len(self.x):
            self.curves.clear()
            self.spreads = ()
            self.unused = np.zeros(len(x), dtype=bool)
            self._range = None
        elif self._range is not None and len(x) > 1 and self.x[-1] != self.x[0]:
            factor = (x[-1] - x[0]) / (self.x[-1] - self.x[0])
            left, right = (float(x[0] + factor * (edge - self.x[0])) for edge in self._range[:2])
            self._range = (left, right, *self._range[2:])
        self.x, self.labels = x, (x_label, y_label, self.labels[2])
        self.touch()

    def touch(self) -> None:
        """Curves changed: look at the whole again when it is asked for."""
        self._whole = None

    def fit(self) -> None:
        """Show the whole, and follow it."""
        self._range = None

    @property
    def whole_numbers(self) -> bool:
        """Whether the bands lie at whole numbers, as those do that have no wavelengths."""
        return np.array_equal(self.x, np.rint(self.x))

    @property
    def whole(self) -> Range:
        """What shows all curves but the passing ones."""
        if self._whole is None:
            self._whole = self._reach()
        return self._whole

    @property
    def shaded(self) -> list[tuple[float, float]]:
        """The intervals of bands that are not used."""
        half = np.abs(np.gradient(self.x)) / 2 if len(self.x) > 1 else np.ones(1)
        return [(float(self.x[a] - half[a]), float(self.x[b] + half[b])) for a, b in runs(self.unused)]

    def frames(self, width: float, height: float, metrics: QFontMetricsF) -> tuple[Frame, Frame | None]:
        """Return where the spectra are drawn in a widget, and where the residual."""
        layout = lay_out(width, height, metrics, self.residual is not None)
        left, right, bottom, top = self._range or self.whole
        frame = Frame(layout.main, left, right, bottom, top)
        if layout.strip is None or self.residual is None:
            return frame, None
        return frame, Frame(layout.strip, left, right, -self.residual, self.residual)

    def pan(self, frame: Frame, way: QPointF) -> None:
        """Move what is seen with the mouse."""
        across = way.x() * (frame.right - frame.left) / frame.rect.width()
        up = way.y() * (frame.top - frame.bottom) / frame.rect.height()
        left, right = frame.left - across, frame.right - across
        self._show(replace(frame, left=left, right=right, bottom=frame.bottom + up, top=frame.top + up))

    def zoom(self, frame: Frame, factor: float, about: QPointF) -> None:
        """Zoom about a position; beside the plot only along the axis that is there."""
        x, y = frame.value_at(about)
        across = factor if about.x() >= frame.rect.left() else 1.0
        up = factor if about.y() <= frame.rect.bottom() else 1.0
        left, right = (x + (edge - x) / across for edge in (frame.left, frame.right))
        bottom, top = (y + (edge - y) / up for edge in (frame.bottom, frame.top))
        self._show(replace(frame, left=left, right=right, bottom=bottom, top=top))

    def _show(self, frame: Frame) -> None:
        left, right, bottom, top = self.whole
        across, up = (frame.right - frame.left) / (right - left), (frame.top - frame.bottom) / (top - bottom)
        if CLOSEST < across < FARTHEST and CLOSEST < up < FARTHEST:
            self._range = (frame.left, frame.right, frame.bottom, frame.top)

    def _reach(self) -> Range:
        left, right = float(np.nanmin(self.x)), float(np.nanmax(self.x))
        edge = 0.01 * (right - left) or 0.5
        groups = (g for name, g in self.curves.items() if name not in self.passing and name != RESIDUAL)
        low, high = _extremes([curve.values for group in groups for curve in group])
        margin = MARGIN * (high - low) or 0.5
        return left - edge, right + edge, low - margin, high + margin


def round_up(value: float) -> float:
    """Return the next larger of 1, 2 and 4 times a power of ten: halves of these are round as well."""
    if not (np.isfinite(value) and value > 0):
        return 1.0
    power = 10.0 ** np.floor(np.log10(value))
    return float(next(m * power for m in (1, 2, 4, 10) if m * power >= 0.999 * value))


def _extremes(curves: Sequence[NDArray[np.floating]]) -> tuple[float, float]:
    finite = [values[np.isfinite(values)] for values in curves]
    some = [values for values in finite if len(values)]
    if not some:
        return 0.0, 1.0
    return min(float(v.min()) for v in some), max(float(v.max()) for v in some)
