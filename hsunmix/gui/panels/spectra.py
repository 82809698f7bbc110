"""Spectra: endmembers, the pixel under the cursor, pinned pixels; measured against modelled."""

from __future__ import annotations

import html

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout

from hsunmix.gui.icons import icon
from hsunmix.gui.intents import ClearPins
from hsunmix.gui.live import Live, PixelView
from hsunmix.gui.panel import Panel, heading, named
from hsunmix.gui.theme import LIGHT, Theme, pin_colour
from hsunmix.gui.widgets.spectrum_plot import Curve, SpectrumPlot
from hsunmix.model.spectra import colour
from hsunmix.session.document import Document

TITLE = "Spectra"
AREA = "bottom"
ORDER = 0


class View(Panel):
    """The spectra plot and a line about the pixel under the cursor."""

    def __init__(self) -> None:
        super().__init__("spectraPanel", TITLE)
        self.setProperty("role", "panel")
        self._document = Document()
        self._live = Live()
        self._theme = LIGHT
        self.plot = SpectrumPlot("spectraPlot", "Spectra", moving=("cursor",))
        self.readout = named(QLabel(), "spectraReadout", "Pixel under the cursor")
        self.readout.setTextFormat(Qt.TextFormat.RichText)
        self.key = named(QLabel("╌╌ measured   ── modelled"), "spectraKey", "Dashed measured, solid modelled")
        self.key.setProperty("role", "muted")
        self.clear_pins = named(QToolButton(), "clearPins", "Remove all pinned spectra")
        self.clear_pins.setToolTip("Remove all pinned spectra (Ctrl+Shift+P)")
        self.clear_pins.setIconSize(QSize(14, 14))
        self.clear_pins.clicked.connect(lambda: self.intent.emit(ClearPins()))
        top = QHBoxLayout()
        top.setContentsMargins(10, 6, 8, 0)
        top.setSpacing(14)
        top.addWidget(heading(TITLE, "spectraHeading"))
        top.addWidget(self.readout, 1)
        top.addWidget(self.key)
        top.addWidget(self.clear_pins)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 4)
        layout.setSpacing(2)
        layout.addLayout(top)
        layout.addWidget(self.plot, 1)
        self.setMinimumHeight(150)

    def render(self, old: Document, new: Document) -> None:  # type: ignore[override]
        """Redraw what changed."""
        self._document = new
        if new.cube is not old.cube or new.unmixing is not old.unmixing:
            self._set_axes(new)
        other = new.endmembers is not old.endmembers or new.view.endmember != old.view.endmember
        if other or new.cube is not old.cube:
            self._draw_endmembers()
        if new.pins != old.pins:
            self._draw_pins()
        if new.cube is not old.cube:
            self.plot.fit()
        self.clear_pins.setVisible(bool(new.pins))

    def follow(self, old: Live, new: Live) -> None:
        """Follow the cursor, the pins that were read, and the spectra of a run under way."""
        self._live = new
        if new.cursor is not old.cursor:
            self._draw_cursor()
        if new.pinned is not old.pinned:
            self._draw_pins()
        if new.running is not old.running:
            self._draw_endmembers()

    def dress(self, theme: Theme) -> None:
        """Colour the plot."""
        self._theme = theme
        self.plot.dress(theme)
        self.clear_pins.setIcon(icon("close", theme.muted))
        self._draw_pins()
        self._draw_cursor()

    def _set_axes(self, document: Document) -> None:
        cube, result = document.cube, document.unmixing
        if cube is None:
            return
        if cube.wavelengths is not None:
            self.plot.set_axes(cube.wavelengths, "Wavelength (nm)", "Value")
        else:
            self.plot.set_axes(np.arange(1.0, cube.bands + 1), "Band", "Value")
        used = cube.good_bands if result is None else result.used_bands
        self.plot.set_unused(~used)
        self._draw_endmembers()
        self._draw_pins()
        self._draw_cursor()

    def _draw_endmembers(self) -> None:
        task = self._live.running
        if task and task.step and task.step.endmembers is not None and self._document.cube is not None:
            so_far = task.step.endmembers.T
            if so_far.shape[1:] == (self._document.cube.bands,):
                curves = [Curve(values, colour(k), width=1.2) for k, values in enumerate(so_far)]
                self.plot.set_curves("endmembers", curves)
                return
        chosen = self._document.view.endmember
        curves = [
            Curve(e.spectrum, e.colour, width=2.6 if k == chosen else 1.7)
            for k, e in enumerate(self._document.endmembers)
            if e.visible
        ]
        self.plot.set_curves("endmembers", curves)

    def _draw_pins(self) -> None:
        curves: list[Curve] = []
        for k, pin in enumerate(self._document.pins):
            seen = self._live.pinned.get((pin.line, pin.sample))
            if seen is not None:
                curves += self._pair(seen, pin_colour(k), pin_colour(k))
        self.plot.set_curves("pins", curves, z=1)

    def _draw_cursor(self) -> None:
        cursor = self._live.cursor
        pair = self._pair(cursor, self._theme.text, self._theme.muted) if cursor else []
        self.plot.set_curves("cursor", pair, z=2)
        self.plot.set_passing("cursor", bool(self._document.endmembers or self._document.pins))
        self.readout.setText(self._describe(cursor) if cursor else self._hint())

    def _pair(self, seen: PixelView, ink: str, model_ink: str) -> list[Curve]:
        """Return the modelled curve and, over it, the measured one."""
        curves = []
        if seen.modelled is not None:
            curves.append(Curve(seen.modelled, model_ink, width=1.3))
        if seen.measured is not None:
            curves.append(Curve(seen.measured, ink, dashed=True, width=1.6))
        return curves

    def _hint(self) -> str:
        return "" if self._document.cube is None else "Point at a pixel to see its spectrum; click to pin it"

    def _describe(self, seen: PixelView) -> str:
        parts = [f"pixel {seen.line}, {seen.sample}"]
        if seen.abundances is not None and np.isfinite(seen.abundances).all():
            order = np.argsort(-seen.abundances)[:5]
            for k in order:
                if seen.abundances[k] >= 0.005 and k < len(self._document.endmembers):
                    member = self._document.endmembers[k]
                    parts.append(
                        f'<span style="color:{member.colour}">■</span> '
                        f"{html.escape(member.name)} {100 * seen.abundances[k]:.0f} %"
                    )
        return "&nbsp;&nbsp; ".join(parts)
