"""Other endmembers: deleted, duplicated, merged, put in another order, taken from pixels.

An edit shows at once, with its abundances carried over; ``solve`` then solves for them.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QTimer

from hsunmix.engine.regions import RegionStatistics, region_statistics
from hsunmix.errors import InputError
from hsunmix.gui import commands as cmd
from hsunmix.gui.regions.state import RegionsState
from hsunmix.gui.state.channels import IN_TURN, QUIET, QUIET_IN_TURN
from hsunmix.gui.state.documents import abundance_of, made_with_other_bands
from hsunmix.gui.state.means import means, remember
from hsunmix.gui.state.store import Store
from hsunmix.model.cube import Cube
from hsunmix.model.progress import Step
from hsunmix.model.region import Region
from hsunmix.model.spectra import PALETTE, Endmember, Source, colour
from hsunmix.session.document import Document
from hsunmix.session.members import free_name, reordered, with_members

__all__ = ["Controller", "add", "add_all", "free_colour"]

CHANNELS = {
    "mean": IN_TURN,  # of a region, to be an endmember
    "pixel": QUIET_IN_TURN,  # to be an endmember
    "move": QUIET,  # an endmember over the scene
}

SHADE = "#4d4d4d"
FRAME = 16  # milliseconds

Spectrum = NDArray[np.float64]
Rows = list[tuple[int, ...]]


class Controller:
    """Carries out edits of the set of endmembers."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._dragged: cmd.MoveEndmember | None = None
        self._gesture = ""  # what the change is called that a drag goes on with
        self._timer = QTimer(store)
        self._timer.setInterval(FRAME)
        self._timer.timeout.connect(lambda: store.attempt(self._follow_drag))
        store.handle(cmd.Delete, self.delete)
        store.handle(cmd.Duplicate, self.duplicate)
        store.handle(cmd.Merge, self.merge)
        store.handle(cmd.Reorder, self.reorder)
        store.handle(cmd.AddPixel, self.add_pixel)
        store.handle(cmd.AddEndmembers, lambda command: add_all(store, command.members, command.label))
        store.handle(cmd.AddMean, self.add_mean)
        store.handle(cmd.AddShade, self.add_shade)
        store.handle(cmd.MoveEndmember, self.move)

    def changed(self, old: Document, new: Document) -> None:
        """A drag ends with its scene."""
        if new.cube is not old.cube:
            self._dragged, self._gesture = None, ""
            self._timer.stop()

    def delete(self, command: cmd.Delete) -> None:
        """Delete endmembers; the last one takes the result with it."""
        document = self.store.document
        gone = {k for k in (command.index, *command.more) if 0 <= k < len(document.endmembers)}
        if not gone:
            return
        left = [k for k in range(len(document.endmembers)) if k not in gone]
        names = [document.endmembers[k].name for k in sorted(gone)]
        label = f"Delete {names[0]}" if len(names) == 1 else f"Delete {len(names)} endmembers"
        if left:
            members = [document.endmembers[k] for k in left]
            shown = document.view.endmember - sum(k < document.view.endmember for k in gone)
            self._apply(label, members, [(k,) for k in left], shown)
        else:
            page = document.view.page if document.view.page in ("rgb", "band", "layer") else "rgb"
            view = replace(document.view, page=page, endmember=0)
            self.store.history.apply(label, replace(document, endmembers=(), unmixing=None, view=view))

    def duplicate(self, command: cmd.Duplicate) -> None:
        """Copy an endmember; until one of the two is changed, they share its abundance."""
        document, k = self.store.document, command.index
        if not 0 <= k < len(document.endmembers):
            return
        member = document.endmembers[k]
        name = free_name(f"{member.name} copy", document.endmembers)
        spectrum = member.spectrum.copy()  # an endmember is known by its spectrum
        copy = replace(member, name=name, spectrum=spectrum, colour=free_colour(document), locked=False)
        members = [*document.endmembers[: k + 1], copy, *document.endmembers[k + 1 :]]
        rows: Rows = [(j,) for j in range(k + 1)]
        rows += [(), *((j,) for j in range(k + 1, len(document.endmembers)))]
        self._apply(f"Duplicate {member.name}", members, rows, k + 1)

    def merge(self, command: cmd.Merge) -> None:
        """Put one endmember in place of several: their mean, weighted by how much of each there is."""
        document = self.store.document
        chosen = sorted({k for k in command.indices if 0 <= k < len(document.endmembers)})
        if len(chosen) < 2:
            return
        merged = [document.endmembers[k] for k in chosen]
        weights = np.ones(len(chosen))
        if document.unmixing is not None:
            shares = np.nan_to_num(means(document.unmixing)[chosen])
            weights = shares if shares.sum() > 0 else weights
        first, others = merged[0], [e for k, e in enumerate(document.endmembers) if k not in chosen]
        one = Endmember(
            free_name(" + ".join(e.name for e in merged), others),
            np.average([e.spectrum for e in merged], axis=0, weights=weights),
            first.colour,
            first.visible,
            any(e.locked for e in merged),
            Source(text="merged"),
        )
        kept = [k for k in range(len(document.endmembers)) if k not in chosen[1:]]
        members = [one if k == chosen[0] else document.endmembers[k] for k in kept]
        rows: Rows = [tuple(chosen) if k == chosen[0] else (k,) for k in kept]
        self._apply(f"Merge {', '.join(e.name for e in merged)}", members, rows, kept.index(chosen[0]))

    def reorder(self, command: cmd.Reorder) -> None:
        """Move an endmember to another place."""
        document, count = self.store.document, len(self.store.document.endmembers)
        if not 0 <= command.index < count:
            return
        to = min(max(command.to, 0), count - 1)
        order = [k for k in range(count) if k != command.index]
        order.insert(to, command.index)
        if to != command.index:
            label = f"Move {document.endmembers[command.index].name} to place {to + 1}"
            new = reordered(document, order)
            if document.unmixing is not None and new.unmixing is not None:
                remember(new.unmixing, means(document.unmixing)[order])
                new = _to_be_solved(new)
            self.store.history.apply(label, new)

    def add_pixel(self, command: cmd.AddPixel) -> None:
        """Make a pixel an endmember."""
        source = Source("pixel", command.line, command.sample)
        name = f"Pixel {command.line}, {command.sample}"
        self._with_spectrum(
            "pixel", command.line, command.sample, lambda spectrum: add(self.store, name, spectrum, source)
        )

    def add_mean(self, command: cmd.AddMean) -> None:
        """Make the mean of a region an endmember."""
        regions = self.store.document.regions
        if 0 <= command.region < len(regions):
            self._add_mean(regions[command.region])

    def _add_mean(self, region: Region) -> None:
        store, cube = self.store, self.store.document.cube
        if cube is None:
            return

        def done(known: RegionStatistics) -> None:
            if store.document.cube is not cube:  # another mask by now, and so another mean
                self._add_mean(region)
                return
            if not known.pixels:
                raise InputError(
                    f"No pixel of {region.name} is used, so it has no mean; change the region or the mask."
                )
            source = Source("roi", text=region.name)
            add(store, region.name, known.mean, source, f"Add the mean of {region.name}")

        known = store.state[RegionsState].region_spectra.get(region)
        if known is not None:
            done(known)
        else:
            title = f"Averaging {region.name}"
            store.start("mean", title, self._mean(cube, region), done, of=cube)

    def add_shade(self, _command: cmd.AddShade) -> None:
        """Make a spectrum of zeros an endmember; what it takes up is counted once sums are one."""
        document, cube = self.store.document, self.store.document.cube
        if cube is None:
            return
        if not document.endmembers:
            raise InputError("Shade takes up what other endmembers leave; add those first, or unmix.")
        if any(not np.nan_to_num(e.spectrum).any() for e in document.endmembers):
            raise InputError("There is a spectrum of zeros for shade already.")
        zeros = np.where(cube.good_bands, 0.0, np.nan)
        shade = Endmember("Shade", zeros, SHADE, source=Source(text="shade"))
        members = [*document.endmembers, shade]
        rows: Rows = [*((k,) for k in range(len(document.endmembers))), ()]
        new = with_members(document, members, rows, "fcls", document.view.endmember)
        self.store.history.apply("Add shade, sums of one", new)

    def _mean(self, cube: Cube, region: Region) -> Generator[Step | None, None, RegionStatistics]:
        scene = yield from self.store.scenes.scene(cube)
        return (yield from region_statistics(scene, region.mask(cube.lines, cube.samples)))

    # An endmember dragged over the scene

    def move(self, command: cmd.MoveEndmember) -> None:
        """Take an endmember's spectrum from another pixel, at the pace at which maps can follow."""
        self._dragged = command
        if not self._timer.isActive():
            self._follow_drag()
            self._timer.start()

    def _follow_drag(self) -> None:
        if self.store.channels["preview_solve"].busy or self.store.channels["move"].busy:
            return  # what is seen now shall be seen solved before it moves on
        command, self._dragged = self._dragged, None
        if command is None:
            self._timer.stop()
            return
        moved = command
        self._with_spectrum(
            "move", command.line, command.sample, lambda spectrum: self._moved(moved, spectrum)
        )

    def _moved(self, command: cmd.MoveEndmember, spectrum: Spectrum) -> None:
        document, history = self.store.document, self.store.history
        if not 0 <= command.index < len(document.endmembers):
            return
        members = list(document.endmembers)
        member = members[command.index]
        source = Source("pixel", command.line, command.sample)
        if source != member.source:
            members[command.index] = replace(member, spectrum=spectrum, source=source)
            rows: Rows = [(k,) for k in range(len(members))]
            new = _edited(document, members, rows, command.index)
            if self._gesture and history.undo_label == self._gesture:
                history.go_on(new)
            else:
                self._gesture = f"Move {member.name}"
                history.apply(self._gesture, new)
        if not command.going_on:
            self._gesture = ""

    # What all have in common

    def _apply(self, label: str, members: list[Endmember], rows: Rows, shown: int) -> None:
        self.store.history.apply(label, _edited(self.store.document, members, rows, shown))

    def _with_spectrum(self, channel: str, line: int, sample: int, then: Callable[[Spectrum], None]) -> None:
        """Get a pixel's spectrum, from memory at once, else by a worker."""
        cube = self.store.document.cube
        if cube is None or not (0 <= line < cube.lines and 0 <= sample < cube.samples):
            return

        def done(values: NDArray[np.float32]) -> None:
            now = self.store.document.cube
            assert now is not None  # its scene is open; by now with other bands, perhaps
            good = now.good_bands
            if not np.isfinite(values[good]).all() or not values[good].any():
                raise InputError(
                    f"Pixel {line}, {sample} has no data, so it can't be an endmember; choose another one."
                )
            then(np.where(good, values, np.nan).astype(np.float64))

        values = self.store.scenes.spectrum(cube, line, sample)
        if values is not None and not self.store.channels[channel].busy:
            done(values)
        else:
            title = f"Reading pixel {line}, {sample}"
            self.store.start(channel, title, _read(cube, line, sample), done, of=cube)


