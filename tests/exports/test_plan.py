"""What products would write is what they write."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hsunmix.exports import ExportJob, exports, write_products
from hsunmix.exports._plan import SMALL_PIXELS, plan, subsample
from hsunmix.model.progress import finish
from hsunmix.model.unmixing import Unmixing
from tests.conftest import make_cube
from tests.gui.conftest import unmixing_of
from tests.scenes import with_numbers

QUICK = ("geotiff", "envi", "netcdf", "csv", "sli")


def job(lines: int, samples: int, rank: int = 3) -> ExportJob:
    cube = make_cube(lines, samples)
    result = replace(unmixing_of(cube, rank), source_pixels=None)
    members = [
        replace(e, name=n) for e, n in zip(result.as_endmembers(), ("Öl & Teer", "b/c", "d"), strict=False)
    ]
    return ExportJob(result, tuple(members), cube)


@pytest.fixture(scope="module")
def small() -> ExportJob:
    return job(23, 17, rank=1)


@pytest.fixture(scope="module")
def large() -> ExportJob:
    return job(310, 240)


@pytest.mark.parametrize("product", exports())
def test_every_product_is_planned_as_it_is_written(small: ExportJob, tmp_path: Path, product: str):
    found = finish(plan(small, product))
    paths = write_products(small, tmp_path, [product])
    written = {path.name: path.stat().st_size for path in paths if path.name != "result.json"}
    assert set(found.files) == set(written)
    assert found.exact
    assert found.picture.startswith(b"\x89PNG")
    for name, size in found.files.items():
        assert size == pytest.approx(written[name], rel=0.02, abs=64)  # times differ in length


@pytest.mark.parametrize("product", QUICK)
def test_sizes_of_a_larger_scene(large: ExportJob, tmp_path: Path, product: str):
    found = finish(plan(large, product))
    paths = write_products(large, tmp_path, [product])
    written = {path.name: path.stat().st_size for path in paths if path.name != "result.json"}
    assert set(found.files) == set(written)
    assert not found.exact
    assert found.bytes == pytest.approx(sum(written.values()), rel=0.25)


def test_the_thinned_scene_is_every_nth_pixel(large: ExportJob):
    few = subsample(large, SMALL_PIXELS)
    step = 3
    np.testing.assert_array_equal(few.unmixing.abundances, large.unmixing.abundances[:, ::step, ::step])
    np.testing.assert_array_equal(few.unmixing.rmse, large.unmixing.rmse[::step, ::step])
    assert few.cube.shape == (104, 80, 20)
    np.testing.assert_array_equal(few.cube.read(0, 104), large.cube.read(0, 310)[::step, ::step])
    np.testing.assert_array_equal(few.cube.spectrum(5, 7), large.cube.spectrum(15, 21))
    assert few.endmembers is large.endmembers


def test_a_result_without_lines_and_samples(large: ExportJob):
    result: Unmixing = large.unmixing
    flat = with_numbers(result, result.abundances.reshape(3, -1), result.rmse.ravel())
    bare = ExportJob(flat, large.endmembers)
    assert subsample(bare, 1000).unmixing.abundances.shape == (3, 992)
    found = finish(plan(bare, "csv"))
    assert list(found.files) == ["endmembers.csv"]


def test_nothing_is_left_behind(small: ExportJob, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    work = plan(small, "png")
    next(work)
    next(work)
    assert list(tmp_path.iterdir())
    work.close()
    assert list(tmp_path.iterdir()) == []
