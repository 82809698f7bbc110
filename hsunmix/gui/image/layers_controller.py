"""Layers by band maths: added, deleted, and evaluated when they are shown."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hsunmix.gui import commands as i
from hsunmix.gui.spectra.bands_controller import same_bands
from hsunmix.gui.state.workbench import Workbench
from hsunmix.model.band_maths import compiled, evaluation
from hsunmix.model.cube import Cube
from hsunmix.model.progress import Step
from hsunmix.session.document import Document, Layer, index_without

__all__ = ["Controller"]

KEPT = 4  # evaluated layers in memory


class Controller:
    """Carries out what is asked of layers."""

    def __init__(self, bench: Workbench) -> None:
        self.bench = bench
        self._wrong: set[str] = set()  # what can't be evaluated says so once
        bench.handle(i.AddLayer, self.add)
        bench.handle(i.DeleteLayer, self.delete)
        bench.handle(i.ShowLayer, self.show)

    def changed(self, old: Document, new: Document) -> None:
        """Evaluate the layer that is shown, where that is not done yet."""
        bench = self.bench
        if not same_bands(old.cube, new.cube):  # an expression asks for the bands that are used
            self._wrong.clear()
            if bench.live.layers:
                bench.show(layers={})
        if new.cube is None or new.view.page != "layer" or not new.layers:
            return
        layer = new.layers[min(new.view.layer, len(new.layers) - 1)]
        if layer.text not in {*bench.live.layers, *self._wrong} and not bench.lanes["layer"].busy:
            self._evaluate(new.cube, layer)

    def add(self, intent: i.AddLayer) -> None:
        """Add a layer and show it; with no text, what is planned for the mask."""
        document, masking = self.bench.document, self.bench.live.masking
        text = (intent.text or (masking.plan.text if masking else "")).strip()
        if document.cube is None or not text:
            return
        compiled(document.cube, text)  # raises what is wrong with it
        layer = Layer(intent.name or (text.upper() if text.isidentifier() else text), text)
        if layer in document.layers:
            self.show(i.ShowLayer(document.layers.index(layer)))
            return
        layers = (*document.layers, layer)
        view = replace(document.view, page="layer", layer=len(layers) - 1)
        self.bench.history.apply(f"Add layer {layer.name}", replace(document, layers=layers, view=view))

    def delete(self, intent: i.DeleteLayer) -> None:
        """Take a layer away."""
        document = self.bench.document
        index = document.view.layer if intent.index < 0 else intent.index
        if index in range(len(document.layers)):
            layers = tuple(layer for k, layer in enumerate(document.layers) if k != index)
            view = replace(
                document.view, layer=max(0, index_without(document.view.layer, index, len(layers)))
            )
            label = f"Delete layer {document.layers[index].name}"
            self.bench.history.apply(label, replace(document, layers=layers, view=view))

    def show(self, intent: i.ShowLayer) -> None:
        """Turn to a layer: that is looking, and no change."""
        document = self.bench.document
        if intent.index in range(len(document.layers)):
            view = replace(document.view, page="layer", layer=intent.index)
            self.bench.history.amend(replace(document, view=view))

    def _evaluate(self, cube: Cube, layer: Layer) -> None:
        def done(values: NDArray[np.float32]) -> None:
            now = self.bench.document
            if not same_bands(cube, now.cube):
                self.changed(now, now)
                return
            kept = dict(list(self.bench.live.layers.items())[-KEPT + 1 :])
            self.bench.show(layers={**kept, layer.text: values})
            self.changed(now, now)  # another may have been asked for meanwhile

        def failed(error: BaseException) -> None:
            self._wrong.add(layer.text)
            self.bench.fail(error)

        work, title = _values(cube, layer.text), f"Evaluating {layer.name}"
        self.bench.start("layer", title, work, done, failed, of=cube)


def _values(cube: Cube, text: str) -> Generator[Step | None, None, NDArray[np.float32]]:
    values = yield from evaluation(cube, text)
    return values.astype(np.float32, copy=False)
