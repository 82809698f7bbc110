from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import rasterio

import hsunmix as package
from tests.cli.conftest import refusal, write_envi
from tests.conftest import make_cube

RECORD = [
    "method",
    "abundance",
    "rank",
    "parameters",
    "seed",
    "relative_error",
    "iterations",
    "converged",
    "seconds",
    "source_pixels",
    "hsunmix_version",
    "command",
    "input",
]
SHARED_SCENES = [
    ("samson/samson_1.mat", 3),
    ("jasper_ridge/jasperRidge2_R198.mat", 4),
    ("aviris_ng/ang20160910t185702_2rdn_img.hdr", 3),
    ("aviris_ng/caltech_425_7_7_nm.hdr", 3),
    ("aviris_ng/caltech_4_100_150_nm.hdr", 2),
    ("emit/emit20250324t221005_jpl_unmix_ex.hdr", 4),
]


def read_spectra(path: Path) -> tuple[list[str], np.ndarray]:
    """Names and (bands, r) of an endmembers.csv, NaN where a cell is empty."""
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    return header[1:], np.array([[float(cell or "nan") for cell in row[1:]] for row in rows])


def recomputed_error(cube: package.Cube, folder: Path) -> float:
    """‖X − WH‖ / ‖X‖ of the files in a folder, over the pixels and bands that they say were used."""
    _, w = read_spectra(folder / "endmembers.csv")
    with rasterio.open(folder / "abundances.tif") as image:
        h = image.read().astype(np.float64)
        used = (h != image.nodata).all(axis=0)
    bands = np.isfinite(w).all(axis=1)
    x = cube.read(0, cube.lines, dtype=np.float64)[used][:, bands].T
    return float(np.linalg.norm(x - w[bands] @ h[:, used]) / np.linalg.norm(x))


def check_products(cube: package.Cube, folder: Path, rank: int) -> dict:
    """Check the products of one run against the cube and each other; return result.json."""
    record = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    names, w = read_spectra(folder / "endmembers.csv")
    assert set(RECORD) <= set(record)
    assert record["rank"] == rank
    assert w.shape == (cube.bands, rank)
    for product in ("abundances.tif", "rmse.tif"):
        with rasterio.open(folder / product) as image:
            assert image.shape == cube.shape[:2]
            assert image.dtypes == ("float32",) * image.count
            assert image.nodata == -9999
            if product == "abundances.tif":
                assert list(image.descriptions) == names
            if cube.georeference is not None:
                assert tuple(image.transform)[:6] == pytest.approx(cube.georeference.transform)
                assert bool(image.crs) == bool(cube.georeference.crs)
    assert (folder / "endmembers.sli").stat().st_size > 0
    assert (folder / "endmembers.hdr").exists()
    assert len(list(folder.glob("abundance_*.png"))) == rank
    assert record["relative_error"] == pytest.approx(recomputed_error(cube, folder), abs=1e-4)
    return record


@pytest.mark.parametrize("method", ["auto", "spa", "hals"])
def test_products_and_record(hsunmix, scene, tmp_path, method):
    out = tmp_path / "out"
    words = ["unmix", scene, "-r", 3, "-m", method, "-o", out, "--seed", 5, "--json"]
    result = hsunmix(*words)
    assert result.exit_code == 0, result.output
    record = check_products(package.open_cube(scene), out, 3)
    assert json.loads(result.stdout) == record
    assert (record["method"], record["seed"]) == (method, 5)
    assert Path(record["input"]["path"]).name in ("scene.hdr", "scene.img")
    assert "unmix" in record["command"]
    with rasterio.open(out / "abundances.tif") as image:
        masked = (image.read() == -9999).all(axis=0)
    assert set(zip(*np.nonzero(masked), strict=True)) == {(12, 0), (0, 8)}  # nodata, zeros


def test_pure_pixels_are_found_where_they_are(hsunmix, scene, tmp_path):
    hsunmix("unmix", scene, "-r", 3, "-m", "spa", "-o", tmp_path)
    record = json.loads((tmp_path / "result.json").read_text())
    assert sorted(record["source_pixels"]) == [(2 + k) * 9 + 1 + 2 * k for k in range(3)]
    assert record["relative_error"] < 1e-4


def test_the_report_in_words(hsunmix, scene, tmp_path):
    result = hsunmix("unmix", scene, "-r", 3, "-o", tmp_path / "out", "--products", "csv")
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["endmember", "mean", "abundance", "source"]
    assert lines[4].startswith("relative error ")
    assert [Path(line).name for line in lines[5:]] == ["endmembers.csv", "result.json"]
    assert all(Path(line).is_file() for line in lines[5:])


def test_parameters_reach_the_method(hsunmix, scene, tmp_path):
    words = ["--set", "max_iterations=3", "--set", "tolerance=0", "--init", "random", "-a", "fcls"]
    result = hsunmix("unmix", scene, "-r", 3, "-m", "hals", *words, "-o", tmp_path, "--json")
    record = json.loads(result.stdout)
    assert record["parameters"]["max_iterations"] == 3
    assert record["parameters"]["init"] == "random"
    assert record["iterations"] == 3
    assert record["abundance"] == "fcls"
    with rasterio.open(tmp_path / "abundances.tif") as image:
        sums = image.read().sum(axis=0)
    np.testing.assert_allclose(sums[sums > 0], 1, atol=1e-4)


