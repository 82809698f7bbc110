"""Changes of one endmember's looks and of pins, and taking any change back."""

from __future__ import annotations

from dataclasses import replace

from hsunmix.gui import commands as cmd
from hsunmix.gui.state.documents import keep_looking
from hsunmix.gui.state.store import Store
from hsunmix.session.document import Document, Pin, with_endmember
from hsunmix.session.members import free_name

__all__ = ["Controller"]


class Controller:
    """Carries out edits."""

    def __init__(self, store: Store) -> None:
        self.store = store
        store.handle(cmd.Undo, lambda _: store.history.undo(keep_looking))
        store.handle(cmd.Redo, lambda _: store.history.redo(keep_looking))
        store.handle(cmd.Rename, self.rename)
        store.handle(cmd.Recolour, self.recolour)
        store.handle(cmd.Visible, self.set_visible)
        store.handle(cmd.Lock, self.lock)
        store.handle(cmd.Pin, self.pin)
        store.handle(cmd.ClearPins, self.clear_pins)

    def changed(self, old: Document, new: Document) -> None:
        """Nothing to follow."""

    def rename(self, command: cmd.Rename) -> None:
        """Give an endmember a name."""
        members, k = self.store.document.endmembers, command.index
        if not 0 <= k < len(members) or command.name == members[k].name:
            return
        name = free_name(command.name, [*members[:k], *members[k + 1 :]])
        self._change(f"Rename {members[k].name}", k, name=name)
        if name != command.name:
            self.store.note(f"There is an endmember {command.name} already, so this one is now {name}.")

    def recolour(self, command: cmd.Recolour) -> None:
        """Give an endmember a colour."""
        self._change(f"Recolour {self._name(command.index)}", command.index, colour=command.colour)

    def set_visible(self, command: cmd.Visible) -> None:
        """Show or hide an endmember."""
        label = "Show" if command.visible else "Hide"
        self._change(f"{label} {self._name(command.index)}", command.index, visible=command.visible)

    def lock(self, command: cmd.Lock) -> None:
        """Lock or unlock an endmember."""
        label = "Lock" if command.locked else "Unlock"
        self._change(f"{label} {self._name(command.index)}", command.index, locked=command.locked)

    def pin(self, command: cmd.Pin) -> None:
        """Pin a pixel, or take a pinned one out."""
        document, pin = self.store.document, Pin(command.line, command.sample)
        if document.cube is None:
            return
        there = pin in document.pins
        pins = tuple(p for p in document.pins if p != pin) if there else (*document.pins, pin)
        label = f"{'Unpin' if there else 'Pin'} pixel {pin.line}, {pin.sample}"
        self.store.history.apply(label, replace(document, pins=pins))

    def clear_pins(self, _command: cmd.ClearPins) -> None:
        """Take all pinned pixels out."""
        document = self.store.document
        if document.pins:
            self.store.history.apply("Remove pins", replace(document, pins=()))

    def _change(self, label: str, index: int, **changes: object) -> None:
        document = self.store.document
        if 0 <= index < len(document.endmembers):
            self.store.history.apply(label, with_endmember(document, index, **changes))

    def _name(self, index: int) -> str:
        members = self.store.document.endmembers
        return members[index].name if 0 <= index < len(members) else "endmember"
