"""The mask out of a file and into one."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import numpy as np

from hsunmix.gui import commands as cmd
from hsunmix.gui.regions.mask_controller import masked
from hsunmix.gui.regions.prompts import MaskFile
from hsunmix.gui.state.channels import IN_TURN
from hsunmix.gui.state.store import Store
from hsunmix.model.cube import Cube
from hsunmix.model.maps import Map
from hsunmix.model.progress import Step
from hsunmix.session.document import Document

__all__ = ["Controller"]

CHANNELS = {"read mask": IN_TURN, "write mask": IN_TURN}


class Controller:
    """Reads and writes masks."""

    def __init__(self, store: Store) -> None:
        self.store = store
        store.handle(cmd.MaskFile, self.read)
        store.handle(cmd.SaveMask, self.save)

    def changed(self, old: Document, new: Document) -> None:
        """Nothing to follow."""

    def read(self, command: cmd.MaskFile) -> None:
        """Use only the pixels that a file wants."""
        store, cube = self.store, self.store.document.cube
        if cube is None:
            return
        path = command.path or store.ask(MaskFile(_folder(cube), writing=False))
        if path is None:
            return

        def done(found: Cube) -> None:
            new = masked(store.document, found.selection, *found.masks)
            store.history.apply(f"Mask from {path.name}", new)

        store.start("read mask", f"Reading {path.name}", _read(cube, path), done, of=cube)

    def save(self, _command: cmd.SaveMask) -> None:
        """Write the mask as an image of 1 where a pixel is used and 0 where it is not."""
        store, cube = self.store, self.store.document.cube
        if cube is None or cube.selection is None:
            return
        path = store.ask(MaskFile(_folder(cube), writing=True))
        if path is None:
            return
        if not path.suffix:
            path = path.with_suffix(".tif")
        work, said = _write(cube, path), f"The mask was written to {path}."
        store.start("write mask", f"Writing {path.name}", work, lambda _: store.say(said))


def _read(cube: Cube, path: Path) -> Generator[Step | None, None, Cube]:
    from hsunmix.session.masking import subset

    return (yield from subset(cube.with_selection(None), [path]))


def _write(cube: Cube, path: Path) -> Generator[Step | None, None, None]:
    from hsunmix.exports._rasters import write_geotiff
    from hsunmix.exports._sheets import Sheet

    yield None
    assert cube.selection is not None  # asked by who calls
    mask = Map(cube.selection[None].astype(np.float32), kind="fraction")
    yield from write_geotiff(path, Sheet("mask", "mask", mask, "mask", ("mask",)), cube.georeference)


def _folder(cube: Cube) -> Path:
    return cube.path.parent if cube.path is not None else Path.home()