def test_the_recorded_command_makes_the_same_again(hsunmix, scene, tmp_path):
    import shlex

    first = hsunmix("unmix", scene, "-r", 3, "-m", "hals", "-o", tmp_path / "a", "--json")
    before = (tmp_path / "a" / "endmembers.csv").read_bytes()
    words = shlex.split(json.loads(first.stdout)["command"])
    assert words[0] == "hsunmix"
    assert hsunmix(*words[1:]).exit_code == 0
    assert (tmp_path / "a" / "endmembers.csv").read_bytes() == before


def test_the_session_holds_what_was_done(hsunmix, scene, tmp_path):
    from hsunmix.session.archive import load

    session = tmp_path / "work.hsu"
    words = ["-m", "hals", "--set", "tolerance=0.001", "--session", session]
    assert hsunmix("unmix", scene, "-r", 3, *words, "-o", tmp_path / "out").exit_code == 0
    document = load(session)
    assert document.cube.shape == (13, 9, 20)
    assert document.unmixing.rank == len(document.endmembers) == 3
    assert document.settings.parameters["factorization/hals"]["tolerance"] == 0.001


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["-r", 0], "0 endmembers"),
        (["-r", -2], "-2 endmembers"),
        (["-r", 116], "116"),
        (["-r", 3, "-m", "nosuch"], "'nosuch'"),
        (["-r", 3, "-m", "nnls"], "'nnls'"),
        (["-r", 3, "-a", "spa"], "'spa'"),
        (["-r", 3, "--set", "colour=red"], "colour: no such parameter"),
        (["-r", 3, "--set", "neighbours=-1"], "neighbours"),
        (["-r", 3, "--set", "neighbours"], "NAME=VALUE"),
        (["-r", 3, "--init", "sap", "-m", "hals"], "init"),
        (["-r", 3, "--init", "vca", "--set", "init=spa", "-m", "hals"], "both 'spa' and 'vca'"),
        (["-r", 3, "-m", "hals", "--set", "tolerance=0", "--set", "tolerance=1"], "both 0 and 1"),
        (["-r", 3, "--nodata", "x"], "stored value that means no data"),
        (["-r", 3, "--products", "geotif"], "'geotif' is no product"),
        (["-r", 3, "--axes", "yxb"], "axes"),
    ],
)
def test_a_request_that_makes_no_sense(hsunmix, scene, tmp_path, words, reason):
    out = tmp_path / "out"
    assert reason in refusal(hsunmix("unmix", scene, "-o", out, *words))
    assert not list(out.glob("*"))


def test_a_refusal_names_the_file(hsunmix, scene, tmp_path):
    for rank in (0, 116):
        assert str(scene) in refusal(hsunmix("unmix", scene, "-o", tmp_path, "-r", rank))


def test_the_folder_is_tried_before_the_work(hsunmix, scene, tmp_path):
    (tmp_path / "out").write_text("a file")
    message = refusal(hsunmix("unmix", scene, "-r", 3, "-o", tmp_path / "out"))
    assert "there is a file of this name" in message
    assert (tmp_path / "out").read_text() == "a file"


def test_an_interrupt_ends_the_work_and_leaves_nothing_half_done(tmp_path):
    rng = np.random.default_rng(0)
    scene = write_envi(tmp_path, rng.random((150, 130, 60), dtype=np.float32))
    out = tmp_path / "out"
    words = ["unmix", scene, "-r", "9", "-m", "hals", "-o", out]
    words += ["--set", "tolerance=0", "--set", "max_iterations=100000"]
    process = subprocess.Popen(
        [sys.executable, "-m", "hsunmix", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    while not out.exists() and process.poll() is None:
        time.sleep(0.05)
    time.sleep(1)
    os.kill(process.pid, signal.SIGINT)
    _, messages = process.communicate(timeout=60)
    assert process.returncode == 130, messages
    assert messages.split("\n")[-2] == "hsunmix: interrupted"
    assert "Traceback" not in messages
    assert not list(out.iterdir())


@pytest.mark.parametrize(("name", "rank"), SHARED_SCENES)
def test_real_scenes(hsunmix, shared, tmp_path, name, rank):
    path = shared / "data" / name
    result = hsunmix("unmix", path, "-r", rank, "-o", tmp_path)
    assert result.exit_code == 0, result.output
    check_products(package.open_cube(path), tmp_path, rank)


@pytest.mark.parametrize("name", ["desert.hdr", "desert_neon.h5"])
def test_sample_cubes(hsunmix, repository, tmp_path, name):
    path = repository / "sample_cubes" / name
    result = hsunmix("unmix", path, "-r", 5, "-o", tmp_path)
    assert result.exit_code == 0, result.output
    assert result.stderr.count("\n") == 1  # what the method says of itself, and no library's warnings
    cube = package.open_cube(path)
    assert cube.georeference is not None
    check_products(cube, tmp_path, 5)


def test_a_scene_whose_shape_is_given(hsunmix, tmp_path):
    from scipy.io import savemat

    cube = make_cube(lines=12, samples=10)
    flat = cube.read(0, 12).transpose(1, 0, 2).reshape(120, 20).T  # column-major pixels
    savemat(tmp_path / "flat.mat", {"M": flat})
    assert "--lines" in refusal(hsunmix("unmix", tmp_path / "flat.mat", "-r", 3, "-o", tmp_path / "out"))
    result = hsunmix(
        "unmix", tmp_path / "flat.mat", "--lines", 12, "-r", 3, "-m", "spa", "-o", tmp_path / "out"
    )
    assert result.exit_code == 0, result.output
    record = json.loads((tmp_path / "out" / "result.json").read_text())
    assert sorted(record["source_pixels"]) == [(2 + k) * 10 + 1 + 2 * k for k in range(3)]
