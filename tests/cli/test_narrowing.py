"""--mask and --bands: what they leave is what is used, and what was asked for is on record."""

from __future__ import annotations

import json

import numpy as np
import pytest

import hsunmix
from hsunmix.session.archive import load
from tests.cli.conftest import refusal

USED = 47  # of the 48 pixels that the mask wants, one holds no data


@pytest.fixture
def mask(tmp_path):
    """The upper six of 13 lines, without the first sample of 9."""
    wanted = np.zeros((13, 9), dtype=np.uint8)
    wanted[:6, 1:] = 1
    np.save(tmp_path / "mask.npy", wanted)
    return tmp_path / "mask.npy"


def test_info_says_what_is_left(hsunmix, scene, mask):
    facts = json.loads(hsunmix("info", scene, "--mask", mask, "--bands", "450-1000", "--json").stdout)
    assert facts["used_pixels"] == USED
    nm = np.array(facts["wavelengths"])
    assert facts["used_bands"] == [k for k in np.flatnonzero(nm <= 1000) if k not in facts["bad_bands"]]
    assert "used_pixels" not in json.loads(hsunmix("info", scene, "--json").stdout)


def test_unmix_uses_it_and_a_session_keeps_it(hsunmix, scene, mask, tmp_path):
    arguments = ["--mask", mask, "--mask", "band[3] > -1", "--bands", "no-water"]
    result = hsunmix(
        "unmix", scene, "-r", 3, "-m", "spa", *arguments, "-o", tmp_path / "out",
        "--session", tmp_path / "a.hsu", "--json",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    record = json.loads(result.stdout)
    assert record["used_pixels"] == USED
    assert record["mask"] == [str(mask), "band[3] > -1"]
    assert record["band_choice"] == "no-water"
    assert all(divmod(pixel, 9)[0] < 6 and pixel % 9 >= 1 for pixel in record["source_pixels"])
    kept = load(tmp_path / "a.hsu").cube
    assert kept.mask.sum() == USED
    assert (list(kept.masks), kept.band_text) == (record["mask"], "no-water")
    water = (kept.wavelengths > 1790) & (kept.wavelengths < 1960)
    assert water.any()
    assert not kept.good_bands[water].any()
    facts = json.loads(hsunmix("info", tmp_path / "a.hsu", "--json").stdout)
    assert any("48 of 117 pixels" in note for note in facts["notes"])


def test_a_result_without_them_says_so(hsunmix, scene, tmp_path):
    hsunmix("unmix", scene, "-r", 3, "-m", "spa", "-o", tmp_path / "out")
    record = json.loads((tmp_path / "out" / "result.json").read_text())
    assert record["mask"] is None
    assert record["band_choice"] is None
    assert record["options"] == {}


def test_rank_uses_it(hsunmix, scene):
    found = json.loads(hsunmix("rank", scene, "-m", "elbow", "--bands", "#1-3", "--json").stdout)
    assert found["rank"] <= 3


@pytest.mark.parametrize("command", [["info"], ["rank"], ["unmix", "-r", 3]])
@pytest.mark.parametrize(
    ("option", "value", "reason"),
    [
        ("--mask", "b[9999] > 0", "column 1"),
        ("--mask", "gone.tif", "no such mask"),
        ("--bands", "red", "red"),
    ],
)
def test_refused(hsunmix, scene, tmp_path, command, option, value, reason):
    out = ["-o", tmp_path / "out"] if command[0] == "unmix" else []
    assert reason in refusal(hsunmix(*command, scene, *out, option, value))


def test_from_python(scene, mask):
    cube = hsunmix.open_cube(scene, mask=np.load(mask), bands="no-water")
    assert cube.mask.sum() == USED
    assert hsunmix.open_cube(scene, mask=mask).mask.sum() == USED
    assert (
        hsunmix.open_cube(scene, mask="band[1] > 1e9 or band[1] > -1e9").mask.sum()
        == hsunmix.open_cube(scene).mask.sum()
    )
    assert np.isnan(hsunmix.unmix(cube, "spa", rank=3).rmse).sum() == 117 - USED
