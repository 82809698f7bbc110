"""Weights from a file."""

from __future__ import annotations

import json
from html import unescape
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


def test_one_weight_for_each_pixel_may_be_an_array_of_two_axes(hsunmix: Run, tmp_path: Path) -> None:
    """As a mask is; and what is written of it makes the same result again."""
    scene = write_envi(tmp_path, make_cube(lines=31, samples=22, bands=40).read(0, 31))
    layer = np.random.default_rng(0).random((31, 22))
    np.save(tmp_path / "flat.npy", layer)
    np.save(tmp_path / "cube.npy", layer[:, :, np.newaxis].astype(np.float32))
    np.save(tmp_path / "turned.npy", layer.T)
    words = ["-r", 3, "-m", "weighted", "--set", "max_iterations=5", "--products", "csv,html"]
    spectra = {}
    for name in ("flat", "cube"):
        more = ["--weights", tmp_path / f"{name}.npy", "-o", tmp_path / name, "--session", tmp_path / "s.hsu"]
        assert hsunmix("unmix", scene, *words, *more).exit_code == 0
        spectra[name] = (tmp_path / name / "endmembers.csv").read_bytes()
        assert hsunmix("export", tmp_path / "s.hsu", "-o", tmp_path / "e", "--products", "csv").exit_code == 0
        command = json.loads((tmp_path / "e" / "result.json").read_text())["command"]
        assert f"--weights {tmp_path / name}.npy" in command
    assert spectra["flat"] == spectra["cube"]
    report = unescape((tmp_path / "flat" / "report.html").read_text(encoding="utf-8"))
    assert repr(str(tmp_path / "flat.npy")) in report.partition("np.load(")[2]
    more = ["--weights", tmp_path / "turned.npy", "-o", tmp_path / "out"]
    assert "are lines and samples exchanged?" in refusal(hsunmix("unmix", scene, *words, *more))


def test_weights_that_lie_elsewhere(hsunmix: Run, tmp_path: Path) -> None:
    scene = write_envi(tmp_path, make_cube(lines=31, samples=22, bands=40).read(0, 31))
    weights = write_envi(tmp_path, np.ones((31, 22, 1), np.float32), "weights")
    words = ["unmix", scene, "-r", 2, "-m", "weighted", "--weights", weights, "-o", tmp_path / "out"]
    header = weights.read_text()
    assert "500000" in header
    weights.write_text(header.replace("500000", "500060"))
    assert "weights.hdr: lies elsewhere than the cube" in refusal(hsunmix(*words))
