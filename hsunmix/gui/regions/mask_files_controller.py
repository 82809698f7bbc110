"""The mask out of a file and into one."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import numpy as np

from hsunmix.gui import commands as i
from hsunmix.gui.regions.mask_controller import masked
from hsunmix.gui.state.workbench import Workbench
from hsunmix.model.cube import Cube
from hsunmix.model.progress import Step
from hsunmix.session.document import Document

__all__ = ["Controller"]


class Controller:
    """Reads and writes masks."""

    def __init__(self, bench: Workbench) -> None:
        self.bench = bench
        bench.handle(i.MaskFile, self.read)
        bench.handle(i.SaveMask, self.save)

    def changed(self, old: Document, new: Document) -> None:
        """Nothing to follow."""

    def read(self, intent: i.MaskFile) -> None:
        """Use only the pixels that a file wants."""
        bench, cube = self.bench, self.bench.document.cube
        if cube is None:
            return
        path = intent.path or bench.ask.mask_file(_folder(cube), writing=False)
        if path is None:
            return

        def done(found: Cube) -> None:
            new = masked(bench.document, found.selection, *found.masks)
            bench.history.apply(f"Mask from {path.name}", new)

        bench.start("read mask", f"Reading {path.name}", _read(cube, path), done, of=cube)

    def save(self, _intent: i.SaveMask) -> None:
        """Write the mask as an image of 1 where a pixel is used and 0 where it is not."""
        bench, cube = self.bench, self.bench.document.cube
        if cube is None or cube.selection is None:
            return
        path = bench.ask.mask_file(_folder(cube), writing=True)
        if path is None:
            return
        if not path.suffix:
            path = path.with_suffix(".tif")
        work, said = _write(cube, path), f"The mask was written to {path}."
        bench.start("write mask", f"Writing {path.name}", work, lambda _: bench.say(said))


def _read(cube: Cube, path: Path) -> Generator[Step | None, None, Cube]:
    from hsunmix.session.narrowing import narrowed

    return (yield from narrowed(cube.with_selection(None), [path]))


def _write(cube: Cube, path: Path) -> Generator[Step | None, None, None]:
    from hsunmix.exports._rasters import write_geotiff

    yield None
    assert cube.selection is not None  # asked by who calls
    yield from write_geotiff(path, cube.selection[None].astype(np.float32), ["mask"], cube.georeference)


def _folder(cube: Cube) -> Path:
    return cube.path.parent if cube.path is not None else Path.home()
