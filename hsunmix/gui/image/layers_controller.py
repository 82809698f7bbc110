"""Layers by band maths: added, deleted, and evaluated when they are shown."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hsunmix.gui import commands as cmd
from hsunmix.gui.image.state import ImageState
from hsunmix.gui.regions.state import RegionsState
from hsunmix.gui.state.channels import QUIET
from hsunmix.gui.state.documents import same_bands
from hsunmix.gui.state.store import Store
from hsunmix.model.band_maths import compiled, evaluation
from hsunmix.model.cube import Cube
from hsunmix.model.progress import Step
from hsunmix.session.document import Document, Layer, index_without

__all__ = ["Controller"]

CHANNELS = {"layer": QUIET}

KEPT = 4  # evaluated layers in memory


class Controller:
    """Carries out what is asked of layers."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._wrong: set[str] = set()  # what can't be evaluated says so once
        store.handle(cmd.AddLayer, self.add)
        store.handle(cmd.DeleteLayer, self.delete)
        store.handle(cmd.ShowLayer, self.show)

    def changed(self, old: Document, new: Document) -> None:
        """Evaluate the layer that is shown, where that is not done yet."""
        store = self.store
        if not same_bands(old.cube, new.cube):  # an expression asks for the bands that are used
            self._wrong.clear()
            if store.state[ImageState].layers:
                store.show(ImageState, layers={})
        if new.cube is None or new.view.page != "layer" or not new.layers:
            return
        layer = new.layers[min(new.view.layer, len(new.layers) - 1)]
        if (
            layer.text not in {*store.state[ImageState].layers, *self._wrong}
            and not store.channels["layer"].busy
        ):
            self._evaluate(new.cube, layer)

    def add(self, command: cmd.AddLayer) -> None:
        """Add a layer and show it; with no text, what is planned for the mask."""
        document, masking = self.store.document, self.store.state[RegionsState].masking
        text = (command.text or (masking.plan.text if masking else "")).strip()
        if document.cube is None or not text:
            return
        compiled(document.cube, text)  # raises what is wrong with it
        layer = Layer(command.name or (text.upper() if text.isidentifier() else text), text)
        if layer in document.layers:
            self.show(cmd.ShowLayer(document.layers.index(layer)))
            return
        layers = (*document.layers, layer)
        view = replace(document.view, page="layer", layer=len(layers) - 1)
        self.store.history.apply(f"Add layer {layer.name}", replace(document, layers=layers, view=view))

    def delete(self, command: cmd.DeleteLayer) -> None:
        """Take a layer away."""
        document = self.store.document
        index = document.view.layer if command.index < 0 else command.index
        if index in range(len(document.layers)):
            layers = tuple(layer for k, layer in enumerate(document.layers) if k != index)
            view = replace(
                document.view, layer=max(0, index_without(document.view.layer, index, len(layers)))
            )
            label = f"Delete layer {document.layers[index].name}"
            self.store.history.apply(label, replace(document, layers=layers, view=view))

    def show(self, command: cmd.ShowLayer) -> None:
        """Turn to a layer: that is looking, and no change."""
        document = self.store.document
        if command.index in range(len(document.layers)):
            view = replace(document.view, page="layer", layer=command.index)
            self.store.history.amend(replace(document, view=view))

    def _evaluate(self, cube: Cube, layer: Layer) -> None:
        def done(values: NDArray[np.float32]) -> None:
            now = self.store.document
            if not same_bands(cube, now.cube):
                self.changed(now, now)
                return
            kept = dict(list(self.store.state[ImageState].layers.items())[-KEPT + 1 :])
            self.store.show(ImageState, layers={**kept, layer.text: values})
            self.changed(now, now)  # another may have been asked for meanwhile

        def failed(error: BaseException) -> None:
            self._wrong.add(layer.text)
            self.store.fail(error)

        work, title = _values(cube, layer.text), f"Evaluating {layer.name}"
        self.store.start("layer", title, work, done, failed, of=cube)


def _values(cube: Cube, text: str) -> Generator[Step | None, None, NDArray[np.float32]]:
    values = yield from evaluation(cube, text)
    return values.astype(np.float32, copy=False)
