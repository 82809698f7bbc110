"""The mask, on a scene that is not square: what is kept is where it is asked for, and comes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hsunmix.gui import commands as i
from hsunmix.gui.regions.mask_controller import threshold_text
from hsunmix.gui.state.workbench import Workbench
from hsunmix.model.band_maths import evaluate
from hsunmix.model.cube import Cube
from hsunmix.session.document import Document
from tests.gui.conftest import Answers

Wait = Callable[[Callable[[], bool]], None]


@pytest.fixture
def open_bench(bench: Workbench, document: Document, wait: Wait) -> Workbench:
    all_bands = replace(document.cube, bad_bands=None)  # 860 nm among them
    result = replace(document.unmixing, used_bands=np.ones(20, dtype=bool))
    members = tuple(replace(e, spectrum=np.nan_to_num(e.spectrum, nan=0.5)) for e in document.endmembers)
    bench.history.reset(replace(document, cube=all_bands, unmixing=result, endmembers=members))
    wait(lambda: not bench.live.tasks and bench.live.picture is not None)
    return bench


def planned(bench: Workbench, wait: Wait, plan: i.PlanMask) -> None:
    bench.send(plan)
    wait(lambda: not bench.lanes["mask"].busy)


def solved(bench: Workbench) -> bool:
    return not bench.live.tasks and not bench.document.unmixing.provisional


def test_a_plan_is_shown_and_changes_nothing(open_bench: Workbench, wait: Wait):
    bench, before = open_bench, open_bench.document
    planned(bench, wait, i.PlanMask("ndvi"))
    masking = bench.live.masking
    values = evaluate(before.cube, "ndvi")
    assert masking.plan.threshold == 0.3  # the customary one
    assert np.array_equal(masking.mask, values > 0.3)
    assert masking.kept == pytest.approx((values > 0.3).mean())
    low, high = masking.range
    assert low < high
    planned(bench, wait, replace(masking.plan, threshold=0.1, sense="<"))
    assert np.array_equal(bench.live.masking.mask, values < 0.1)
    assert bench.document is before
    wait(lambda: bench.live.overlay is not None)
    assert np.array_equal(bench.live.overlay.values == 1, ~(values < 0.1))
    bench.send(i.CancelMask())
    assert bench.live.masking is None
    assert bench.live.overlay is None


def test_applied_it_is_the_cubes_selection_and_can_be_undone(open_bench: Workbench, wait: Wait):
    bench, before = open_bench, open_bench.document
    text = "b[860] > 0.35"
    planned(bench, wait, i.PlanMask(text))
    bench.send(i.ApplyMask())
    mask = evaluate(before.cube, text)
    assert 0 < mask.sum() < mask.size
    assert np.array_equal(bench.document.cube.selection, mask)
    assert bench.document.cube.selection_text == text
    assert bench.history.undo_label == f"Mask {text}"
    assert bench.live.masking is None
    wait(lambda: solved(bench))
    shares = bench.document.unmixing.abundances
    assert shares.shape == (3, 13, 9)
    assert np.array_equal(np.isfinite(shares[0]), mask)  # solved again, for the pixels that are used
    bench.send(i.Undo())
    assert bench.document.cube is before.cube
    assert bench.document.unmixing is before.unmixing


def test_a_mask_reads_no_picture_again(open_bench: Workbench, wait: Wait):
    bench = open_bench
    picture = bench.live.picture
    planned(bench, wait, i.PlanMask("b[860] > 0.35"))
    bench.send(i.ApplyMask())
    wait(lambda: solved(bench))
    assert bench.live.picture is picture


def test_narrower_and_wider(open_bench: Workbench, wait: Wait):
    bench = open_bench
    one, two = "b[860] > 0.35", "b[1600] > 0.12"
    cube = bench.document.cube
    first, second = evaluate(cube, one), evaluate(cube, two)
    for how, expected in (("narrow", first & second), ("widen", first | second), ("replace", second)):
        planned(bench, wait, i.PlanMask(one))
        bench.send(i.ApplyMask())
        planned(bench, wait, i.PlanMask(two, how=how))
        bench.send(i.ApplyMask())
        assert np.array_equal(bench.document.cube.selection, expected), how
        text = bench.document.cube.selection_text
        assert np.array_equal(evaluate(cube, text), expected), text  # the record says the same


@pytest.mark.parametrize(
    ("text", "reason"),
    [("b[860", "not understood"), ("__import__('os')", "expression"), ("b[860] > 1e9", "")],
)
def test_what_keeps_nothing_is_not_applied(open_bench: Workbench, wait: Wait, text: str, reason: str):
    bench, before = open_bench, open_bench.document
    planned(bench, wait, i.PlanMask(text))
    masking = bench.live.masking
    assert reason in masking.wrong
    assert bool(masking.wrong) == bool(reason)
    bench.send(i.ApplyMask())
    assert bench.document is before


def test_from_a_region(open_bench: Workbench, wait: Wait):
    bench = open_bench
    bench.send(i.DrawRegion("rectangle", ((2.0, 6.0), (12.0, 9.0))))
    inside = np.zeros((13, 9), dtype=bool)
    inside[2:12, 6:] = True
    bench.send(i.MaskRegion(0, keep=True))
    assert np.array_equal(bench.document.cube.selection, inside)
    assert bench.history.undo_label == "Use only Region 1"
    bench.send(i.Undo())
    bench.send(i.MaskRegion(0, keep=False))
    assert np.array_equal(bench.document.cube.selection, ~inside)
    bench.send(i.DrawRegion("rectangle", ((0.0, 0.0), (1.0, 9.0))))
    bench.send(i.MaskRegion(1, keep=False))  # of what is left
    inside[0] = True
    assert np.array_equal(bench.document.cube.selection, ~inside)
    wait(lambda: solved(bench))


def test_inverting_and_clearing(open_bench: Workbench, wait: Wait):
    bench = open_bench
    bench.send(i.InvertMask())
    bench.send(i.ClearMask())
    assert bench.history.undo_label == ""  # there was no mask
    planned(bench, wait, i.PlanMask("b[860] > 0.35"))
    bench.send(i.ApplyMask())
    mask = bench.document.cube.selection
    bench.send(i.InvertMask())
    assert np.array_equal(bench.document.cube.selection, ~mask)
    assert np.array_equal(evaluate(bench.document.cube, bench.document.cube.selection_text), ~mask)
    bench.send(i.ClearMask())
    assert bench.document.cube.selection is None
    bench.send(i.Undo())
    bench.send(i.Undo())
    assert bench.document.cube.selection is mask
    wait(lambda: solved(bench))


def test_no_mask_leaves_nothing(open_bench: Workbench):
    bench = open_bench
    bench.send(i.DrawRegion("rectangle", ((0.0, 0.0), (13.0, 9.0))))
    bench.send(i.MaskRegion(0, keep=False))
    assert "every pixel" in bench.live.message.text
    assert bench.document.cube.selection is None


def test_a_plan_goes_with_its_scene(open_bench: Workbench, wait: Wait, small_cube: Cube):
    bench = open_bench
    planned(bench, wait, i.PlanMask("ndvi"))
    bench.history.reset(Document(cube=small_cube))
    assert bench.live.masking is None
    wait(lambda: not bench.live.tasks)


def test_the_condition_is_an_expression_again():
    assert threshold_text(i.PlanMask("ndvi", ">", 0.25)) == "ndvi > 0.25"
    assert threshold_text(i.PlanMask("b[860] - b[660]", "<", -1e-3)) == "(b[860] - b[660]) < -0.001"
    assert threshold_text(i.PlanMask("b[860] > 0.3")) == "b[860] > 0.3"


def test_out_to_a_file_and_in_again(open_bench: Workbench, answers: Answers, tmp_path: Path, wait: Wait):
    bench = open_bench
    bench.send(i.DrawRegion("rectangle", ((2.0, 6.0), (12.0, 9.0))))
    bench.send(i.MaskRegion(0))
    mask = bench.document.cube.selection
    answers.file = tmp_path / "mask"
    bench.send(i.SaveMask())
    wait(lambda: bench.live.message is not None)
    assert "mask.tif" in bench.live.message.text
    bench.send(i.ClearMask())
    bench.send(i.MaskFile(tmp_path / "mask.tif"))
    wait(lambda: bench.document.cube.selection is not None)
    assert np.array_equal(bench.document.cube.selection, mask)
    assert bench.history.undo_label == "Mask from mask.tif"
    wait(lambda: solved(bench))


def test_a_transposed_mask_is_refused(open_bench: Workbench, answers: Answers, tmp_path: Path, wait: Wait):
    bench = open_bench
    np.save(tmp_path / "turned.npy", np.eye(9, 13))
    answers.file = tmp_path / "turned.npy"
    bench.send(i.MaskFile())
    wait(lambda: bench.live.message is not None)
    assert "exchanged" in bench.live.message.text
    assert bench.document.cube.selection is None
