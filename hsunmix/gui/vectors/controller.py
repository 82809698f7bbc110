"""Vector layers: added, shown, recoloured, removed; and their files, read when they are needed."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from functools import partial
from pathlib import Path

from hsunmix.errors import FileError, FormatError, InputError
from hsunmix.gui import commands as cmd
from hsunmix.gui.state.channels import IN_TURN
from hsunmix.gui.state.store import Store
from hsunmix.gui.vectors.outlines import Outlines, outlines_of
from hsunmix.gui.vectors.prompts import VectorFiles
from hsunmix.gui.vectors.state import VectorsState
from hsunmix.model.cube import Cube
from hsunmix.model.vectors import Vectors
from hsunmix.session.document import Document, VectorLayer
from hsunmix.session.vector_layers import with_layers

__all__ = ["Controller"]

CHANNELS = {"vectors": IN_TURN}

LIST = (("Vector layers", cmd.ShowTool("vectors")),)

Drawn = dict[str, tuple[Outlines, bool]]  # by layer


class Controller:
    """Carries out what is asked of vector layers."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._reading: set[tuple[str, str]] = set()
        store.handle(cmd.AddVectors, self.add)
        store.handle(cmd.ShowVectors, self.show)
        store.handle(cmd.RecolourVectors, self.recolour)
        store.handle(cmd.RemoveVectors, self.remove)

    def changed(self, old: Document, new: Document) -> None:
        """Read what is shown and was not read yet, anew for another scene."""
        if _ground(old.cube) != _ground(new.cube):
            self._reading.clear()
            self.store.show(VectorsState, outlines={}, wrong={})
        if new.cube is None:
            return
        known = {*self.store.state[VectorsState].outlines, *self.store.state[VectorsState].wrong}
        for one in new.vectors:
            if one.shown and one.key not in known | self._reading:
                self._read(new.cube, one)

    def add(self, command: cmd.AddVectors) -> None:
        """Read all layers of files, and draw them on top."""
        cube = self.store.document.cube
        if cube is None:
            raise InputError("Open a scene first: vector layers are drawn over it.")
        for path in command.paths or self.store.ask(VectorFiles(self._folder(cube))):
            title = f"Reading {path.name}"
            self.store.start("vectors", title, _drawn(path, cube), partial(self._added, path), of=cube)

    def show(self, command: cmd.ShowVectors) -> None:
        """Show a layer, or hide it: that is looking, and no change."""
        one = self._layer(command.index)
        if command.shown and one.key in (wrong := self.store.state[VectorsState].wrong):
            self.store.show(VectorsState, wrong={key: why for key, why in wrong.items() if key != one.key})
        if one.shown != command.shown:
            self.store.history.amend(self._with(command.index, replace(one, shown=command.shown)))
        else:
            self.changed(self.store.document, self.store.document)

    def recolour(self, command: cmd.RecolourVectors) -> None:
        """Give a layer a colour."""
        one = self._layer(command.index)
        if one.colour != command.colour:
            changed = self._with(command.index, replace(one, colour=command.colour))
            self.store.history.apply(f"Recolour {one.name}", changed)

    def remove(self, command: cmd.RemoveVectors) -> None:
        """Take a layer away."""
        one, document = self._layer(command.index), self.store.document
        rest = tuple(other for other in document.vectors if other is not one)
        self.store.history.apply(f"Remove vector layer {one.name}", replace(document, vectors=rest))

    def _read(self, cube: Cube, one: VectorLayer) -> None:
        """Read the file of a layer that the document has; what is wrong with it is told, and kept."""
        self._reading.add(one.key)

        def done(drawn: Drawn) -> None:
            self._reading.discard(one.key)
            self._keep(Path(one.path), drawn)

        def failed(error: BaseException) -> None:
            self._reading.discard(one.key)
            before = self.store.state[VectorsState].wrong
            self.store.show(VectorsState, wrong={**before, one.key: str(error)})
            if str(error) not in before.values():  # once for all layers of a file
                what = InputError(f"The vector layer {one.name} is not shown. {error}")
                self.store.fail(what if isinstance(error, FileError) else error, LIST)

        def cancelled() -> None:
            self._reading.discard(one.key)
            wrong = {**self.store.state[VectorsState].wrong, one.key: "Reading it was cancelled."}
            self.store.show(VectorsState, wrong=wrong)

        path, layer = Path(one.path), one.layer
        work = _drawn(path, cube, layer)
        self.store.start("vectors", f"Reading {path.name}", work, done, failed, cancelled, of=cube)

    def _added(self, path: Path, drawn: Drawn) -> None:
        self._keep(path, drawn)
        document = self.store.document
        with_them = with_layers(document, path, tuple(drawn))
        if with_them.vectors == document.vectors:
            self.store.note(f"{path.name} is drawn already.")
        else:
            self.store.history.apply(f"Add vector layer {path.stem}", with_them)
        if not any(inside for _, inside in drawn.values()):
            self.store.say(f"{path.name} lies beside the scene: nothing of it is seen.")

    def _keep(self, path: Path, drawn: Drawn) -> None:
        fresh = {(str(path), layer): outlines for layer, (outlines, _) in drawn.items()}
        state = self.store.state[VectorsState]
        wrong = {key: why for key, why in state.wrong.items() if key not in fresh}
        self.store.show(VectorsState, outlines={**state.outlines, **fresh}, wrong=wrong)

    def _folder(self, cube: Cube) -> Path:
        """Return where to look for files: where the last one was found, else beside the scene."""
        files = [cube.path, *(Path(one.path) for one in self.store.document.vectors)]
        return next((file.parent for file in reversed(files) if file is not None), Path.home())

    def _layer(self, index: int) -> VectorLayer:
        vectors = self.store.document.vectors
        if index not in range(len(vectors)):
            raise InputError("This vector layer is gone.")
        return vectors[index]

    def _with(self, index: int, layer: VectorLayer) -> Document:
        vectors = list(self.store.document.vectors)
        vectors[index] = layer
        return replace(self.store.document, vectors=tuple(vectors))


def _ground(cube: Cube | None) -> object:
    """Return what tells where layers lie on a scene."""
    return None if cube is None else (cube.shape[:2], cube.georeference)


def _drawn(path: Path, cube: Cube, layer: str | None = None) -> Generator[None, None, Drawn]:
    """Read one layer of a file, or all, and lay them on a scene."""
    from hsunmix.formats import open_vectors

    yield
    first = open_vectors(path, layer or "")
    yield
    found = {first.layer: _laid(path, first, cube)}
    for name in first.layers[1:] if layer is None else ():
        found[name] = _laid(path, open_vectors(path, name), cube)
        yield
    return found


def _laid(path: Path, vectors: Vectors, cube: Cube) -> tuple[Outlines, bool]:
    try:
        return outlines_of(vectors, cube)
    except ValueError as error:
        raise FormatError(path, f"can't be laid on the scene: {error}") from None
