"""Spectra: endmembers, regions, the pixel under the cursor, pinned pixels; measured against modelled."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout

from hsunmix.gui.commands import ClearPins, PaintBands, SelectRegion, SetUnit, ShowEndmember
from hsunmix.gui.endmembers.state import EndmembersState
from hsunmix.gui.library.state import LibraryState
from hsunmix.gui.regions.state import RegionsState
from hsunmix.gui.spectra.abundance_bars import AbundanceBars, Share
from hsunmix.gui.spectra.continuum import ContinuumPlot
from hsunmix.gui.spectra.state import SpectraState
from hsunmix.gui.state.view_state import PixelView, ViewState
from hsunmix.gui.widgets.colour_bar import limits
from hsunmix.gui.widgets.curves import DASHED, DOTTED
from hsunmix.gui.widgets.elided import ElidedLabel
from hsunmix.gui.widgets.icons import icon
from hsunmix.gui.widgets.panel import Panel, heading, named
from hsunmix.gui.widgets.plot_sheet import round_up
from hsunmix.gui.widgets.spectrum_plot import RESIDUAL, Curve, Spread
from hsunmix.gui.widgets.theme import LIGHT, Theme, pin_colour
from hsunmix.model.quantity import label_of
from hsunmix.model.spectra import colour
from hsunmix.model.uncertainty import deviates
from hsunmix.model.wording import quantity
from hsunmix.session.document import Document

TITLE = "Spectra"
AREA = "bottom"
ORDER = 0

LONGEST = "pinned pixel 0000, 0000 · RMSE 0.00000"
KEY = "╌╌ measured   ── modelled"


class View(Panel):
    """The spectra plot, a line about the pixel under the cursor, and its abundances."""

    def __init__(self) -> None:
        super().__init__("spectraPanel", TITLE)
        self.setProperty("role", "panel")
        self._document = Document()
        self._state = ViewState()
        self._theme = LIGHT
        self._usual: float | None = None  # residual that is no news
        self._drawn: dict[str, list[int]] = {}  # which endmembers and regions the curves of a group are
        self._of_endmembers: list[Spread] = []
        self._of_regions: list[Spread] = []
        self.plot = ContinuumPlot("spectraPlot", "Spectra", moving=("cursor", RESIDUAL))
        self.plot.painted.connect(lambda *stroke: self.command.emit(PaintBands(*stroke)))
        self.plot.picked.connect(self._on_picked)
        self.bars = AbundanceBars("pixelAbundances", "Abundances of the pixel")
        self.readout = ElidedLabel("spectraReadout", "Pixel under the cursor")
        self.readout.setMinimumWidth(
            self.fontMetrics().horizontalAdvance(LONGEST)
        )  # its numbers are never cut
        self.key = ElidedLabel("spectraKey", "What the lines are")
        self.key.setProperty("role", "muted")
        self.unit = named(QToolButton(), "wavelengthUnit", "Unit of the wavelength axis")
        self.unit.setToolTip("Show wavelengths in nm or in µm (Ctrl+U)")
        self.unit.clicked.connect(
            lambda: self.command.emit(SetUnit("nm" if self._state[SpectraState].unit == "µm" else "µm"))
        )
        self.bands = named(QToolButton(), "paintBands", "Paint bands out or in")
        self.bands.setToolTip(
            "Paint bands out or in: drag over the plot, or arrow keys with Shift and Enter. "
            "A stroke that begins on a shaded band takes bands in; Esc puts the brush down."
        )
        self.bands.setCheckable(True)
        self.bands.setProperty("role", "tool")
        self.bands.toggled.connect(self._on_brush)
        self.plot.put_down.connect(lambda: self.bands.setChecked(False))
        self.clear_pins = named(QToolButton(), "clearPins", "Remove all pinned spectra")
        self.clear_pins.setToolTip("Remove all pinned spectra (Ctrl+Shift+P)")
        self.clear_pins.clicked.connect(lambda: self.command.emit(ClearPins()))
        self._lay_out()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(10, 6, 8, 0)
        top.setSpacing(10)
        top.addWidget(heading(TITLE, "spectraHeading"))
        top.addWidget(self.readout, 4)
        top.addWidget(self.key, 3)
        for button in (self.unit, self.bands, self.clear_pins):
            button.setIconSize(QSize(16, 16))
            top.addWidget(button)
        body = QHBoxLayout()
        body.setContentsMargins(0, 0, 10, 0)
        body.setSpacing(8)
        body.addWidget(self.plot, 1)
        body.addWidget(self.bars)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 4)
        layout.setSpacing(2)
        layout.addLayout(top)
        layout.addLayout(body, 1)
        self.bars.hide()
        self.setMinimumHeight(150)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the bars their part of another width at once, not only when they are next shown."""
        super().resizeEvent(event)
        self.bars.updateGeometry()

    # Showing

    def render(self, old: Document, new: Document) -> None:  # type: ignore[override]
        """Redraw what changed."""
        self._document = new
        if new.cube is not old.cube:
            self._set_axes()
        elif (
            new.endmembers is not old.endmembers
            or new.view.endmember != old.view.endmember
            or new.unmixing is not old.unmixing
        ):
            self._draw_endmembers()
        if new.unmixing is not old.unmixing:
            self._set_residual(new)
        if new.unmixing is not old.unmixing or new.endmembers is not old.endmembers:
            self._draw_cursor()  # what was read of it came before this document
        if new.view.page != old.view.page or new.unmixing is not old.unmixing:
            self._draw_hints()
        if new.pins != old.pins:
            self._draw_pins()
        if new.regions != old.regions or new.view.region != old.view.region:
            self._draw_regions()
        if _pixels(new) is not _pixels(old):
            self.plot.fit()
        self.clear_pins.setVisible(bool(new.pins))
        self.bars.setVisible(new.unmixing is not None)
        self.bands.setEnabled(new.cube is not None)
        self.unit.setVisible(new.cube is not None and new.cube.wavelengths is not None)
        self._tell()

    def follow(self, old: ViewState, new: ViewState) -> None:
        """Follow the cursor, what was read or found out, and the spectra of a run under way."""
        self._state = new
        if new[SpectraState].unit != old[SpectraState].unit or not self.unit.text():
            self.unit.setText(new[SpectraState].unit)
            self._set_axes()
        self.plot.remove_continuum(new[SpectraState].continuum)
        if new.cursor is not old.cursor or new.stopped != old.stopped:
            self._draw_cursor()
        if new[SpectraState].pinned is not old[SpectraState].pinned:
            self._draw_pins()
        if new[RegionsState].region_spectra is not old[RegionsState].region_spectra:
            self._draw_regions()
        if new.running is not old.running:
            self._draw_endmembers()
        if (
            new[EndmembersState].suggested is not old[EndmembersState].suggested
            or new[LibraryState].compared is not old[LibraryState].compared
        ):
            self._draw_hints()
        self._tell()

    def dress(self, theme: Theme) -> None:
        """Colour the plot."""
        self._theme = theme
        self.plot.dress(theme)
        self.bars.theme = theme
        self.bars.update()
        self.clear_pins.setIcon(icon("close", theme.muted))
        self.bands.setIcon(icon("brush-bands", theme.muted))
        self._draw_pins()
        self._draw_hints()
        self._draw_cursor()

    def _tell(self) -> None:
        """Say in words what is drawn."""
        document = self._document
        parts = {
            "Endmembers": ", ".join(e.name for e in document.endmembers if e.visible),
            "Regions": ", ".join(region.name for region in document.regions),
            "Pinned": "; ".join(f"{pin.line}, {pin.sample}" for pin in document.pins),
            "At the cursor": self.readout.text() if self._state.cursor is not None else "",
        }
        said = ". ".join(f"{what}: {names}" for what, names in parts.items() if names)
        self.plot.setAccessibleDescription(said or "No spectra")

    def _on_brush(self, taken: bool) -> None:
        self.plot.brush.take(taken)
        if taken:
            self.plot.setFocus()  # where its keys are heard

    def _on_picked(self, group: str, k: int) -> None:
        """Select the endmember, or the region, whose curve was clicked."""
        drawn = self._drawn.get(group, [])
        if k < len(drawn):
            self.command.emit(ShowEndmember(drawn[k]) if group == "endmembers" else SelectRegion(drawn[k]))

    # Drawing

    def _set_axes(self) -> None:
        cube, unit = self._document.cube, self._state[SpectraState].unit
        if cube is None:
            return
        what = label_of(cube.quantity, cube.layout.dataset)
        if cube.wavelengths is None:
            self.plot.set_axes(np.arange(1.0, cube.bands + 1), "Band", what)
        else:
            scale = 1e-3 if unit == "µm" else 1.0
            self.plot.set_axes(scale * cube.wavelengths, f"Wavelength ({unit})", what)
        self.plot.set_unused(~cube.good_bands)
        for draw in (self._draw_endmembers, self._draw_hints, self._draw_regions, self._draw_pins):
            draw()
        self._draw_cursor()

    def _set_residual(self, document: Document) -> None:
        """Give the residual room as soon as something is modelled."""
        result = document.unmixing
        if result is not None and result.provisional and self._usual is not None:
            return
        self._usual = None if result is None else 2 * limits(result.rmse, 50.0)[1]
        self.plot.set_residual(None if self._usual is None else round_up(self._usual))

    def _draw_endmembers(self) -> None:
        cube, task = self._document.cube, self._state.running
        if cube is None:
            self.plot.set_curves("endmembers", ())
            return
        if task and task.step and task.step.endmembers is not None:
            so_far = task.step.endmembers.T
            if so_far.shape[1:] == (cube.bands,):
                curves = [
                    Curve(values, colour(k), width=1.2, name=f"Endmember {k + 1}")
                    for k, values in enumerate(so_far)
                ]
                self.plot.set_curves("endmembers", curves)
                self._drawn["endmembers"], self._of_endmembers = [], []
                self._draw_spreads()
                return
        chosen = self._document.view.endmember
        visible = [(k, e) for k, e in enumerate(self._document.endmembers) if e.visible]
        curves = [
            Curve(self._used(e.spectrum), e.colour, width=2.6 if k == chosen else 1.7, name=e.name)
            for k, e in visible
        ]
        self._drawn["endmembers"] = [k for k, _ in visible]
        self.plot.set_curves("endmembers", curves)
        self._of_endmembers = self._spreads()
        self._draw_spreads()

    def _spreads(self) -> list[Spread]:
        """How far the endmembers shown might be others, of a result that says it."""
        result, members = self._document.unmixing, self._document.endmembers
        sure = None if result is None else result.uncertainty
        if sure is None or result is None or len(members) != result.rank:
            return []
        reach = deviates() * sure.spectra_sd.T
        return [
            Spread(self._used(e.spectrum - far), self._used(e.spectrum + far), e.colour)
            for e, far in zip(members, reach, strict=True)
            if e.visible and np.nanmax(far, initial=0) > 0
        ]

    def _draw_hints(self) -> None:
        """Draw what an endmember is compared with, and on the residual's page what is missing."""
        document, compared, suggested = (
            self._document,
            self._state[LibraryState].compared,
            self._state[EndmembersState].suggested,
        )
        curves, said = [], [KEY]
        for member in document.endmembers:
            if compared is not None and member.spectrum is compared.spectrum:
                curves.append(Curve(compared.values, member.colour, DOTTED, 2.0, compared.name))
                said.append(f"⋯ {compared.name}, at the brightness of {member.name}")
        found = suggested.found if suggested and suggested.result is document.unmixing else None
        if found is not None and document.view.page == "residual":
            curves.append(Curve(found.spectrum, self._theme.accent, DOTTED, 2.4, "Missing"))
            said.append(f"⋯ missing near {found.line}, {found.sample}")
        self.plot.set_curves("hints", curves)
        self.key.setText("   ".join(reversed(said)))

    def _draw_regions(self) -> None:
        known = self._state[RegionsState].region_spectra
        curves, spreads, drawn = [], [], []
        for k, region in enumerate(self._document.regions):
            found = known.get(region)
            if found is not None and found.pixels:
                chosen = k == self._document.view.region
                curves.append(
                    Curve(found.mean, region.colour, width=2.4 if chosen else 1.6, name=region.name)
                )
                drawn.append(k)
                spreads.append(Spread(found.mean - found.spread, found.mean + found.spread, region.colour))
        self._drawn["regions"], self._of_regions = drawn, spreads
        self._draw_spreads()
        self.plot.set_curves("regions", curves)

    def _draw_spreads(self) -> None:
        self.plot.set_spreads([*self._of_endmembers, *self._of_regions])

    def _draw_pins(self) -> None:
        curves: list[Curve] = []
        for k, pin in enumerate(self._document.pins):
            seen = self._state[SpectraState].pinned.get((pin.line, pin.sample))
            if seen is not None:
                curves += _pair(seen, pin_colour(k), pin_colour(k))
        self.plot.set_curves("pins", curves)
        if self._state.cursor is None:
            self._draw_cursor()

    def _draw_cursor(self) -> None:
        cursor, document = self._state.cursor, self._document
        self.plot.set_passing("cursor", bool(document.endmembers or document.pins))
        self.plot.set_curves("cursor", _pair(cursor, self._theme.text, self._theme.muted) if cursor else [])
        seen = cursor or self._last_pinned()
        rest = None if seen is None else seen.residual
        if rest is not None and self._usual is not None and np.isfinite(rest).any():
            # The scale goes in steps that the labels tell, and what is usual never looks large.
            self.plot.set_residual(round_up(max(float(np.nanmax(np.abs(rest))), self._usual)))
        self.plot.set_curves(RESIDUAL, [] if rest is None else [Curve(rest, self._theme.text, width=1.2)])
        self.readout.setText(self._describe(seen, rest) if seen else self._hint())
        self.bars.set_shares(self._shares(seen), self._why_none(seen))

    def _last_pinned(self) -> PixelView | None:
        pins = self._document.pins
        return self._state[SpectraState].pinned.get((pins[-1].line, pins[-1].sample)) if pins else None

    def _shares(self, seen: PixelView | None) -> list[Share]:
        members = self._document.endmembers
        if seen is None or seen.abundances is None or len(seen.abundances) != len(members):
            return []
        if not np.isfinite(seen.abundances).all():
            return []
        known = seen.deviations if seen.deviations is not None else np.full(len(members), np.nan)
        return [
            Share(e.name, e.colour, float(a), float(sd) if np.isfinite(sd) else None)
            for e, a, sd in zip(members, seen.abundances, known, strict=True)
        ]

    def _why_none(self, seen: PixelView | None) -> str:
        """Say why a pixel has no abundances."""
        cube = self._document.cube
        if seen is None or cube is None:
            return "Abundances of the pixel that is pointed at or pinned"
        masked = cube.selection is not None and not cube.selection[seen.line, seen.sample]
        if masked:
            return "No abundances: the pixel is masked"
        result = self._document.unmixing
        if result is None or not result.provisional:
            return "No abundances: the pixel is not used"
        return "No abundances: they were not solved" if self._state.stopped else "Abundances are being solved"

    def _used(self, spectrum: NDArray[np.float64]) -> NDArray[np.float64]:
        """An endmember keeps its values in bands that were painted out; they are not drawn."""
        cube = self._document.cube
        fits = cube is not None and len(spectrum) == cube.bands
        return np.where(cube.good_bands, spectrum, np.nan) if cube is not None and fits else spectrum

    def _hint(self) -> str:
        return "" if self._document.cube is None else "Point at a pixel to see its spectrum; click to pin it"

    def _describe(self, seen: PixelView, rest: NDArray[np.float64] | None) -> str:
        place = f"pixel {seen.line}, {seen.sample}"
        if seen is not self._state.cursor:
            place = f"pinned {place}"
        if rest is None or not np.isfinite(rest).any():
            return place
        brightest = 0.0 if seen.measured is None else float(np.nanmax(np.abs(seen.measured), initial=0))
        return f"{place} · RMSE {quantity(float(np.sqrt(np.nanmean(rest**2))), brightest)}"


def _pair(seen: PixelView, ink: str, model_ink: str) -> list[Curve]:
    """Return the modelled curve and, over it, the measured one."""
    curves, place = [], f"pixel {seen.line}, {seen.sample}"
    if seen.modelled is not None:
        curves.append(Curve(seen.modelled, model_ink, width=1.3, name=f"{place} modelled"))
    if seen.measured is not None:
        curves.append(Curve(seen.measured, ink, DASHED, 1.6, f"{place} measured"))
    return curves


def _pixels(document: Document) -> object:
    return None if document.cube is None else document.cube.pixels
