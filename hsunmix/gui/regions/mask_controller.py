"""The mask: which pixels are used. Planned with a preview, then applied; or taken from a region."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import HsunmixError, InputError
from hsunmix.gui import commands as cmd
from hsunmix.gui.regions.state import Masking, RegionsState
from hsunmix.gui.state.channels import QUIET
from hsunmix.gui.state.store import Store
from hsunmix.model.band_maths import evaluation
from hsunmix.model.cube import Cube
from hsunmix.model.progress import Step
from hsunmix.session.document import Document
from hsunmix.session.members import check_values

__all__ = ["Controller", "masked", "threshold_text"]

CHANNELS = {"mask": QUIET}

CUSTOMARY = {"ndvi": 0.3, "ndwi": 0.0, "ndsi": 0.4}  # thresholds of the literature
SAMPLE = 100_000  # pixels that a range is taken from

Mask = NDArray[np.bool_]
Key = tuple[int, bytes, str]  # pixels, the bands that an expression may mean, text


class Controller:
    """Carries out what is asked of the mask."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._values: tuple[Key, NDArray[np.generic]] | None = None  # what was evaluated last
        store.handle(cmd.PlanMask, self.plan)
        store.handle(cmd.ApplyMask, self.apply)
        store.handle(cmd.CancelMask, self.cancel)
        store.handle(cmd.MaskRegion, self.mask_region)
        store.handle(cmd.InvertMask, self.invert)
        store.handle(cmd.ClearMask, self.clear)

    def changed(self, old: Document, new: Document) -> None:
        """A plan goes with its scene, and is made anew on another mask."""
        if new.cube is None or old.cube is None or new.cube.pixels is not old.cube.pixels:
            self._values = None
            self.cancel(cmd.CancelMask())
        elif new.cube is not old.cube and (planned := self.store.state[RegionsState].masking) is not None:
            self.plan(planned.plan)

    def plan(self, command: cmd.PlanMask) -> None:
        """Evaluate what is planned, in the background; the newest plan counts."""
        store, cube = self.store, self.store.document.cube
        if cube is None:
            return
        key = (id(cube.pixels), cube.good_bands.tobytes(), command.text)
        before = store.state[RegionsState].masking
        if before is None or before.plan.text != command.text:
            store.show(RegionsState, masking=Masking(command))
        else:
            store.show(RegionsState, masking=replace(before, plan=command))

        def done(found: tuple[Masking, NDArray[np.generic]]) -> None:
            self._values = (key, found[1])
            if self._is_planned(command):
                store.show(RegionsState, masking=found[0])

        def failed(error: BaseException) -> None:
            if not isinstance(error, HsunmixError):
                store.fail(error)
            if self._is_planned(command):
                store.show(RegionsState, masking=Masking(command, wrong=str(error)))

        values = None if self._values is None or self._values[0] != key else self._values[1]
        store.start("mask", "Evaluating the mask", _planned(cube, command, values), done, failed, of=cube)

    def _is_planned(self, plan: cmd.PlanMask) -> bool:
        masking = self.store.state[RegionsState].masking
        return masking is not None and masking.plan == plan

    def apply(self, _command: cmd.ApplyMask) -> None:
        """Make the plan the mask."""
        masking, cube = self.store.state[RegionsState].masking, self.store.document.cube
        if cube is None or masking is None or masking.mask is None:
            return
        if not masking.mask.any():
            raise InputError("This would mask every pixel; change the threshold.")
        text = _joined(cube.selection_text, threshold_text(masking.plan), masking.plan.how)
        self.store.show(RegionsState, masking=None)
        self._set(masking.mask, f"Mask {threshold_text(masking.plan)}", text)

    def cancel(self, _command: cmd.CancelMask) -> None:
        """Forget the plan."""
        self.store.channels["mask"].cancel()
        if self.store.state[RegionsState].masking is not None:
            self.store.show(RegionsState, masking=None)

    def mask_region(self, command: cmd.MaskRegion) -> None:
        """Keep the pixels of a region, or leave them out."""
        document = self.store.document
        cube = document.cube
        if cube is None or command.index not in range(len(document.regions)):
            return
        region = document.regions[command.index]
        inside = region.mask(cube.lines, cube.samples)
        before = np.ones_like(inside) if cube.selection is None else cube.selection
        # Keeping a region starts anew; leaving one out takes it from what is used now.
        mask = inside if command.keep else before & ~inside
        if not mask.any():
            raise InputError("This would mask every pixel; choose another region.")
        label = f"Use only {region.name}" if command.keep else f"Mask {region.name} out"
        self._set(mask, label)

    def invert(self, _command: cmd.InvertMask) -> None:
        """Swap used and masked pixels."""
        cube = self.store.document.cube
        if cube is None or cube.selection is None:
            return
        if cube.selection.all():
            raise InputError("All pixels are used; inverted, none would be.")
        text = f"not ({cube.selection_text})" if cube.selection_text else ""
        self._set(~cube.selection, "Invert the mask", text)

    def clear(self, _command: cmd.ClearMask) -> None:
        """Use all pixels."""
        cube = self.store.document.cube
        if cube is not None and cube.selection is not None:
            self._set(None, "Clear the mask")

    def _set(self, mask: Mask | None, label: str, text: str = "") -> None:
        document = self.store.document
        assert document.cube is not None  # asked by everyone who calls
        self.store.history.apply(label, masked(document, mask, text))


