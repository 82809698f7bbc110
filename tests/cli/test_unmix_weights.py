"""Weights from a file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from tests.cli.conftest import Run, refusal, write_envi
from tests.conftest import make_cube


def test_missing_values_by_a_file(hsunmix: Run, tmp_path: Path) -> None:
    cube = make_cube(lines=31, samples=22, bands=40, materials=3, noise=0.002)
    values = cube.read(0, 31)
    gone = np.random.default_rng(0).random(values.shape) < 0.1
    scene = write_envi(tmp_path, np.where(gone, 3.0, values).astype(np.float32))
    weights = write_envi(tmp_path, (~gone).astype(np.float32), "weights")
    np.save(tmp_path / "weights.npy", (~gone).astype(np.float32))
    errors = {}
    for name, more in {
        "none": [],
        "envi": ["--weights", weights],
        "npy": ["--weights", tmp_path / "weights.npy"],
    }.items():
        out = tmp_path / name
        done = hsunmix(
            "unmix", scene, "-r", 3, "-m", "weighted", *more, "-o", out, "--products", "csv", "--json"
        )
        assert done.exit_code == 0, done.output
        spectra = np.genfromtxt(out / "endmembers.csv", delimiter=",", skip_header=1)[:, 1:]
        errors[name] = np.nanmax(spectra)
        assert ("outside" in json.loads(done.stdout)["note"]) == bool(more)
    assert errors["envi"] == errors["npy"]
    assert errors["envi"] < 1.2 * values.max()
    assert errors["none"] > errors["envi"]


def test_refusals(hsunmix: Run, tmp_path: Path) -> None:
    scene = write_envi(tmp_path, make_cube(lines=31, samples=22, bands=40).read(0, 31))
    other = write_envi(tmp_path, np.ones((22, 31, 40), np.float32), "other")
    words = ["unmix", scene, "-r", 3, "-o", tmp_path / "out"]
    said = refusal(hsunmix(*words, "-m", "weighted", "--weights", other))
    assert "other" in said
    assert "(22, 31, 40)" in said
    said = refusal(hsunmix(*words, "-m", "hals", "--weights", scene))
    assert "hals takes no weights; weighted does" in said
    assert "gone.npy" in refusal(hsunmix(*words, "-m", "weighted", "--weights", tmp_path / "gone.npy"))
