"""The examples of the manual run, are short, and print what their pages say."""

from __future__ import annotations

import re
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest

EXAMPLES = Path(__file__).resolve().parent.parent / "resources" / "docs" / "examples"
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")

Numbers = list[list[float]]  # of each line that is printed


def numbers(text: str) -> Numbers:
    return [[float(n) for n in NUMBER.findall(line)] for line in text.strip().splitlines()]


def sound(said: Numbers) -> bool:
    mixture, medians, nmf = said
    return min(medians) > max(mixture) + 6 and min(nmf) > max(medians) + 3


def topics(said: Numbers) -> bool:
    return said[-1][0] > 80


def digits(said: Numbers) -> bool:
    (nmf, inked), (svd, everywhere), _ = said
    return svd < nmf < 30 and inked < everywhere / 3


def hosts(said: Numbers) -> bool:
    tenth = next(line for line in said if line[0] == 10)
    return tenth[1] < 7 and tenth[2] > 25 and said[-1][-1] < 7


def raman(said: Numbers) -> bool:
    picked, found = said
    return picked[1] > 20 and max(found[:3]) < 4 and found[3] < picked[3] / 4


def imputation(said: Numbers) -> bool:
    whole, single, runs = said[0][1], said[1], said[2]
    return max(single) < 1.2 * whole and max(runs[:3]) < 1.3 * whole and runs[-1] > 10 * whole


@pytest.mark.parametrize("script", sorted(EXAMPLES.glob("*.py")), ids=lambda p: p.stem)
def test_an_example_prints_and_draws_what_its_page_shows(
    script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    figure = tmp_path / "figure.png"
    monkeypatch.setattr(sys, "argv", [str(script), str(figure)])
    runpy.run_path(str(script))
    said = capsys.readouterr().out
    assert globals()[script.stem](numbers(said)), said
    assert figure.read_bytes().startswith(b"\x89PNG")

    page = script.with_suffix(".md").read_text(encoding="utf-8")
    shown = re.search(r"^It prints\n\n```\n(.*?)```$", page, re.DOTALL | re.MULTILINE)
    assert shown
    for mine, theirs in zip(numbers(said), numbers(shown[1]), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=0.2, atol=1)  # other processors, other versions


@pytest.mark.parametrize("script", sorted(EXAMPLES.glob("*.py")), ids=lambda p: p.stem)
def test_an_example_is_short_and_has_a_page(script: Path):
    assert len(script.read_text(encoding="utf-8").splitlines()) <= 60
    assert (EXAMPLES.parent / "images" / "examples" / f"{script.stem}.png").is_file()
    index = (EXAMPLES.parent / "examples.md").read_text(encoding="utf-8")
    assert f"(examples/{script.stem}.md)" in index
