"""Changes of one endmember's looks and of pins, and taking any change back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hsunmix.gui import commands as i
from hsunmix.gui.state.workbench import Workbench
from hsunmix.session.document import Document, Pin, with_endmember
from hsunmix.session.members import free_name
from hsunmix.session.runs import carried

__all__ = ["Controller", "keep_looking"]


class Controller:
    """Carries out edits."""

    def __init__(self, bench: Workbench) -> None:
        self.bench = bench
        bench.handle(i.Undo, lambda _: bench.history.undo(keep_looking))
        bench.handle(i.Redo, lambda _: bench.history.redo(keep_looking))
        bench.handle(i.Rename, self.rename)
        bench.handle(i.Recolour, self.recolour)
        bench.handle(i.Visible, self.set_visible)
        bench.handle(i.Lock, self.lock)
        bench.handle(i.Pin, self.pin)
        bench.handle(i.ClearPins, self.clear_pins)

    def changed(self, old: Document, new: Document) -> None:
        """Nothing to follow."""

    def rename(self, intent: i.Rename) -> None:
        """Give an endmember a name."""
        members, k = self.bench.document.endmembers, intent.index
        if not 0 <= k < len(members) or intent.name == members[k].name:
            return
        name = free_name(intent.name, [*members[:k], *members[k + 1 :]])
        self._change(f"Rename {members[k].name}", k, name=name)
        if name != intent.name:
            self.bench.note(f"There is an endmember {intent.name} already, so this one is now {name}.")

    def recolour(self, intent: i.Recolour) -> None:
        """Give an endmember a colour."""
        self._change(f"Recolour {self._name(intent.index)}", intent.index, colour=intent.colour)

    def set_visible(self, intent: i.Visible) -> None:
        """Show or hide an endmember."""
        label = "Show" if intent.visible else "Hide"
        self._change(f"{label} {self._name(intent.index)}", intent.index, visible=intent.visible)

    def lock(self, intent: i.Lock) -> None:
        """Lock or unlock an endmember."""
        label = "Lock" if intent.locked else "Unlock"
        self._change(f"{label} {self._name(intent.index)}", intent.index, locked=intent.locked)

    def pin(self, intent: i.Pin) -> None:
        """Pin a pixel, or take a pinned one out."""
        document, pin = self.bench.document, Pin(intent.line, intent.sample)
        if document.cube is None:
            return
        there = pin in document.pins
        pins = tuple(p for p in document.pins if p != pin) if there else (*document.pins, pin)
        label = f"{'Unpin' if there else 'Pin'} pixel {pin.line}, {pin.sample}"
        self.bench.history.apply(label, replace(document, pins=pins))

    def clear_pins(self, _intent: i.ClearPins) -> None:
        """Take all pinned pixels out."""
        document = self.bench.document
        if document.pins:
            self.bench.history.apply("Remove pins", replace(document, pins=()))

    def _change(self, label: str, index: int, **changes: object) -> None:
        document = self.bench.document
        if 0 <= index < len(document.endmembers):
            self.bench.history.apply(label, with_endmember(document, index, **changes))

    def _name(self, index: int) -> str:
        members = self.bench.document.endmembers
        return members[index].name if 0 <= index < len(members) else "endmember"


def keep_looking(now: Document, then: Document) -> Document:
    """Return the document that is gone to, but looked at as the analyst looks now."""
    view = replace(
        now.view,
        endmember=max(0, _again(_spectra(now), now.view.endmember, _spectra(then))),
        region=_again(now.regions, now.view.region, then.regions),
        layer=max(0, _again(now.layers, now.view.layer, then.layers)),
    )
    new = carried(now, then)
    if view != then.view or now.settings != then.settings:
        new = replace(new, view=view, settings=now.settings)
    return new


def _again(now: Sequence[object], index: int, then: Sequence[object]) -> int:
    """Return where in another list what is selected in this one is; else the same place, if there is one."""
    chosen = now[index] if 0 <= index < len(now) else None
    same = [k for k, other in enumerate(then) if other is chosen]
    return same[0] if same else min(index, len(then) - 1)


def _spectra(document: Document) -> list[object]:
    return [member.spectrum for member in document.endmembers]
