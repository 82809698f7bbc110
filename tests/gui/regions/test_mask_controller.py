"""The mask, on a scene that is not square: what is kept is where it is asked for, and comes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hsunmix.gui import commands as cmd
from hsunmix.gui.image.state import ImageState
from hsunmix.gui.regions.mask_controller import threshold_text
from hsunmix.gui.regions.state import RegionsState
from hsunmix.gui.state.store import Store
from hsunmix.model.band_maths import evaluate
from hsunmix.model.cube import Cube
from hsunmix.session.document import Document
from tests.gui.conftest import FakeDialogs

Wait = Callable[[Callable[[], bool]], None]


@pytest.fixture
def open_store(store: Store, document: Document, wait: Wait) -> Store:
    all_bands = replace(document.cube, bad_bands=None)  # 860 nm among them
    result = replace(document.unmixing, used_bands=np.ones(20, dtype=bool))
    members = tuple(replace(e, spectrum=np.nan_to_num(e.spectrum, nan=0.5)) for e in document.endmembers)
    store.history.reset(replace(document, cube=all_bands, unmixing=result, endmembers=members))
    wait(lambda: not store.state.tasks and store.state[ImageState].picture is not None)
    return store


def planned(store: Store, wait: Wait, plan: cmd.PlanMask) -> None:
    store.send(plan)
    wait(lambda: not store.channels["mask"].busy)


def solved(store: Store) -> bool:
    return not store.state.tasks and not store.document.unmixing.provisional


def test_a_plan_is_shown_and_changes_nothing(open_store: Store, wait: Wait):
    store, before = open_store, open_store.document
    planned(store, wait, cmd.PlanMask("ndvi"))
    masking = store.state[RegionsState].masking
    values = evaluate(before.cube, "ndvi")
    assert masking.plan.threshold == 0.3  # the customary one
    assert np.array_equal(masking.mask, values > 0.3)
    assert masking.kept == pytest.approx((values > 0.3).mean())
    low, high = masking.range
    assert low < high
    planned(store, wait, replace(masking.plan, threshold=0.1, sense="<"))
    assert np.array_equal(store.state[RegionsState].masking.mask, values < 0.1)
    assert store.document is before
    wait(lambda: store.state[RegionsState].overlay is not None)
    assert np.array_equal(store.state[RegionsState].overlay.values == 1, ~(values < 0.1))
    store.send(cmd.CancelMask())
    assert store.state[RegionsState].masking is None
    assert store.state[RegionsState].overlay is None


def test_applied_it_is_the_cubes_selection_and_can_be_undone(open_store: Store, wait: Wait):
    store, before = open_store, open_store.document
    text = "b[860] > 0.35"
    planned(store, wait, cmd.PlanMask(text))
    store.send(cmd.ApplyMask())
    mask = evaluate(before.cube, text)
    assert 0 < mask.sum() < mask.size
    assert np.array_equal(store.document.cube.selection, mask)
    assert store.document.cube.selection_text == text
    assert store.history.undo_label == f"Mask {text}"
    assert store.state[RegionsState].masking is None
    wait(lambda: solved(store))
    shares = store.document.unmixing.abundances
    assert shares.shape == (3, 13, 9)
    assert np.array_equal(np.isfinite(shares[0]), mask)  # solved again, for the pixels that are used
    store.send(cmd.Undo())
    assert store.document.cube is before.cube
    assert store.document.unmixing is before.unmixing


def test_a_mask_reads_no_picture_again(open_store: Store, wait: Wait):
    store = open_store
    picture = store.state[ImageState].picture
    planned(store, wait, cmd.PlanMask("b[860] > 0.35"))
    store.send(cmd.ApplyMask())
    wait(lambda: solved(store))
    assert store.state[ImageState].picture is picture


def test_narrower_and_wider(open_store: Store, wait: Wait):
    store = open_store
    one, two = "b[860] > 0.35", "b[1600] > 0.12"
    cube = store.document.cube
    first, second = evaluate(cube, one), evaluate(cube, two)
    for how, expected in (("narrow", first & second), ("widen", first | second), ("replace", second)):
        planned(store, wait, cmd.PlanMask(one))
        store.send(cmd.ApplyMask())
        planned(store, wait, cmd.PlanMask(two, how=how))
        store.send(cmd.ApplyMask())
        assert np.array_equal(store.document.cube.selection, expected), how
        text = store.document.cube.selection_text
        assert np.array_equal(evaluate(cube, text), expected), text  # the record says the same


@pytest.mark.parametrize(
    ("text", "reason"),
    [("b[860", "not understood"), ("__import__('os')", "expression"), ("b[860] > 1e9", "")],
)
def test_what_keeps_nothing_is_not_applied(open_store: Store, wait: Wait, text: str, reason: str):
    store, before = open_store, open_store.document
    planned(store, wait, cmd.PlanMask(text))
    masking = store.state[RegionsState].masking
    assert reason in masking.wrong
    assert bool(masking.wrong) == bool(reason)
    store.send(cmd.ApplyMask())
    assert store.document is before


def test_from_a_region(open_store: Store, wait: Wait):
    store = open_store
    store.send(cmd.DrawRegion("rectangle", ((2.0, 6.0), (12.0, 9.0))))
    inside = np.zeros((13, 9), dtype=bool)
    inside[2:12, 6:] = True
    store.send(cmd.MaskRegion(0, keep=True))
    assert np.array_equal(store.document.cube.selection, inside)
    assert store.history.undo_label == "Use only Region 1"
    store.send(cmd.Undo())
    store.send(cmd.MaskRegion(0, keep=False))
    assert np.array_equal(store.document.cube.selection, ~inside)
    store.send(cmd.DrawRegion("rectangle", ((0.0, 0.0), (1.0, 9.0))))
    store.send(cmd.MaskRegion(1, keep=False))  # of what is left
    inside[0] = True
    assert np.array_equal(store.document.cube.selection, ~inside)
    wait(lambda: solved(store))


def test_inverting_and_clearing(open_store: Store, wait: Wait):
    store = open_store
    store.send(cmd.InvertMask())
    store.send(cmd.ClearMask())
    assert store.history.undo_label == ""  # there was no mask
    planned(store, wait, cmd.PlanMask("b[860] > 0.35"))
    store.send(cmd.ApplyMask())
    mask = store.document.cube.selection
    store.send(cmd.InvertMask())
    assert np.array_equal(store.document.cube.selection, ~mask)
    assert np.array_equal(evaluate(store.document.cube, store.document.cube.selection_text), ~mask)
    store.send(cmd.ClearMask())
    assert store.document.cube.selection is None
    store.send(cmd.Undo())
    store.send(cmd.Undo())
    assert store.document.cube.selection is mask
    wait(lambda: solved(store))


def test_no_mask_leaves_nothing(open_store: Store):
    store = open_store
    store.send(cmd.DrawRegion("rectangle", ((0.0, 0.0), (13.0, 9.0))))
    store.send(cmd.MaskRegion(0, keep=False))
    assert "every pixel" in store.state.message.text
    assert store.document.cube.selection is None


def test_a_plan_goes_with_its_scene(open_store: Store, wait: Wait, small_cube: Cube):
    store = open_store
    planned(store, wait, cmd.PlanMask("ndvi"))
    store.history.reset(Document(cube=small_cube))
    assert store.state[RegionsState].masking is None
    wait(lambda: not store.state.tasks)


def test_the_condition_is_an_expression_again():
    assert threshold_text(cmd.PlanMask("ndvi", ">", 0.25)) == "ndvi > 0.25"
    assert threshold_text(cmd.PlanMask("b[860] - b[660]", "<", -1e-3)) == "(b[860] - b[660]) < -0.001"
    assert threshold_text(cmd.PlanMask("b[860] > 0.3")) == "b[860] > 0.3"


def test_out_to_a_file_and_in_again(open_store: Store, dialogs: FakeDialogs, tmp_path: Path, wait: Wait):
    store = open_store
    store.send(cmd.DrawRegion("rectangle", ((2.0, 6.0), (12.0, 9.0))))
    store.send(cmd.MaskRegion(0))
    mask = store.document.cube.selection
    dialogs.file = tmp_path / "mask"
    store.send(cmd.SaveMask())
    wait(lambda: store.state.message is not None)
    assert "mask.tif" in store.state.message.text
    store.send(cmd.ClearMask())
    store.send(cmd.MaskFile(tmp_path / "mask.tif"))
    wait(lambda: store.document.cube.selection is not None)
    assert np.array_equal(store.document.cube.selection, mask)
    assert store.history.undo_label == "Mask from mask.tif"
    wait(lambda: solved(store))


def test_a_transposed_mask_is_refused(open_store: Store, dialogs: FakeDialogs, tmp_path: Path, wait: Wait):
    store = open_store
    np.save(tmp_path / "turned.npy", np.eye(9, 13))
    dialogs.file = tmp_path / "turned.npy"
    store.send(cmd.MaskFile())
    wait(lambda: store.state.message is not None)
    assert "exchanged" in store.state.message.text
    assert store.document.cube.selection is None
