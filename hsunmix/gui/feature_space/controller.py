"""Lays the pixels out along two axes, and makes regions of what is chosen there."""

from __future__ import annotations

import math
from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import InputError
from hsunmix.gui import commands as cmd
from hsunmix.gui.feature_space.state import Cloud, SpaceState
from hsunmix.gui.state.channels import IN_TURN, QUIET, SHOWN
from hsunmix.gui.state.store import Store
from hsunmix.methods.feature_space import Axis, Density, Space, density, inside, numbers_along, space_of
from hsunmix.model.cube import Cube
from hsunmix.model.progress import Step
from hsunmix.model.region import Region, runs_of
from hsunmix.model.unmixing import Unmixing
from hsunmix.session.document import Document

__all__ = ["Controller"]

CHANNELS = {"space": SHOWN, "space part": QUIET, "space choice": IN_TURN}

CELLS, FEWEST = 512, 160  # of the grid, along each axis; with few pixels it is coarser, so that they are seen

Marked = tuple[tuple[Region, NDArray[np.int64]], ...]


class Controller:
    """Works only while somebody looks at it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._space: tuple[Cube, Space] | None = None
        store.handle(cmd.WatchSpace, self.watch)
        store.handle(cmd.SetSpaceAxes, self.set_axes)
        store.handle(cmd.BinSpace, self.bin)
        store.handle(cmd.SelectInSpace, self.select)

    @property
    def state(self) -> SpaceState:
        """What is shown of it."""
        return self.store.state[SpaceState]

    def changed(self, old: Document, new: Document) -> None:
        """Another scene has another space; where an axis is a map, another result has as well."""
        if new.cube is not old.cube:
            same = new.cube is not None and old.cube is not None and new.cube.pixels is old.cube.pixels
            self._space = None
            axes = self.state.axes if same else SpaceState().axes
            self.store.show(SpaceState, cloud=None, part=None, marked=(), axes=axes)
            self._lay_out()
        elif new.unmixing is not old.unmixing and any(axis.kind == "map" for axis in self.state.axes):
            if new.unmixing is None or not new.unmixing.provisional:
                self._lay_out()
        elif new.regions is not old.regions:
            self._mark()

    def watch(self, command: cmd.WatchSpace) -> None:
        """Begin or end; what was not laid out by then is laid out when somebody looks again."""
        if not command.watched and self.store.channels["space"].busy:
            self._clear()
        self.store.show(SpaceState, watched=command.watched)
        if command.watched and self.state.cloud is None:
            self._lay_out()
        elif command.watched:
            self._mark()
        else:
            self.store.cancel("space", "space part")

    def set_axes(self, command: cmd.SetSpaceAxes) -> None:
        """Take other axes."""
        x, y = self.state.axes
        axes = (command.x or x, command.y or y)
        if axes != self.state.axes:
            self.store.show(SpaceState, axes=axes, part=None)
            self._lay_out()

    def _lay_out(self) -> None:
        cube, result = self.store.document.cube, self.store.document.unmixing
        if cube is None:
            return
        if not self.state.watched:
            self._clear()
            return
        axes = tuple(
            axis if _there(axis, cube, result) else first
            for axis, first in zip(self.state.axes, FIRST, strict=True)
        )
        if axes != self.state.axes:
            self.store.show(SpaceState, axes=axes)
        kept = self._space[1] if self._space is not None and self._space[0] is cube else None

        def work() -> Generator[Step | None, None, Cloud]:
            scene = yield from self.store.scenes.scene(cube)
            space = kept or (yield from space_of(scene))
            x, y = yield from numbers_along(space, axes, result)
            whole = yield from density(x, y, cells_for(len(x)))
            return Cloud(space, (axes[0], axes[1]), x, y, whole)

        def done(cloud: Cloud) -> None:
            if self.store.document.cube is cube and cloud.axes == self.state.axes:
                self._space = (cube, cloud.space)
                self.store.show(SpaceState, cloud=cloud, part=None)
                self._mark()

        self.store.start("space", "Laying pixels out in feature space", work(), done, of=cube)

    def _clear(self) -> None:
        """Show no pixels along axes, or of a result, that are others by now."""
        self.store.show(SpaceState, cloud=None, part=None, marked=())

    def bin(self, command: cmd.BinSpace) -> None:
        """Count anew within what is seen: as fine as the screen, however far one has zoomed in."""
        cloud, box = self.state.cloud, command.box
        if cloud is None or box is None:
            self.store.channels["space part"].cancel()
            self.store.show(SpaceState, part=None)
            return

        def done(found: Density) -> None:
            if self.state.cloud is cloud:
                self.store.show(SpaceState, part=found)

        self.store.start(
            "space part", "Counting pixels", density(cloud.x, cloud.y, cells_for(len(cloud.x)), box), done
        )

    def _mark(self) -> None:
        """Find the pixels of the regions; regions are small, so at once."""
        cloud, cube = self.state.cloud, self.store.document.cube
        if cloud is None or cube is None or not self.state.watched:
            return
        known = {id(region): columns for region, columns in self.state.marked}
        pixels = cloud.space.scene.pixels
        marked: Marked = tuple(
            (region, known[id(region)] if id(region) in known else _columns(region, pixels, cube))
            for region in self.store.document.regions
        )
        self.store.show(SpaceState, marked=marked)

    def select(self, command: cmd.SelectInSpace) -> None:
        """Make a region of the pixels within a polygon."""
        cloud, cube = self.state.cloud, self.store.document.cube
        if cloud is None or cube is None or len(command.corners) < 3:
            return

        def done(columns: NDArray[np.int64]) -> None:
            if not columns.size:
                raise InputError("No pixel lies within what was drawn in feature space; draw it around some.")
            mask = np.zeros(cube.lines * cube.samples, dtype=bool)
            mask[cloud.space.scene.pixels[columns]] = True
            self.store.send(cmd.SelectRegion(-1))  # a region of its own, and no addition to another one
            self.store.send(cmd.PaintRegion(runs_of(mask.reshape(cube.shape[:2]))))
            if command.endmember:
                self.store.send(cmd.AddMean(self.store.document.view.region))

        work = inside(cloud.x, cloud.y, command.corners)
        self.store.start("space choice", "Choosing pixels in feature space", work, done, of=cube)


FIRST = SpaceState().axes


def cells_for(pixels: int) -> int:
    """Return how many cells the grid has along each axis."""
    return min(max(2 * math.isqrt(pixels), FEWEST), CELLS)


def _there(axis: Axis, cube: Cube, result: Unmixing | None) -> bool:
    """Whether there is what an axis lies along: bands are left out, a result may have other maps."""
    if axis.kind == "band":
        return bool(cube.good_bands[axis.index])
    if axis.kind == "component":
        return axis.index < int(np.count_nonzero(cube.good_bands))
    return result is not None and axis.name in result.maps and axis.index < result.maps[axis.name].layers


def _columns(region: Region, pixels: NDArray[np.int64], cube: Cube) -> NDArray[np.int64]:
    return np.flatnonzero(region.mask(cube.lines, cube.samples).reshape(-1)[pixels])
