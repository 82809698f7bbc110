from __future__ import annotations

import json

from tests.cli.conftest import refusal, write_envi
from tests.conftest import make_cube


def test_the_number_and_the_curve(hsunmix, tmp_path):
    cube = make_cube(lines=31, samples=22, bands=40, materials=4, noise=0.002)
    scene = write_envi(tmp_path, cube.read(0, 31))
    estimate = json.loads(hsunmix("rank", scene, "--json").stdout)
    assert estimate["rank"] == 4
    assert estimate["method"] == "auto"
    assert estimate["low"] <= estimate["rank"] <= estimate["high"]
    assert len(estimate["curve"]) > 4
    lines = hsunmix("rank", scene).stdout.splitlines()
    assert lines == ["4", estimate["sentence"]]


def test_only_rank_methods_are_taken(hsunmix, scene):
    assert "'spa' is no rank method" in refusal(hsunmix("rank", scene, "-m", "spa"))


def test_parameters_of_the_estimate(hsunmix, scene):
    plain = json.loads(hsunmix("rank", scene, "-m", "residual", "--json").stdout)
    few = json.loads(hsunmix("rank", scene, "-m", "residual", "--set", "largest=2", "--json").stdout)
    assert (plain["parameters"], few["parameters"]) == ({}, {"largest": 2})
    assert len(few["curve"]) < len(plain["curve"])
    wrong = hsunmix("rank", scene, "-m", "residual", "--set", "nothing=1")
    assert "nothing: no such parameter" in refusal(wrong)
