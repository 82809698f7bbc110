"""Arguments and settings of a wrong kind: one line and exit code 2; what means no data can be said."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests.cli.conftest import refusal, write_envi


@pytest.mark.parametrize("seed", ["-1", "1.5", "one", str(2**64), "9" * 5000])
def test_seeds(hsunmix, scene, tmp_path, seed) -> None:
    for words in (["unmix", "-r", 2, "-m", "vca", "-o", tmp_path / "out"], ["sweep"]):
        assert "--seed" in refusal(hsunmix(*words, "--seed", seed, scene))


@pytest.mark.parametrize("count", ["0", "-3", "many"])
def test_numbers_of_runs(hsunmix, scene, count) -> None:
    assert "--seeds" in refusal(hsunmix("sweep", "-n", count, scene))


@pytest.mark.parametrize("threads", ["many", "-1", "9" * 5000, "1.5"])
def test_threads(hsunmix, scene, tmp_path, monkeypatch, threads) -> None:
    monkeypatch.setenv("HSUNMIX_THREADS", threads)
    message = refusal(hsunmix("unmix", "-r", 2, scene, "-o", tmp_path / "out"))
    assert "HSUNMIX_THREADS" in message
    assert len(message) < 400


def test_a_backend_that_is_none_stops_no_picture(hsunmix, scene, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("MPLBACKEND", "xx")
    found = hsunmix("unmix", "-r", 2, "-m", "spa", "--products", "png", scene, "-o", tmp_path / "out")
    assert found.exit_code == 0, found.output
    import os

    assert os.environ["MPLBACKEND"] == "agg"


def unmixed(hsunmix, scene, folder, *words):
    found = hsunmix("unmix", "-r", 3, "-m", "spa", scene, "-o", folder, *words)
    assert found.exit_code == 0, found.output
    return json.loads((folder / "result.json").read_text(encoding="utf-8")), found.stderr


def test_undeclared_nodata_is_told_and_can_be_kept(hsunmix, tmp_path, values) -> None:
    plain, _ = unmixed(hsunmix, write_envi(tmp_path, values), tmp_path / "plain")
    values[5, :4] = -8888
    scene = write_envi(tmp_path, values)
    found, said = unmixed(hsunmix, scene, tmp_path / "found")
    assert "-8888 was taken for no data" in said
    assert found["relative_error"] == pytest.approx(plain["relative_error"], abs=0.02)
    _, said = unmixed(hsunmix, scene, tmp_path / "kept", "--nodata", "none")
    assert "taken for no data" not in said
    _, said = unmixed(hsunmix, scene, tmp_path / "told", "--nodata=-8888")
    assert "6 of 117 pixels hold no data" in said  # two are filled with what the header declares
    assert "-8888" not in said


@pytest.mark.parametrize("text", ["nothing", "1,5", "nan", "1e5000", "-"])
def test_nodata_that_is_none(hsunmix, scene, text) -> None:
    assert "nodata" in refusal(hsunmix("info", f"--nodata={text}", scene))


def test_weights_of_zero_keep_pixels_with_missing_values(hsunmix, tmp_path, values) -> None:
    values = values.copy()
    values[4, 2, 3] = np.nan
    weights = np.ones(values.shape, "f4")
    weights[4, 2, 3] = 0
    np.save(tmp_path / "weights.npy", weights)
    scene = write_envi(tmp_path, values)
    words = "-m", "weighted", "--set", "max_iterations=5", "--weights", tmp_path / "weights.npy"
    found = hsunmix("unmix", "-r", 3, scene, "-o", tmp_path / "out", *words)
    assert found.exit_code == 0, found.output
    assert "2 of 117 pixels hold no data" in found.stderr
