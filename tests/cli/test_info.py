from __future__ import annotations

import json

import numpy as np
import pytest

from tests.cli.conftest import refusal

KEYS = [
    "lines",
    "samples",
    "bands",
    "dtype",
    "interleave",
    "wavelengths",
    "bad_bands",
    "nodata",
    "scale",
    "crs",
    "transform",
    "format",
    "notes",
]


def test_facts_of_a_scene(hsunmix, scene):
    result = hsunmix("info", scene, "--json")
    facts = json.loads(result.stdout)
    assert result.exit_code == 0
    assert result.stderr == ""
    assert list(facts) == KEYS
    assert (facts["lines"], facts["samples"], facts["bands"]) == (13, 9, 20)
    assert (facts["dtype"], facts["interleave"], facts["format"]) == ("float32", "bil", "envi")
    np.testing.assert_allclose(facts["wavelengths"], np.linspace(450, 2400, 20), atol=0.06)
    assert facts["bad_bands"] == [4]
    assert facts["nodata"] == -9999
    assert facts["scale"] == 1
    assert facts["transform"] == [30, 0, 500000, 0, -30, 4200000]
    assert "11" in facts["crs"]


def test_the_same_in_words(hsunmix, scene):
    text = hsunmix("info", scene).stdout
    assert "450.0 … 2400.0 nm" in text
    assert any(line.split() == ["bad_bands", "4"] for line in text.splitlines())


def test_a_header_without_its_data_says_so(hsunmix, scene):
    scene.with_suffix(".img").unlink()
    facts = json.loads(hsunmix("info", scene, "--json").stdout)
    assert facts["lines"] == 13
    assert any("missing" in note for note in facts["notes"])


def test_a_library_in_a_table(hsunmix, repository):
    table = repository / "sample_cubes" / "desert_spectra.csv"
    facts = json.loads(hsunmix("info", table, "--json").stdout)
    assert (facts["lines"], facts["samples"], facts["bands"]) == (1, 5, 150)
    assert facts["format"] == "csv_spectra"


@pytest.mark.parametrize(
    ("option", "value"),
    [("--nodata", 0), ("--lines", 3), ("--wavelengths", "400-900"), ("--transform", "hapke")],
)
def test_options_of_a_cube_are_refused_for_what_is_none(hsunmix, repository, tmp_path, option, value):
    table = repository / "sample_cubes" / "desert_spectra.csv"
    message = refusal(hsunmix("info", table, option, value))
    assert f"{option.strip('-')}: desert_spectra.csv is a spectral library" in message
    session, folder = tmp_path / "kept.hsu", tmp_path / "out"
    scene = repository / "sample_cubes" / "desert.hdr"
    assert hsunmix("unmix", scene, "-m", "spa", "-r", 2, "-o", folder, "--session", session).exit_code == 0
    assert f"{option.strip('-')}: kept.hsu is a session" in refusal(hsunmix("info", session, option, value))


def test_a_shape_that_the_file_lacks_can_be_given(hsunmix, shared):
    urban = shared / "data" / "urban_77" / "urban_undersampled4.mat"
    assert "--lines" in refusal(hsunmix("info", urban))
    facts = json.loads(hsunmix("info", urban, "--lines", 77, "--json").stdout)
    assert (facts["lines"], facts["samples"], facts["bands"]) == (77, 77, 162)


@pytest.mark.parametrize("option", ["--lines", "--samples"])
def test_an_impossible_shape_is_refused(hsunmix, scene, option):
    message = refusal(hsunmix("info", scene, option, 0))
    assert option.strip("-") in message
    assert str(scene) in message


def test_all_that_is_known(hsunmix, scene):
    facts = json.loads(hsunmix("info", "--all", scene, "--json").stdout)
    assert set(KEYS) < set(facts)
    assert facts["header"]["interleave"] == "bil"
    assert facts["files"][str(scene)] == scene.stat().st_size
    assert facts["path"] == str(scene)
    text = hsunmix("info", "--all", scene).stdout
    assert any(line.split(None, 1) == ["header", "interleave = bil"] for line in text.splitlines())
