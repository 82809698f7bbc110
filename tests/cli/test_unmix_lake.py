"""A scene with a lake, as a user unmixes it: no map above 100 % without a word, and a cure that works."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.cli.conftest import Run, refusal, write_envi
from tests.scenes import lake


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    return write_envi(tmp_path, lake().astype(np.float32))


def test_what_is_said_and_what_cures_it(hsunmix: Run, scene: Path, tmp_path: Path) -> None:
    result = hsunmix("unmix", scene, "-r", 3, "-o", tmp_path / "a")
    assert result.exit_code == 0, result.output
    assert "is above 100 %" in result.stderr
    assert "-a fcls" in result.stderr
    assert "-a shade" in result.stderr
    for number, cure in enumerate((["-a", "fcls"], ["-a", "shade"], ["--shade"])):
        out = tmp_path / f"cured{number}"
        cured = hsunmix("unmix", scene, "-r", 3, *cure, "-o", out, "--products", "geotiff,csv,sli,png,html")
        assert cured.exit_code == 0, cured.output
        assert "above 100 %" not in cured.stderr
        record = json.loads((out / "result.json").read_text(encoding="utf-8"))
        assert max(record["mean_abundances"]) < 1
        assert record["abundance"] == cure[-1].lstrip("-")


def test_two_ways_to_say_it_that_contradict_are_refused(hsunmix: Run, scene: Path, tmp_path: Path) -> None:
    assert "--shade is -a shade" in refusal(
        hsunmix("unmix", scene, "-r", 3, "--shade", "-a", "nnls", "-o", tmp_path / "b")
    )
