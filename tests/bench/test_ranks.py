"""The estimate of the number of endmembers on a few scenes of every kind: hsunmix bench rank has them all."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from hsunmix.bench.planted import planted
from hsunmix.bench.ranks import CLEAN, KINDS_OF_RANK, Answer, answer
from hsunmix.cli.main import main

SIDE = 60
ASKED = [(kind, 4 + k % 3) for k, kind in enumerate(KINDS_OF_RANK)]


@pytest.fixture(scope="module")
def answers() -> dict[str, Answer]:
    return {kind: answer(planted(kind, 1, side=SIDE, rank=rank), kind) for kind, rank in ASKED}


def test_the_truth_is_in_the_range_or_the_disturbance_is_named(answers: dict[str, Answer]) -> None:
    assert len(answers) == 12
    wrong = [kind for kind, one in answers.items() if not (one.holds or one.named)]
    assert len(wrong) <= 1, wrong  # 95 % of them all


def test_clean_scenes_mostly_get_one_number(answers: dict[str, Answer]) -> None:
    single = [answers[kind].single for kind in CLEAN]
    assert sum(single) >= 0.6 * len(single)


@pytest.mark.parametrize("kind", ["bad-bands", "clouds", "small"])
def test_what_was_left_out_is_named_and_does_no_harm(answers: dict[str, Answer], kind: str) -> None:
    assert answers[kind].named
    assert answers[kind].holds


def test_the_command_prints_a_row_for_each_kind_and_refuses_what_it_does_not_know() -> None:
    asked = ["bench", "rank", "--kinds", "pure,clouds", "--ranks", "3", "--seeds", "1", "--side", "40"]
    done = CliRunner().invoke(main, asked)
    assert done.exit_code == 0, done.output
    rows = done.stdout.splitlines()
    assert len(rows) == 5
    assert "1 of 1" in rows[2]
    assert rows[-1].startswith("| all | 2 of 2")
    for words in (["--kinds", "nothing"], ["--ranks", "1-99"]):
        assert CliRunner().invoke(main, ["bench", "rank", *words]).exit_code == 2
