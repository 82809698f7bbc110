"""What lies on every picture, and the spectra of the regions: both made by workers."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.regions import RegionStatistics, region_statistics
from hsunmix.gui.regions.state import Overlay, RegionsState
from hsunmix.gui.state.channels import QUIET
from hsunmix.gui.state.scenes import is_huge
from hsunmix.gui.state.store import Store
from hsunmix.gui.state.view_state import ViewState
from hsunmix.model.cube import Cube
from hsunmix.model.progress import Step
from hsunmix.model.region import Region
from hsunmix.session.document import Document

__all__ = ["Controller", "overlay_of"]

CHANNELS = {"overlay": QUIET, "usable": QUIET, "regions": QUIET}

AT_ONCE = 1 << 19  # pixels: some milliseconds
Mask = NDArray[np.bool_]
Spectra = dict[Region, RegionStatistics]


class Controller:
    """Keeps overlay and regions' spectra true."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._usable: tuple[Cube, Mask] | None = None  # what the pixels themselves say
        store.watch(self._follow)

    def changed(self, old: Document, new: Document) -> None:
        """Make anew what depends on mask and regions."""
        if new.cube is not old.cube:
            self._look(new.cube)
        if new.cube is not old.cube or new.regions is not old.regions:
            self._lay()
            self._measure(new, fresh=new.cube is not old.cube)

    def _follow(self, old: ViewState, new: ViewState) -> None:
        if new[RegionsState].masking is not old[RegionsState].masking:
            self._lay()

    def _lay(self) -> None:
        store = self.store
        cube, regions, masking = (
            store.document.cube,
            store.document.regions,
            store.state[RegionsState].masking,
        )
        used = None if cube is None else cube.selection
        if self._usable is not None and self._usable[0] is cube:
            used = self._usable[1]
        if masking is not None and masking.mask is not None:
            used = masking.mask
        store.channels["overlay"].cancel()
        if cube is None or (used is None and not regions):
            if store.state[RegionsState].overlay is not None:
                store.show(RegionsState, overlay=None)
            return
        shape = cube.shape[:2]
        if shape[0] * shape[1] <= AT_ONCE:
            store.show(RegionsState, overlay=overlay_of(shape, used, regions))
            return

        def work() -> Generator[None, None, Overlay]:
            yield
            return overlay_of(shape, used, regions)

        def done(overlay: Overlay) -> None:
            now = store.document
            if now.cube is cube and now.regions is regions and store.state[RegionsState].masking is masking:
                store.show(RegionsState, overlay=overlay)

        store.start("overlay", "Drawing the mask", work(), done)

    def _look(self, cube: Cube | None) -> None:
        """Find the pixels that are not used because they hold no data, or nothing but zeros.

        Not in a huge cube: all of it would have to be read.
        """
        self._usable = None
        self.store.channels["usable"].cancel()
        if cube is None or is_huge(cube, self.store.settings):
            return

        def work() -> Generator[Step | None, None, Mask]:
            scene = yield from self.store.ahead(cube)
            used = np.zeros(cube.lines * cube.samples, dtype=bool)
            used[scene.pixels] = True
            return used.reshape(cube.shape[:2])

        def done(used: Mask) -> None:
            if self.store.document.cube is cube and not used.all():
                self._usable = (cube, used)
                self._lay()

        # A scene that can't be read whole says so when it is unmixed.
        self.store.start("usable", "Looking for empty pixels", work(), done, lambda _error: None)

    def _measure(self, document: Document, fresh: bool) -> None:
        """Take mean and spread of every region that has none yet."""
        store, cube = self.store, document.cube
        known = (
            {}
            if fresh
            else {_drawn(r): found for r, found in store.state[RegionsState].region_spectra.items()}
        )
        kept = {r: known[_drawn(r)] for r in document.regions if _drawn(r) in known}
        if kept or store.state[RegionsState].region_spectra:
            store.show(RegionsState, region_spectra=kept)
        missing = [region for region in document.regions if region not in kept]
        if cube is None or not missing:
            store.channels["regions"].cancel()
            return

        def done(found: Spectra) -> None:
            if store.document.cube is cube:
                store.show(RegionsState, region_spectra={**store.state[RegionsState].region_spectra, **found})

        # Nobody asked for them, so a failure is no message: unmixing will say the same.
        work = self._spectra(cube, missing)
        store.start("regions", "Averaging regions", work, done, lambda _error: None)

    def _spectra(self, cube: Cube, regions: list[Region]) -> Generator[Step | None, None, Spectra]:
        scene = yield from self.store.scenes.scene(cube)
        found = {}
        for region in regions:
            found[region] = yield from region_statistics(scene, region.mask(cube.lines, cube.samples))
        return found


def overlay_of(shape: tuple[int, int], used: Mask | None, regions: tuple[Region, ...]) -> Overlay:
    """Lay the mask and the regions, the last one on top, on a scene of this shape."""
    values = np.zeros(shape, dtype=np.uint8)
    for k, region in enumerate(regions[:127]):
        top, left, bottom, right = region.window(*shape)
        values[top:bottom, left:right][region.part(top, left, bottom, right)] = 2 * (k + 1)
    if used is not None:
        values += ~used
    return Overlay(values, tuple(region.colour for region in regions[:127]))


def _drawn(region: Region) -> tuple[object, ...]:
    """What its pixels follow from: not its name or colour."""
    return region.kind, region.vertices, id(region.runs)
