"""Regions of interest: drawn, painted, named, deleted, brought and taken away."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import numpy as np

from hsunmix.errors import InputError
from hsunmix.gui import commands as cmd
from hsunmix.gui.regions.prompts import RegionFile
from hsunmix.gui.regions.state import TOOLS, RegionsState
from hsunmix.gui.state.channels import IN_TURN
from hsunmix.gui.state.store import Store
from hsunmix.model.region import Region, runs_of
from hsunmix.model.spectra import PALETTE, colour
from hsunmix.session.document import Document, index_without

__all__ = ["Controller"]

CHANNELS = {"read regions": IN_TURN, "write regions": IN_TURN}

FIRST_COLOUR = 6  # of the palette: the endmembers take the ones before


class Controller:
    """Carries out what is asked of regions."""

    def __init__(self, store: Store) -> None:
        self.store = store
        store.handle(cmd.SetTool, self.set_tool)
        store.handle(cmd.DrawRegion, self.draw)
        store.handle(cmd.PaintRegion, self.paint)
        store.handle(cmd.SelectRegion, self.select)
        store.handle(cmd.RenameRegion, self.rename)
        store.handle(cmd.RecolourRegion, self.recolour)
        store.handle(cmd.DeleteRegion, self.delete)
        store.handle(cmd.ExportRegions, self.export)
        store.handle(cmd.ImportRegions, self.read)

    def changed(self, old: Document, new: Document) -> None:
        """A tool goes with its scene."""
        shapes = [None if cube is None else cube.shape for cube in (old.cube, new.cube)]
        if shapes[0] != shapes[1] and self.store.state[RegionsState].tool:
            self.store.show(RegionsState, tool="")

    def set_tool(self, command: cmd.SetTool) -> None:
        """Take a tool in hand, or put it down."""
        state = self.store.state
        tool = (
            ""
            if command.tool == state[RegionsState].tool or self.store.document.cube is None
            else command.tool
        )
        if tool in TOOLS and tool != state[RegionsState].tool:
            self.store.show(RegionsState, tool=tool)

    def draw(self, command: cmd.DrawRegion) -> None:
        """Add a rectangle or a polygon."""
        self._add(Region(self._free_name(), self._free_colour(), command.kind, command.vertices))

    def paint(self, command: cmd.PaintRegion) -> None:
        """Add a stroke to the selected region, or take it away; else paint a new one."""
        document = self.store.document
        cube, k = document.cube, document.view.region
        if cube is None:
            return
        stroke = Region("stroke", "#000000", "brush", runs=command.runs)
        chosen = document.regions[k] if 0 <= k < len(document.regions) else None
        if chosen is not None and (chosen.kind == "brush" or command.erase):
            window = _around(chosen, stroke, *cube.shape[:2])
            old, new = chosen.part(*window), stroke.part(*window)
            mask = old & ~new if command.erase else old | new
            if not mask.any():
                self.delete(cmd.DeleteRegion(k))
            elif (mask != old).any():
                runs = runs_of(mask) + np.array([window[0], window[1], window[1]], np.int32)
                changed = replace(chosen, kind="brush", vertices=(), runs=runs)
                self._change(f"Paint {chosen.name}", k, changed)
        elif not command.erase:
            self._add(replace(stroke, name=self._free_name(), colour=self._free_colour()))

    def select(self, command: cmd.SelectRegion) -> None:
        """Select a region: that is looking, and no change."""
        document = self.store.document
        index = command.index if command.index in range(len(document.regions)) else -1
        if index != document.view.region:
            view = replace(document.view, region=index)
            self.store.history.amend(replace(document, view=view))

    def rename(self, command: cmd.RenameRegion) -> None:
        """Give a region a name."""
        region = self._region(command.index)
        if command.name and command.name != region.name:
            self._change(f"Rename {region.name}", command.index, replace(region, name=command.name))

    def recolour(self, command: cmd.RecolourRegion) -> None:
        """Give a region a colour."""
        region = self._region(command.index)
        if command.colour != region.colour:
            self._change(f"Recolour {region.name}", command.index, replace(region, colour=command.colour))

    def delete(self, command: cmd.DeleteRegion) -> None:
        """Delete a region, or all."""
        document = self.store.document
        if not document.regions:
            return
        label = "Delete all regions" if command.index < 0 else f"Delete {self._region(command.index).name}"
        rest = tuple(r for k, r in enumerate(document.regions) if command.index >= 0 and k != command.index)
        view = replace(document.view, region=index_without(document.view.region, command.index, len(rest)))
        self.store.history.apply(label, replace(document, regions=rest, view=view))

    def export(self, _command: cmd.ExportRegions) -> None:
        """Write the regions as GeoJSON."""
        document = self.store.document
        if document.cube is None or not document.regions:
            return
        cube, regions = document.cube, document.regions
        path = self.store.ask(RegionFile(self._folder(), writing=True))
        if path is None:
            return

        def work() -> Generator[None, None, None]:
            from hsunmix.exports._own_files import check_outputs
            from hsunmix.session.region_files import write_regions

            yield
            check_outputs([path], [file for file, _ in cube.files])
            write_regions(regions, cube, path)

        done = f"{len(regions)} regions written to {path}."
        self.store.start("write regions", f"Writing {path.name}", work(), lambda _: self.store.say(done))

    def read(self, _command: cmd.ImportRegions) -> None:
        """Read regions from GeoJSON."""
        cube = self.store.document.cube
        path = self.store.ask(RegionFile(self._folder(), writing=False)) if cube is not None else None
        if cube is None or path is None:
            return

        def work() -> Generator[None, None, tuple[Region, ...]]:
            from hsunmix.session.region_files import read_regions

            yield
            return read_regions(path, cube)

        def done(found: tuple[Region, ...]) -> None:
            document, label = self.store.document, f"Import {len(found)} regions"
            self.store.history.apply(label, replace(document, regions=(*document.regions, *found)))

        self.store.start("read regions", f"Reading {path.name}", work(), done, of=cube)

    def _add(self, region: Region) -> None:
        document = self.store.document
        if document.cube is None:
            return
        if not region.part(*region.window(*document.cube.shape[:2])).any():
            raise InputError("The region holds no pixel of the scene; draw it larger.")
        regions = (*document.regions, region)
        view = replace(document.view, region=len(regions) - 1)
        label = f"Draw {region.name}" if region.kind != "brush" else f"Paint {region.name}"
        self.store.history.apply(label, replace(document, regions=regions, view=view))

    def _change(self, label: str, index: int, region: Region) -> None:
        document = self.store.document
        regions = list(document.regions)
        regions[index] = region
        self.store.history.apply(label, replace(document, regions=tuple(regions)))

    def _region(self, index: int) -> Region:
        regions = self.store.document.regions
        if index not in range(len(regions)):
            raise InputError("This region is gone.")
        return regions[index]

    def _free_name(self) -> str:
        names = {region.name for region in self.store.document.regions}
        return next(name for k in range(1, len(names) + 2) if (name := f"Region {k}") not in names)

    def _free_colour(self) -> str:
        document = self.store.document
        used = {r.colour for r in document.regions} | {e.colour for e in document.endmembers}
        order = [colour(FIRST_COLOUR + k) for k in range(len(PALETTE))]
        return next((ink for ink in order if ink not in used), order[len(document.regions) % len(order)])

    def _folder(self) -> Path:
        cube = self.store.document.cube
        return cube.path.parent if cube is not None and cube.path is not None else Path.home()


def _around(one: Region, other: Region, lines: int, samples: int) -> tuple[int, int, int, int]:
    """Return the window that holds both: a stroke in a large scene shall cost no more than in a small one."""
    first, second = one.window(lines, samples), other.window(lines, samples)
    return (
        min(first[0], second[0]),
        min(first[1], second[1]),
        max(first[2], second[2]),
        max(first[3], second[3]),
    )
