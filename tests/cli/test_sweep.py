from __future__ import annotations

import json

import numpy as np

from tests.cli.conftest import refusal, write_envi
from tests.conftest import make_cube


def test_a_table_and_a_sentence(hsunmix, tmp_path):
    cube = make_cube(lines=31, samples=22, bands=40, materials=4, noise=0.002)
    scene = write_envi(tmp_path, cube.read(0, 31))
    found = json.loads(hsunmix("sweep", scene, "-r", "3-5", "-n", "2", "-m", "spa", "--json").stdout)
    assert found["ranks"] == [3, 4, 5]
    assert [len(errors) for errors in found["errors"]] == [2, 2, 2]
    lines = hsunmix("sweep", scene, "-r", "3-5", "-n", "2", "-m", "spa").stdout.splitlines()
    assert [int(line.split()[0]) for line in lines[1:4]] == [3, 4, 5]
    assert f"{found['worst'][1]:.2f}°" in lines[2]
    assert lines[4] == found["sentence"]


def test_what_makes_no_sense_is_refused(hsunmix, scene):
    for ranks in ("x", "5-3", "0-4", "2-900"):
        assert repr(ranks) in refusal(hsunmix("sweep", scene, "-r", ranks))
    assert "at least two" in refusal(hsunmix("sweep", scene, "-n", "1"))
    assert "'nnls' is no" in refusal(hsunmix("sweep", scene, "-m", "nnls"))


def test_part_of_a_scene_and_parameters(hsunmix, tmp_path):
    cube = make_cube(lines=31, samples=22, bands=40, materials=4, noise=0.002)
    values = cube.read(0, 31)
    scene = write_envi(tmp_path, values)
    part = write_envi(tmp_path, values[:12], "part")
    few = ("-r", "2-3", "-n", "2", "-m", "spa", "--json")

    def errors(path, *words):
        result = hsunmix("sweep", path, *few, *words)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)["errors"]

    mask = tmp_path / "mask.npy"
    np.save(mask, np.arange(31)[:, None].repeat(22, axis=1) < 12)
    assert errors(scene, "--mask", mask) == errors(part) != errors(scene)
    assert errors(scene, "--bands", "#6-30") != errors(scene)
    assert errors(scene, "--set", "neighbours=5") != errors(scene)
    assert "no such parameter" in refusal(hsunmix("sweep", scene, "--set", "nonsense=1"))
    assert "NAME=VALUE" in refusal(hsunmix("sweep", scene, "--set", "nonsense"))
