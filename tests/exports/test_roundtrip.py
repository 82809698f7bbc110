"""The promise of result.json: the error recomputed from the written files is the error written."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
import rasterio

import hsunmix
from hsunmix.exports import ExportJob, write_products
from hsunmix.session.archive import load, save
from hsunmix.session.document import Document, with_result

pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")

SCENES = [
    ("samson/samson_1.mat", 3),
    ("jasper_ridge/jasperRidge2_R198.mat", 4),
    ("aviris_ng/ang20160910t185702_2rdn_img.hdr", 4),
    ("aviris_ng/caltech_4_100_150_nm.hdr", 3),
    ("emit/emit20250324t221005_jpl_unmix_ex.hdr", 3),
]


def recomputed(cube, folder) -> float:
    """‖X − WH‖ / ‖X‖ from endmembers.csv and abundances.tif alone."""
    with (folder / "endmembers.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    w = np.array([[float(cell) if cell else np.nan for cell in row[1:]] for row in rows])
    with rasterio.open(folder / "abundances.tif") as tif:
        h = tif.read(masked=True).filled(np.nan).astype(float)
    bands, pixels = np.isfinite(w).all(axis=1), np.isfinite(h).all(axis=0)
    x = cube.read(0, cube.lines, dtype=np.float64)[pixels][:, bands]
    return float(np.linalg.norm(x - h[:, pixels].T @ w[bands].T) / np.linalg.norm(x))


def check(cube, rank, folder):
    result = hsunmix.unmix(cube, rank=rank)
    job = ExportJob(result, result.as_endmembers(), cube)
    write_products(job, folder, ["geotiff", "csv", "sli", "envi"])
    written = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    assert written["rank"] == rank
    assert written["relative_error"] == pytest.approx(recomputed(cube, folder), rel=1e-4, abs=1e-6)
    return job


def test_a_made_up_scene(tmp_path, small_cube):
    check(small_cube, 3, tmp_path)


@pytest.mark.parametrize(("scene", "rank"), SCENES)
def test_real_scenes(tmp_path, shared, scene, rank):
    cube = hsunmix.open_cube(shared / "data" / scene)
    job = check(cube, rank, tmp_path)
    if cube.georeference is not None:
        with (
            rasterio.open(tmp_path / "abundances.tif") as tif,
            rasterio.open(tmp_path / "abundances.img") as raw,
        ):
            assert np.allclose(tuple(tif.transform)[:6], cube.georeference.transform)
            assert np.allclose(tuple(raw.transform)[:6], cube.georeference.transform)
            assert tif.crs.to_epsg() == raw.crs.to_epsg() == 32611
    save(with_result(Document(cube), job.unmixing), tmp_path / "work.hsu")
    loaded = load(tmp_path / "work.hsu")
    assert np.array_equal(loaded.unmixing.abundances, job.unmixing.abundances, equal_nan=True)
    again = ExportJob(loaded.unmixing, loaded.endmembers, loaded.cube)
    write_products(again, tmp_path / "again", ["geotiff", "csv", "sli", "envi"])
    for name in ("abundances.tif", "endmembers.csv", "endmembers.hdr", "abundances.hdr", "result.json"):
        assert (tmp_path / "again" / name).read_bytes() == (tmp_path / name).read_bytes(), name
