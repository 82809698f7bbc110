from __future__ import annotations

import json

import numpy as np
import pytest

from tests.cli.conftest import refusal


@pytest.fixture
def spectra(tmp_path, repository):
    """Two spectra of the library of 1995, on other bands, one brighter and one with a gap."""
    from hsunmix.formats import open_spectra
    from hsunmix.model.resampling import resample

    library = open_spectra(repository / "resources" / "spectra" / "usgs_1995.csv")
    on_bands = resample(library, np.arange(420.0, 2400, 15))
    rows = ["wavelength_nm,Bright kaolinite,Grass"]
    kaolinite = 1.7 * on_bands.values[library.names.index("Kaolinite CM9")]
    grass = on_bands.values[library.names.index("Lawn Grass GDS91 (Green)")]
    for k, nm in enumerate(on_bands.wavelengths):
        rows.append(f"{nm},{kaolinite[k]},{grass[k] if not 1350 < nm < 1450 else ''}")
    path = tmp_path / "mine.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


@pytest.mark.parametrize("metric", ["sam", "sid", "correlation"])
def test_the_built_in_library(hsunmix, spectra, metric):
    result = hsunmix("match", spectra, "builtin", "--metric", metric, "--top", 3, "--json")
    assert result.exit_code == 0, result.output
    facts = json.loads(result.stdout)
    assert (facts["metric"], facts["library"]) == (metric, "builtin")
    first, second = facts["spectra"]
    assert [first["name"], second["name"]] == ["Bright kaolinite", "Grass"]
    assert len(first["matches"]) == len(second["matches"]) == 3
    assert first["matches"][0]["name"] == "Kaolinite CM9"
    assert second["matches"][0]["name"] == "Lawn Grass GDS91 (Green)"
    assert 0.98 < second["matches"][0]["coverage"] <= 1


def test_in_words(hsunmix, spectra, repository):
    library = repository / "resources" / "spectra" / "usgs_1995.csv"
    result = hsunmix("match", spectra, library, "--top", 2)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0] == "Bright kaolinite"
    assert lines[1].split() == ["1", "0.0000", "rad", "0.00°", "Kaolinite", "CM9"]
    assert lines[3] == "Grass"
    assert lines[4].endswith("Lawn Grass GDS91 (Green)")
    assert len(lines) == 6


def test_a_library_that_reaches_elsewhere(hsunmix, spectra, tmp_path):
    (tmp_path / "thermal.csv").write_text("wavelength_nm,Far\n8000,1\n9000,2\n10000,3\n")
    result = hsunmix("match", spectra, tmp_path / "thermal.csv")
    assert result.exit_code == 0
    assert result.stdout.count("no spectrum of the library covers half of its bands") == 2


def test_refused(hsunmix, spectra, scene, tmp_path):
    assert "nowhere.csv" in refusal(hsunmix("match", spectra, tmp_path / "nowhere.csv"))
    assert "is an image" in refusal(hsunmix("match", scene, "builtin"))
    assert "--top" in refusal(hsunmix("match", spectra, "builtin", "--top", 0))
    assert "--metric" in refusal(hsunmix("match", spectra, "builtin", "--metric", "euclid"))
    (tmp_path / "bare.txt").write_text(" splib07a Record=1: x\n1\n2\n3\n")
    assert "has no wavelengths and 3 bands" in refusal(hsunmix("match", spectra, tmp_path / "bare.txt"))
    for number, bands in (("bare.txt", 3), ("endmembers.csv", 2)):  # as it is written without wavelengths
        (tmp_path / "endmembers.csv").write_text("band,A\n1,0.3\n2,0.4\n")
        line = refusal(hsunmix("match", tmp_path / number, "builtin"))
        assert f"{number} has no wavelengths and {bands} bands" in line
    (tmp_path / "three.csv").write_text("nm,A\n450,0.3\n460,0.4\n470,0.5\n")
    assert "has no wavelengths" in refusal(hsunmix("match", tmp_path / "bare.txt", tmp_path / "three.csv"))


def test_bands_by_number(hsunmix, tmp_path):
    for name, values in (("a", "1\n2\n4\n"), ("b", "2\n4\n8\n")):
        (tmp_path / f"{name}.txt").write_text(f" splib07a Record=1: {name}\n{values}")
    result = hsunmix("match", tmp_path / "a.txt", tmp_path / "b.txt")
    assert result.exit_code == 0
    assert "by their number" in result.stderr
    assert "0.0000 rad" in result.stdout


def test_the_products_of_a_run_can_be_matched(hsunmix, scene, tmp_path):
    """Band 4 of the scene is bad, so it takes no part."""
    assert hsunmix("unmix", scene, "-r", 3, "-o", tmp_path / "out").exit_code == 0
    for name in ("endmembers.csv", "endmembers.sli"):
        result = hsunmix(
            "match", tmp_path / "out" / name, tmp_path / "out" / "endmembers.sli", "--top", 1, "--json"
        )
        facts = json.loads(result.stdout)
        assert [row["name"] for row in facts["spectra"]] == [
            row["matches"][0]["name"] for row in facts["spectra"]
        ]
        assert all(row["matches"][0]["score"] < 1e-3 for row in facts["spectra"])


def test_absorptions_alone_find_what_a_slope_hides(hsunmix, spectra, tmp_path):
    rows = spectra.read_text().splitlines()[1:]
    nm, kaolinite = np.array([[float(v) for v in row.split(",")[:2]] for row in rows]).T
    bent = kaolinite * np.linspace(1, 0.15, len(nm))  # under a dark film, say
    path = tmp_path / "bent.csv"
    lines = ["wavelength_nm,Bent,Below zero", *(f"{a},{b},{b - 1}" for a, b in zip(nm, bent, strict=True))]
    path.write_text("\n".join(lines) + "\n")
    plain = json.loads(hsunmix("match", path, "builtin", "--json").stdout)
    result = hsunmix("match", path, "builtin", "--continuum", "--json")
    found = json.loads(result.stdout)
    assert found["continuum"]
    assert not plain["spectra"][0]["matches"][0]["name"].startswith("Kaolinite")
    assert found["spectra"][0]["matches"][0]["name"].startswith("Kaolinite")
    assert found["spectra"][1]["matches"] == []
    assert any("Below zero" in note for note in found["notes"])
