"""What can be asked for of endmembers, as menus. Each is gone when it closes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget

from hsunmix.gui import commands as cmd
from hsunmix.gui.endmembers.state import EndmembersState
from hsunmix.gui.state.view_state import ViewState
from hsunmix.gui.widgets.icons import swatch
from hsunmix.gui.widgets.panel import named
from hsunmix.model.spectra import PALETTE
from hsunmix.session.document import Document

__all__ = ["MemberMenu", "add_menu", "colour_menu", "member_menu"]

Emit = Callable[[object], None]


class MemberMenu(QMenu):
    """A menu that also asks for what only the panel can do.

    Signals
    -------
    renamed
        A name shall be typed.
    other_colour
        A colour shall be chosen that is not in the list.
    """

    renamed = Signal()
    other_colour = Signal()


def member_menu(
    parent: QWidget, document: Document, row: int, rows: tuple[int, ...], border: str, emit: Emit
) -> MemberMenu:
    """Return the context menu of an endmember, or of several: ``rows`` are those selected."""
    member = document.endmembers[row]
    menu = named(MemberMenu(parent), "endmemberMenu", member.name)
    if len(rows) > 1:
        menu.addAction(f"Merge {len(rows)} endmembers", lambda: emit(cmd.Merge(rows)))
        menu.addAction(f"Delete {len(rows)} endmembers", lambda: emit(cmd.Delete(rows[0], rows[1:])))
        menu.aboutToHide.connect(menu.deleteLater)
        return menu
    menu.addAction("Show its map", lambda: emit(cmd.ShowEndmember(row, "map")))
    locate = menu.addAction("Locate its pixel", lambda: emit(cmd.Locate(row)))
    locate.setEnabled(member.source.line is not None)
    menu.addAction("What is it?…", lambda: emit(cmd.ShowMatches(row)))
    menu.addSeparator()
    menu.addAction("Rename", menu.renamed.emit)
    colours = colour_menu(menu, row, border, emit)
    colours.other_colour.connect(menu.other_colour)
    menu.addMenu(colours)
    menu.addAction("Hide" if member.visible else "Show", lambda: emit(cmd.Visible(row, not member.visible)))
    menu.addAction("Unlock" if member.locked else "Lock", lambda: emit(cmd.Lock(row, not member.locked)))
    menu.addSeparator()
    menu.addAction("Duplicate", lambda: emit(cmd.Duplicate(row)))
    others = named(menu.addMenu("Merge with"), "mergeMenu", "Merge with")
    for k, other in enumerate(document.endmembers):
        if k != row:
            entry = others.addAction(swatch(other.colour, border), other.name.replace("&", "&&"))
            entry.triggered.connect(lambda _=False, k=k: emit(cmd.Merge((row, k))))
    others.setEnabled(len(document.endmembers) > 1)
    up = menu.addAction("Move up", lambda: emit(cmd.Reorder(row, row - 1)))
    up.setEnabled(row > 0)
    down = menu.addAction("Move down", lambda: emit(cmd.Reorder(row, row + 1)))
    down.setEnabled(row + 1 < len(document.endmembers))
    menu.addSeparator()
    menu.addAction("Delete and solve again", lambda: emit(cmd.Delete(row)))
    menu.aboutToHide.connect(menu.deleteLater)
    return menu


def colour_menu(parent: QWidget, row: int, border: str, emit: Emit) -> MemberMenu:
    """Return the colours that an endmember can have."""
    menu = named(MemberMenu("Colour", parent), "colourMenu", "Colour")
    for k, value in enumerate(PALETTE):
        action = menu.addAction(swatch(value, border), f"Colour {k + 1}")
        action.triggered.connect(lambda _=False, c=value: emit(cmd.Recolour(row, c)))
    menu.addAction("Other…", menu.other_colour.emit)
    return menu


def add_menu(parent: QWidget, document: Document, state: ViewState, emit: Emit) -> QMenu:
    """Return the ways to add an endmember."""
    menu = named(QMenu(parent), "addMenu", "Add an endmember")
    if document.pins:
        for pin in document.pins:
            text = f"Pinned pixel {pin.line}, {pin.sample}"
            menu.addAction(text, partial(emit, cmd.AddPixel(pin.line, pin.sample)))
    else:
        hint = menu.addAction("A pixel: pin it first, or right-click it")
        hint.setEnabled(False)
    menu.addSeparator()
    for k, region in enumerate(document.regions):
        menu.addAction(f"Mean of {region.name.replace('&', '&&')}", partial(emit, cmd.AddMean(k)))
    if not document.regions:
        hint = menu.addAction("A region's mean: draw a region first")
        hint.setEnabled(False)
    menu.addSeparator()
    shade = menu.addAction("Shade: a spectrum of zeros, with sums of one", lambda: emit(cmd.AddShade()))
    shade.setEnabled(bool(document.endmembers))
    menu.addAction("From the library…\tCtrl+L", lambda: emit(cmd.AddFromLibrary()))
    missing = menu.addAction("What is missing most\tCtrl+Shift+N", lambda: emit(cmd.AddSuggested()))
    suggested = state[EndmembersState].suggested
    missing.setEnabled(
        suggested is not None and suggested.found is not None and suggested.result is document.unmixing
    )
    menu.aboutToHide.connect(menu.deleteLater)
    return menu
