"""What lies on every picture, and the spectra of the regions: both made by workers."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.regions import RegionStatistics, region_statistics
from hsunmix.gui.image.drawing import Overlay
from hsunmix.gui.state.live import Live
from hsunmix.gui.state.scenes import is_huge
from hsunmix.gui.state.workbench import Workbench
from hsunmix.model.cube import Cube
from hsunmix.model.progress import Step
from hsunmix.model.region import Region
from hsunmix.session.document import Document

__all__ = ["Controller", "overlay_of"]

AT_ONCE = 1 << 19  # pixels: some milliseconds
Mask = NDArray[np.bool_]
Spectra = dict[Region, RegionStatistics]


class Controller:
    """Keeps overlay and regions' spectra true."""

    def __init__(self, bench: Workbench) -> None:
        self.bench = bench
        self._usable: tuple[Cube, Mask] | None = None  # what the pixels themselves say
        bench.watch(self._follow)

    def changed(self, old: Document, new: Document) -> None:
        """Make anew what depends on mask and regions."""
        if new.cube is not old.cube:
            self._look(new.cube)
        if new.cube is not old.cube or new.regions is not old.regions:
            self._lay()
            self._measure(new, fresh=new.cube is not old.cube)

    def _follow(self, old: Live, new: Live) -> None:
        if new.masking is not old.masking:
            self._lay()

    def _lay(self) -> None:
        bench = self.bench
        cube, regions, masking = bench.document.cube, bench.document.regions, bench.live.masking
        used = None if cube is None else cube.selection
        if self._usable is not None and self._usable[0] is cube:
            used = self._usable[1]
        if masking is not None and masking.mask is not None:
            used = masking.mask
        bench.lanes["overlay"].cancel()
        if cube is None or (used is None and not regions):
            if bench.live.overlay is not None:
                bench.show(overlay=None)
            return
        shape = cube.shape[:2]
        if shape[0] * shape[1] <= AT_ONCE:
            bench.show(overlay=overlay_of(shape, used, regions))
            return

        def work() -> Generator[None, None, Overlay]:
            yield
            return overlay_of(shape, used, regions)

        def done(overlay: Overlay) -> None:
            now = bench.document
            if now.cube is cube and now.regions is regions and bench.live.masking is masking:
                bench.show(overlay=overlay)

        bench.start("overlay", "Drawing the mask", work(), done)

    def _look(self, cube: Cube | None) -> None:
        """Find the pixels that are not used because they hold no data, or nothing but zeros.

        Not in a huge cube: all of it would have to be read.
        """
        self._usable = None
        self.bench.lanes["usable"].cancel()
        if cube is None or is_huge(cube):
            return

        def work() -> Generator[Step | None, None, Mask]:
            scene = yield from self.bench.ahead(cube)
            used = np.zeros(cube.lines * cube.samples, dtype=bool)
            used[scene.pixels] = True
            return used.reshape(cube.shape[:2])

        def done(used: Mask) -> None:
            if self.bench.document.cube is cube and not used.all():
                self._usable = (cube, used)
                self._lay()

        # A scene that can't be read whole says so when it is unmixed.
        self.bench.start("usable", "Looking for empty pixels", work(), done, lambda _error: None)

    def _measure(self, document: Document, fresh: bool) -> None:
        """Take mean and spread of every region that has none yet."""
        bench, cube = self.bench, document.cube
        known = {} if fresh else {_drawn(r): found for r, found in bench.live.region_spectra.items()}
        kept = {r: known[_drawn(r)] for r in document.regions if _drawn(r) in known}
        if kept or bench.live.region_spectra:
            bench.show(region_spectra=kept)
        missing = [region for region in document.regions if region not in kept]
        if cube is None or not missing:
            bench.lanes["regions"].cancel()
            return

        def done(found: Spectra) -> None:
            if bench.document.cube is cube:
                bench.show(region_spectra={**bench.live.region_spectra, **found})

        # Nobody asked for them, so a failure is no message: unmixing will say the same.
        work = self._spectra(cube, missing)
        bench.start("regions", "Averaging regions", work, done, lambda _error: None)

    def _spectra(self, cube: Cube, regions: list[Region]) -> Generator[Step | None, None, Spectra]:
        scene = yield from self.bench.scenes.scene(cube)
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