def masked(document: Document, mask: Mask | None, *texts: str) -> Document:
    """Return the document with another mask; its abundances have to be solved again.

    Parameters
    ----------
    document : Document
        With a cube.
    mask : array of bool, (lines, samples), or None
        True for the pixels that are used; None for all.
    *texts : str
        What made it, each in the words of one ``--mask``.

    Raises
    ------
    InputError
        There are endmembers that can't be solved for.
    """
    cube = document.cube
    assert cube is not None
    if mask is not None and mask.all():
        mask = None
    check_values(document.endmembers, cube)
    result = document.unmixing
    if result is not None:
        result = replace(result, provisional=True)
    return replace(document, cube=cube.with_selection(mask, *texts), unmixing=result)


def threshold_text(plan: cmd.PlanMask) -> str:
    """Return the condition that a plan stands for."""
    return (
        plan.text if plan.threshold is None else f"{_bracketed(plan.text)} {plan.sense} {plan.threshold:.6g}"
    )


def _planned(
    cube: Cube, plan: cmd.PlanMask, values: NDArray[np.generic] | None
) -> Generator[Step | None, None, tuple[Masking, NDArray[np.generic]]]:
    if values is None:
        values = yield from evaluation(cube, plan.text)
    yield None
    limits = None
    if values.dtype == np.bool_:
        plan, mask = replace(plan, threshold=None), np.asarray(values, dtype=bool)
    else:
        limits = _range(values)
        threshold = plan.threshold
        if threshold is None:
            threshold = CUSTOMARY.get(plan.text.strip(), sum(limits) / 2)
        threshold = float(f"{threshold:.6g}")  # what its words say
        plan = replace(plan, threshold=threshold)
        numbers = np.asarray(values, dtype=np.float32)
        with np.errstate(invalid="ignore"):
            mask = numbers > threshold if plan.sense == ">" else numbers < threshold  # NaN: neither
    yield None
    before = cube.selection
    if before is not None and plan.how != "replace":
        mask = mask & before if plan.how == "narrow" else mask | before
    return Masking(plan, mask, float(mask.mean()), limits), values


def _range(values: NDArray[np.generic]) -> tuple[float, float]:
    flat = values.reshape(-1)
    sample = flat[:: max(1, flat.size // SAMPLE)]
    sample = sample[np.isfinite(sample)]
    if not sample.size:
        raise InputError("The expression has no value anywhere in the scene; change it.")
    low, high = np.percentile(sample, (0.5, 99.5))
    return (float(low), float(high)) if high > low else (float(low) - 0.5, float(low) + 0.5)


def _joined(before: str, text: str, how: str) -> str:
    if how == "replace" or not before:
        return text if how == "replace" else ""
    return f"({before}) {'and' if how == 'narrow' else 'or'} ({text})"


def _bracketed(text: str) -> str:
    return text if text.isidentifier() else f"({text})"