def add(store: Store, name: str, spectrum: Spectrum, source: Source, label: str = "") -> None:
    """Add an endmember behind the others and show it.

    Parameters
    ----------
    store : Store
    name : str
    spectrum : array, (bands,)
        NaN at most in bands that are not used.
    source : Source
    label : str
        What the change is called; "Add NAME" by default.
    """
    add_all(store, [Endmember(name, spectrum, source=source)], label or f"Add {name[:1].lower()}{name[1:]}")


def add_all(store: Store, added: Sequence[Endmember], label: str) -> None:
    """Add endmembers behind the others, in one change; name, colour and spectrum are each one's own."""
    document = store.document
    members, taken = list(document.endmembers), {e.colour for e in document.endmembers}
    for member in added:
        ink = next((c for c in PALETTE if c not in taken), colour(len(members)))
        taken.add(ink)
        name, spectrum = free_name(member.name, members), member.spectrum.copy()
        members.append(replace(member, name=name, colour=ink, spectrum=spectrum))
    rows: Rows = [*((k,) for k in range(len(document.endmembers))), *(() for _ in added)]
    store.history.apply(label, _edited(document, members, rows, len(members) - 1))


def _edited(document: Document, members: list[Endmember], rows: Rows, shown: int) -> Document:
    """Return the document with other endmembers; the means of what is carried over need no pass."""
    new = with_members(document, members, rows, abundance_of(document), shown)
    if document.unmixing is not None and new.unmixing is not None:
        old = means(document.unmixing)
        remember(new.unmixing, np.array([old[list(row)].sum() for row in rows]))
    return new


def _to_be_solved(document: Document) -> Document:
    """Have abundances solved in the order of the endmembers, as a script would: to the last bit."""
    result = document.unmixing
    if result is None or result.method != result.abundance or made_with_other_bands(document):
        return document
    return replace(document, unmixing=replace(result, provisional=True))


def free_colour(document: Document) -> str:
    """Return a default colour that no endmember has yet."""
    used = {e.colour for e in document.endmembers}
    return next((c for c in PALETTE if c not in used), colour(len(document.endmembers)))


def _read(cube: Cube, line: int, sample: int) -> Generator[Step | None, None, NDArray[np.float32]]:
    yield None
    return cube.spectrum(line, sample)
