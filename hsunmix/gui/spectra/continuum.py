"""The plot of spectra, which can divide them by their continuum: only absorptions are left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import InputError
from hsunmix.gui.widgets.curves import Curve, Spread
from hsunmix.gui.widgets.spectrum_plot import RESIDUAL, SpectrumPlot
from hsunmix.model.continuum import continuum_removed

__all__ = ["ContinuumPlot"]

LABEL = "Continuum removed"


class ContinuumPlot(SpectrumPlot):
    """Draws what it is given as it is, or divided by its hull from above; a residual stays what it is."""

    def __init__(self, name: str, title: str, moving: Sequence[str] = ()) -> None:
        super().__init__(name, title, moving)
        self.removed = False
        self._given: dict[str, Sequence[Curve]] = {}
        self._given_spreads: Sequence[Spread] = ()
        self._axes: tuple[NDArray[np.float64], str, str] | None = None

    def remove_continuum(self, removed: bool) -> None:
        """Divide spectra by their continuum, or no longer."""
        if removed == self.removed:
            return
        self.removed = removed
        if self._axes is not None:
            self.set_axes(*self._axes)
        for group, curves in self._given.items():
            self.set_curves(group, curves)
        self.set_spreads(self._given_spreads)
        self.fit()

    def set_axes(self, x: NDArray[np.float64], x_label: str, y_label: str) -> None:
        """Set the positions of the bands and what the axes are called."""
        self._axes = x, x_label, y_label
        super().set_axes(x, x_label, LABEL if self.removed else y_label)

    def set_curves(self, group: str, curves: Sequence[Curve]) -> None:
        """Draw the curves of a group in place of those it had."""
        self._given[group] = curves
        super().set_curves(group, self._without(curves) if self.removed and group != RESIDUAL else curves)

    def set_spreads(self, spreads: Sequence[Spread]) -> None:
        """Fill bands between curves; the hull of a spread would mean nothing."""
        self._given_spreads = spreads
        super().set_spreads(() if self.removed else spreads)

    def _without(self, curves: Sequence[Curve]) -> list[Curve]:
        """Return the curves divided by their continuum; nothing is left of those that have none."""
        place = None if self._axes is None else self._axes[0]
        found = []
        for curve in curves:
            values = np.asarray(curve.values, dtype=np.float64)
            own = place if place is not None and len(place) == len(values) else None
            try:
                divided = continuum_removed(values[None], own)[0]
            except InputError:  # two bands at one wavelength: in their order, then
                divided = continuum_removed(values[None])[0]
            found.append(replace(curve, values=divided))
        return found
