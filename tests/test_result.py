"""What Python gets from a run: products, a session, a Dataset, a few lines."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

import hsunmix
from hsunmix.cli.main import main
from hsunmix.errors import InputError
from tests.cli.conftest import write_envi
from tests.scenes import mixture


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    x = mixture(bands=24, pixels=13 * 11)
    return write_envi(tmp_path, x.T.reshape(13, 11, 24))


def test_products_are_those_of_the_command_line(scene: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    result = hsunmix.unmix(hsunmix.open_cube(scene), "vca", rank=4, seed=3, abundance="fcls", runs=5)
    written = result.write(tmp_path / "python")
    arguments = ["unmix", str(scene), "-r", "4", "-m", "vca", "-a", "fcls", "--seed", "3", "--set", "runs=5"]
    monkeypatch.setattr(sys, "argv", ["hsunmix", *arguments, "-o", str(tmp_path / "line")])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code in (0, None)
    for path in written:
        other = tmp_path / "line" / path.name
        if path.name != "result.json":
            assert path.read_bytes() == other.read_bytes(), path.name
    record = json.loads((tmp_path / "python/result.json").read_text())
    assert "-m vca -a fcls --seed 3 --set runs=5" in record["command"]


def test_a_session_opens_again(scene: Path, tmp_path: Path):
    from hsunmix.session.archive import load

    result = hsunmix.unmix(hsunmix.open_cube(scene), "spa", rank=4)
    document = load(result.save(tmp_path / "x.hsu"))
    np.testing.assert_array_equal(document.unmixing.abundances, result.abundances)
    with pytest.raises(InputError, match="in none"):
        hsunmix.unmix(mixture(), "spa", rank=4).save(tmp_path / "y.hsu")


def test_the_dataset_is_the_products(scene: Path, tmp_path: Path):
    import xarray

    result = hsunmix.unmix(hsunmix.open_cube(scene), "spa", rank=4)
    dataset = result.to_xarray()
    np.testing.assert_array_equal(dataset["abundance"], result.abundances)
    result.write(tmp_path, ["netcdf"])
    with xarray.open_dataset(tmp_path / "result.nc") as other:
        xarray.testing.assert_identical(dataset.drop_attrs(deep=False), other.load().drop_attrs(deep=False))


def test_of_a_matrix_too(tmp_path: Path):
    result = hsunmix.unmix(mixture(), "spa", rank=4)
    dataset = result.to_xarray()
    assert dataset["abundance"].dims == ("endmember", "pixel")
    shaded = hsunmix.unmix(mixture(), "spa", rank=4, abundance="shade")
    assert shaded.to_xarray()["shade"].dims == ("pixel",)
    np.testing.assert_array_equal(shaded.to_xarray()["shade"], shaded["shade"])
    names = {path.name for path in result.write(tmp_path)}
    assert "endmembers.csv" in names
    assert "abundances.tif" not in names
    with pytest.raises(InputError, match="needs an image"):
        result.write(tmp_path, "geotiff")


def test_it_says_what_it_is(scene: Path):
    result = hsunmix.unmix(hsunmix.open_cube(scene), "hals", rank=4)
    lines = repr(result).splitlines()
    assert len(lines) < 12
    assert "scene: scene.hdr" in repr(result)
    assert "Endmember 1" in repr(result)
    assert result._repr_html_().count("<tr>") == len(lines) - 1
