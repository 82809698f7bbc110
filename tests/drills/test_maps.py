"""An abundance method outside the program gives three maps of different kinds: they go the whole way."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hsunmix.exports._sheets import FILES
from hsunmix.registry import PLUGINS
from tests.scenes import mixture

LINES, SAMPLES, BANDS, RANK = 9, 13, 20, 3

METHOD = '''
"""Abundances, and with them what is left to shade, which material leads, and how sure they are."""

from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from hsunmix.methods import Abundances, PixelMap, get

TITLE = "Abundances and what is known of them"
REFERENCE = "Nobody (2026)"


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    noise: Annotated[float, Meta(gt=0, le=1, description="Standard deviation of the noise")] = 0.01
    least: Annotated[float, Meta(ge=0, le=1, description="Fraction from which a material leads")] = 0.5


def run(scene, w, params):
    nnls = get("nnls", "abundance")
    found = yield from nnls.run(scene, w, nnls.params())
    shade, leading = scene.per_pixel(None, np.float32), scene.per_pixel(None, np.int32)
    sd = scene.per_pixel(w.shape[1], np.float32)
    spread = params.noise * np.sqrt(np.diag(np.linalg.inv(w.T @ w)))
    yield from scene.map(_maps, spread, params.least, per_pixel=[found.h, shade, leading, sd])
    maps = {
        "shade": PixelMap(shade, kind="fraction"),
        "model_index": PixelMap(leading, kind="index", of_endmembers=True),
        "abundance_sd": PixelMap(sd, kind="sd"),
    }
    return Abundances(found.h, maps=maps)


def _maps(part, spread, least, h, shade, leading, sd):
    shade[:] = np.clip(1 - h.sum(axis=1), 0, 1)
    leading[:] = np.where(h.max(axis=1) >= least, h.argmax(axis=1), -1)  # -1: none
    sd[:] = spread[:, None]
'''
PYTHON = """
import numpy as np, hsunmix

cube = hsunmix.open_cube("scene.hdr", mask="b[1000] > 0.2")
result = hsunmix.unmix(cube, "spa", rank=3, abundance="known", abundance_parameters={"least": 0.6})
used = np.isfinite(result.abundances[0])
assert 0 < used.sum() < used.size
rest = np.clip(1 - result.abundances.sum(axis=0), 0, 1)
np.testing.assert_allclose(result["shade"][used], rest[used], atol=1e-6)
assert np.isnan(result["shade"][~used]).all() and (result["model_index"][~used] == -1).all()
leads = result.abundances[:, used].max(axis=0) >= 0.6
expected = np.where(leads, result.abundances[:, used].argmax(axis=0), -1)
np.testing.assert_array_equal(result["model_index"][used], expected)
assert {-1, 0, 1, 2} == set(np.unique(result["model_index"][used]))
assert result["abundance_sd"].shape == result.abundances.shape
assert result.maps["model_index"].class_names(("a", "b", "c")) == ("a", "b", "c")
data = result.to_xarray()
np.testing.assert_array_equal(data.shade, result["shade"])
np.testing.assert_array_equal(data.model_index.fillna(0), result["model_index"] + 1)
assert data.abundance_sd.dims == ("endmember", "y", "x")
np.savez("found.npz", **{name: result[name] for name in result.maps})
result.save("python.hsu")
result.write("python", ["geotiff"])
"""
SESSION = """
import sys, runpy, numpy as np
from pathlib import Path
from hsunmix.session.archive import load, save
from hsunmix.session.reproduce import facts_of, python_script

found = np.load("found.npz")
for name in ("python.hsu", "s.hsu", "again.hsu"):
    document = load(name)
    assert list(document.unmixing.maps) == list(found), list(document.unmixing.maps)
    for one in found:
        np.testing.assert_array_equal(document.unmixing[one], found[one])
    save(document, "again.hsu")
text = python_script(document, facts_of(document, None))
Path("again.py").write_text(text)
made = runpy.run_path("again.py")
np.testing.assert_array_equal(made["H"], found["abundance"])
np.testing.assert_array_equal(made["run1"]["shade"], found["shade"])
"""
FORM = """
import os, sys
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from PySide6.QtWidgets import QApplication, QDoubleSpinBox

app = QApplication(sys.argv)
from hsunmix.gui.widgets.forms import Form
from hsunmix.methods import get

