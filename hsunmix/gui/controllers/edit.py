"""Changes of endmembers and pins, and taking them back."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace

import numpy as np

from hsunmix.gui import intents as i
from hsunmix.gui.means import means
from hsunmix.gui.workbench import Workbench
from hsunmix.methods import pipeline
from hsunmix.model.cube import Cube
from hsunmix.model.spectra import Endmember, Source, colour
from hsunmix.model.unmixing import Step, Unmixing
from hsunmix.session.document import Document, Pin, View, with_endmember

__all__ = ["Controller"]


class Controller:
    """Carries out edits."""

    def __init__(self, bench: Workbench) -> None:
        self.bench = bench
        bench.handle(i.Undo, lambda _: self._travel(bench.history.undo))
        bench.handle(i.Redo, lambda _: self._travel(bench.history.redo))
        bench.handle(i.Rename, self.rename)
        bench.handle(i.Recolour, self.recolour)
        bench.handle(i.Visible, self.set_visible)
        bench.handle(i.Lock, self.lock)
        bench.handle(i.Pin, self.pin)
        bench.handle(i.ClearPins, self.clear_pins)
        bench.handle(i.Delete, self.delete)
        bench.handle(i.AddPixel, self.add_pixel)

    def changed(self, old: Document, new: Document) -> None:
        """Nothing to follow."""

    def rename(self, intent: i.Rename) -> None:
        """Give an endmember a name."""
        self._change(f"Rename {self._name(intent.index)}", intent.index, name=intent.name)

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

    def delete(self, intent: i.Delete) -> None:
        """Delete an endmember and solve again; the last one takes the result with it."""
        document = self.bench.document
        rest = tuple(e for k, e in enumerate(document.endmembers) if k != intent.index)
        label = f"Delete {self._name(intent.index)}"
        if rest:
            self._solve(label, rest)
        elif document.endmembers:
            empty = replace(document, endmembers=(), unmixing=None, view=View(rgb=document.view.rgb))
            self.bench.history.apply(label, empty)

    def add_pixel(self, intent: i.AddPixel) -> None:
        """Make a pixel an endmember and solve again."""
        document = self.bench.document
        if document.cube is None:
            return
        used = {e.colour for e in document.endmembers}
        count = len(document.endmembers)
        ink = next((c for k in range(12) if (c := colour(k)) not in used), colour(count))
        member = Endmember(
            f"Pixel {intent.line}, {intent.sample}",
            np.empty(0),  # read by the worker
            ink,
            source=Source("pixel", intent.line, intent.sample),
        )
        self._solve(f"Add pixel {intent.line}, {intent.sample}", (*document.endmembers, member))

    def _solve(self, label: str, members: tuple[Endmember, ...]) -> None:
        bench, cube, before = self.bench, self.bench.document.cube, self.bench.document.endmembers
        if cube is None:
            return
        method = self._abundance_method()

        def done(found: tuple[Unmixing, tuple[Endmember, ...]]) -> None:
            document = bench.document
            if document.cube is not cube:
                return
            if document.endmembers is not before:
                bench.say("The endmembers changed meanwhile, so this edit was dropped; please repeat it.")
                return
            result, named = found
            view = replace(document.view, endmember=min(document.view.endmember, len(named) - 1))
            new = replace(document, unmixing=result, endmembers=named, view=view)
            bench.history.apply(label, new)

        bench.start("run", "Solving for abundances", self._work(cube, members, method), done)

    def _work(
        self, cube: Cube, members: tuple[Endmember, ...], method: str
    ) -> Generator[Step | None, None, tuple[Unmixing, tuple[Endmember, ...]]]:
        scene = yield from self.bench.scenes.scene(cube)
        full = []
        for member in members:
            if (
                member.spectrum.size == 0
                and member.source.line is not None
                and member.source.sample is not None
            ):
                values = cube.spectrum(member.source.line, member.source.sample).astype(np.float64)
                member = replace(member, spectrum=np.where(scene.bands, values, np.nan))
            full.append(member)
        result = yield from pipeline.solve(scene, np.stack([e.spectrum for e in full], axis=1), method)
        means(result)
        return result, tuple(full)

    def _abundance_method(self) -> str:
        document = self.bench.document
        shown = document.unmixing.abundance if document.unmixing else ""
        return document.settings.abundance or shown or "nnls"

    def _change(self, label: str, index: int, **changes: object) -> None:
        document = self.bench.document
        if 0 <= index < len(document.endmembers):
            self.bench.history.apply(label, with_endmember(document, index, **changes))

    def _name(self, index: int) -> str:
        members = self.bench.document.endmembers
        return members[index].name if 0 <= index < len(members) else "endmember"

    def _travel(self, step: Callable[[], None]) -> None:
        """Undo or redo what was done, but keep looking where the analyst looks now."""
        now = self.bench.document
        step()
        then = self.bench.document
        view = replace(now.view, endmember=min(now.view.endmember, max(0, len(then.endmembers) - 1)))
        if then is not now and (view != then.view or now.settings != then.settings):
            self.bench.history.amend(replace(then, view=view, settings=now.settings))
