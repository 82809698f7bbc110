"""Cubes made of a cube: noise adjusted components, the cube without noise, or sharpened by a finer one."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from pathlib import Path

from hsunmix.gui import commands as cmd
from hsunmix.gui.files.prompts import CubeToWrite, FinerCube
from hsunmix.gui.state.channels import IN_TURN
from hsunmix.gui.state.store import Store
from hsunmix.model.cube import Cube
from hsunmix.model.progress import Step
from hsunmix.session.document import Document

__all__ = ["Controller"]

CHANNELS = {"derive": IN_TURN}

Made = Generator[Step | None, None, tuple[Cube, str, str]]  # a cube, its title, what was done


class Controller:
    """Writes them where the analyst says, and offers to open them."""

    def __init__(self, store: Store) -> None:
        self.store = store
        store.handle(cmd.WriteComponents, self.components)
        store.handle(cmd.FuseCubes, self.fuse)

    def changed(self, old: Document, new: Document) -> None:
        """Nothing to follow."""

    def components(self, command: cmd.WriteComponents) -> None:
        """Write the components that stand out from the noise, or the cube made of them alone."""
        cube = self.store.document.cube
        if cube is None:
            return
        ending = "denoised" if command.denoised else "mnf"
        title = "Taking noise away" if command.denoised else "Finding noise adjusted components"
        self._write([cube], ending, title, lambda: _of_components(cube, command.denoised))

    def fuse(self, _command: cmd.FuseCubes) -> None:
        """Give the cube the pixels of a finer one of the same ground."""
        cube, rank = self.store.document.cube, self.store.document.settings.rank
        if cube is None:
            return
        fine = self.store.ask(FinerCube(self._folder(cube)))
        if fine is not None:
            self._write([cube, fine], "fused", f"Fusing with {fine.name}", lambda: _fused(cube, fine, rank))

    def _write(self, read: Sequence[Cube | Path], ending: str, title: str, made: Callable[[], Made]) -> None:
        """Write what is made of the first cube."""
        cube = self.store.document.cube
        assert cube is not None  # asked before
        name = Path(cube.name).stem or "cube"
        path = self.store.ask(CubeToWrite(Path(self._folder(cube)) / f"{name}_{ending}.img"))
        if path is None:
            return

        def work() -> Generator[Step | None, None, str]:
            from hsunmix.exports._cube import write_cube
            from hsunmix.exports._own_files import check_outputs, header_of

            check_outputs([path, header_of(path)], read)
            found, what, said = yield from made()
            yield from write_cube(found, path, what)
            return said

        def done(said: str) -> None:
            header = path.with_suffix(".hdr")
            self.store.say(f"{said} Written as {path.name}.", [("Open it", cmd.Open(header))])

        self.store.start("derive", title, work(), done)

    def _folder(self, cube: Cube) -> str:
        return str(cube.path.parent) if cube.path is not None else self.store.settings.preferences.open_folder


def _of_components(cube: Cube, denoised: bool) -> Made:
    from hsunmix.methods import mnf

    found = yield from mnf.fit(cube)
    count = mnf.standing_out(found)
    said = f"Components with as much signal as noise: {count} of {len(found.variances)}."
    if denoised:
        made = yield from mnf.denoised(cube, found, count)
        return made, f"{cube.name} of {count} MNF components", said
    return (yield from mnf.components(cube, found, count)), f"MNF of {cube.name}", said


def _fused(cube: Cube, fine: Path, rank: int) -> Made:
    from hsunmix.formats import open_cube
    from hsunmix.methods.fusion import fuse

    finer = open_cube(fine)
    found = yield from fuse(cube, finer, rank)
    said = f"{found.lines} lines and {found.samples} samples of {found.bands} bands, with {rank} materials."
    return found, f"{cube.name} fused with {finer.name}", said