form = Form(get("known", "abundance").parameters, {"least": 0.75})
assert form.values()["least"] == 0.75
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "mine" / "methods" / "abundance"
    folder.mkdir(parents=True)
    (folder / "known.py").write_text(METHOD)
    nm = ", ".join(map(str, np.linspace(450, 2400, BANDS)))
    light = np.linspace(0.5, 1, LINES * SAMPLES)
    values = (light * mixture(BANDS, LINES * SAMPLES, RANK, seed=4)).T.reshape(LINES, SAMPLES, BANDS)
    (tmp_path / "scene.img").write_bytes(values.astype("<f4").tobytes())
    (tmp_path / "scene.hdr").write_text(
        f"ENVI\nsamples = {SAMPLES}\nlines = {LINES}\nbands = {BANDS}\ndata type = 4\ninterleave = bip\n"
        f"byte order = 0\nwavelength units = Nanometers\nwavelength = {{{nm}}}\n"
        "map info = {UTM, 1, 1, 500000, 4100000, 30, 30, 11, North, WGS-84, units=Meters}\n"
    )
    return tmp_path


def run(place: Path, *words: object) -> subprocess.CompletedProcess[str]:
    known = os.environ | {PLUGINS: str(place / "mine")}
    command = [sys.executable, *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=known, cwd=place)
    assert done.returncode == 0, done.stderr
    return done


def test_the_whole_way(place: Path) -> None:
    import rasterio

    run(place, "-c", PYTHON)
    asked = "hsunmix unmix scene.hdr -r 3 -m spa -a known --abundance-set least=0.6 --mask 'b[1000] > 0.2'"
    every = "geotiff,cog,envi,netcdf,matlab,png,html,csv"
    run(place, "-m", *shlex.split(asked), "-o", "out", "--products", every, "--session", "s.hsu")
    found = np.load(place / "found.npz")
    for folder, ending in (("out", ".tif"), ("out", ".img"), ("python", ".tif")):
        check_rasters(place / folder, ending, found)

    record = json.loads((place / "out/result.json").read_text())
    kinds = {one["name"]: one["kind"] for one in record["maps"]}
    assert kinds == {
        "abundance": "fraction", "rmse": "residual",
        "shade": "fraction", "model_index": "index", "abundance_sd": "sd",
    }  # fmt: skip
    pictures = {path.name for path in (place / "out").glob("*.png")}
    assert {"shade.png", "model_index.png", "abundance_sd_03_Endmember_3.png"} <= pictures
    page = (place / "out/report.html").read_text()
    assert all(f"<h3>{title}</h3>" in page for title in ("Shade", "Model index", "Abundance sd"))

    command = shlex.split(record["command"])
    command[command.index("-o") + 1] = "second"
    run(place, "-m", *command)
    run(place, "-c", SESSION)
    run(place, "-m", "hsunmix", "export", "again.hsu", "-o", "third", "--products", every)
    for name in ("shade.tif", "model_index.tif", "abundances_sd.img", "model_index.hdr", "model_index.qml"):
        assert (place / "out" / name).read_bytes() == (place / "second" / name).read_bytes()
        assert (place / "out" / name).read_bytes() == (place / "third" / name).read_bytes()
    with rasterio.open(place / "third/model_index_cog.tif") as raster:
        assert raster.colormap(1)[1][:3] == (0, 114, 178)


def check_rasters(folder: Path, ending: str, found: np.lib.npyio.NpzFile) -> None:
    """Compare files with what Python has."""
    import rasterio

    expected = {"shade": ("float32", -9999), "model_index": ("uint8", 0), "abundance_sd": ("float32", -9999)}
    for name, (dtype, nodata) in expected.items():
        with rasterio.open(folder / f"{FILES.get(name, name)}{ending}") as raster:
            values = raster.read()
            assert set(raster.dtypes) == {dtype}
            assert raster.crs == rasterio.CRS.from_epsg(32611)
            if name == "abundance_sd":
                assert raster.descriptions == ("Endmember 1", "Endmember 2", "Endmember 3")
            if ending == ".tif":
                assert raster.nodata == nodata
        numbers = found[name].reshape(values.shape)
        whole = numbers + 1 if dtype == "uint8" else np.nan_to_num(numbers, nan=-9999)
        np.testing.assert_array_equal(values, whole)


def test_its_form_and_its_help(place: Path) -> None:
    assert "Fraction from which a material leads" in run(place, "-m", "hsunmix", "methods").stdout
    run(place, "-c", FORM)
