"""``--uncertainty``: products, session, and the records that make the same again."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import numpy as np
import pytest

from hsunmix.session.archive import load
from tests.cli.conftest import Run, write_envi
from tests.scenes import mixture


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    values = mixture(24, 32 * 23, noise=0.01).T.reshape(32, 23, 24).astype(np.float32)
    values[31, 4:9] = -9999
    return write_envi(tmp_path, values)


def test_products_session_and_records(hsunmix: Run, scene: Path, tmp_path: Path) -> None:
    rasterio = pytest.importorskip("rasterio")
    out, session = tmp_path / "a", tmp_path / "a.hsu"
    words = ("unmix", scene, "-r", 4, "--uncertainty", "-o", out, "--session", session)
    done = hsunmix(*words, "--products", "geotiff,csv,html")
    assert done.exit_code == 0, done.output
    assert "standard deviations rest on" in done.stderr
    with rasterio.open(out / "abundances_sd.tif") as file:
        sd, nodata = file.read(), file.nodata
        assert file.descriptions == tuple(f"Endmember {k}" for k in range(1, 5))
    assert (sd[:, 31, 4:9] == nodata).all()
    assert (sd[:, :31] > 0).all()
    table = np.genfromtxt(out / "endmembers_sd.csv", delimiter=",", skip_header=1)
    assert np.nanmax(table[:, 1:]) > 0
    record = json.loads((out / "result.json").read_text(encoding="utf-8"))
    assert record["uncertainty"]["rests_on"] in ("moves", "sets")
    assert len(record["uncertainty"]["degrees"]) == 4
    assert "Uncertainty" in (out / "report.html").read_text(encoding="utf-8")

    result = load(session).unmixing
    np.testing.assert_array_equal(np.nan_to_num(result["abundance_sd"], nan=nodata), sd)
    np.testing.assert_array_equal(result.uncertainty.spectra_sd, table[:, 1:])
    assert result.asked.uncertainty

    words = shlex.split(record["command"])
    assert "--uncertainty" in words
    words[words.index("-o") + 1] = str(tmp_path / "b")
    assert hsunmix(*words[1:]).exit_code == 0
    with rasterio.open(tmp_path / "b" / "abundances_sd.tif") as file:
        np.testing.assert_array_equal(file.read(), sd)
    assert hsunmix("export", session, "-o", tmp_path / "c", "--products", "geotiff").exit_code == 0
    assert (tmp_path / "c" / "abundances_sd.tif").read_bytes() == (out / "abundances_sd.tif").read_bytes()


def test_of_given_spectra_the_noise_only(hsunmix: Run, scene: Path, tmp_path: Path) -> None:
    assert hsunmix("unmix", scene, "-r", 4, "-o", tmp_path / "a", "--products", "csv").exit_code == 0
    spectra = tmp_path / "a" / "endmembers.csv"
    words = ("unmix", scene, "--endmembers", spectra, "-a", "fcls", "--uncertainty", "-o", tmp_path / "b")
    done = hsunmix(*words, "--products", "csv", "--session", tmp_path / "b.hsu")
    assert done.exit_code == 0, done.output
    assert "for these endmembers" in done.stderr
    result = load(tmp_path / "b.hsu").unmixing
    assert result.uncertainty.rests_on == "noise"
    assert (result.uncertainty.degrees == 0).all()
    assert result["abundance_sd"][:, 0, 0].min() > 0
