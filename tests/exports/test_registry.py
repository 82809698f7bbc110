"""What every product has in common."""

from __future__ import annotations

import pytest

from hsunmix.errors import InputError, WriteError
from hsunmix.exports import ExportJob, deliver, exports, write_products
from tests.exports.conftest import make_delivery
from tests.faults import file_size_limit
from tests.scenes import with_numbers

HOSTILE = (
    'a/b\\c:d*e?"f<g>h|i',
    "CON",
    "",
    "x" * 300,
    "Ä,{}",
    "Ä,{}",
    "..",
    "new\nline\x00\udcff",
    "$\\frac",
)


def test_the_products_of_the_contract():
    assert set(exports()) == {
        "class_map", "cog", "csv", "envi", "geotiff", "grid", "html", "matlab", "netcdf", "png", "sli", "svg",
        "zarr",
    }  # fmt: skip
    assert all(export.title for export in exports().values())


@pytest.mark.parametrize("product", sorted(exports()))
def test_hostile_names(tmp_path, product):
    names = (HOSTILE[0], HOSTILE[-1]) if product in ("svg", "grid") else HOSTILE  # drawn as the png is
    paths = write_products(make_delivery(names), tmp_path, [product])
    assert all(p.is_file() for p in paths)
    assert len(set(paths)) == len(paths)


@pytest.mark.parametrize("less", [1, 10, 100, 1000])
def test_a_geotiff_that_lacks_its_last_bytes_is_an_error(tmp_path, job, less):
    size = max(p.stat().st_size for p in write_products(job, tmp_path, ["geotiff"]))
    with file_size_limit(size - less), pytest.raises(WriteError, match=r"abundances\.tif"):
        write_products(job, tmp_path / "again", ["geotiff"])
    assert list((tmp_path / "again").iterdir()) == []


def test_unknown_products_are_refused_before_anything_is_written(tmp_path, job):
    with pytest.raises(InputError, match=r"'shp' is no product \(known: class_map, cog, csv, envi, "):
        write_products(job, tmp_path / "out", ["csv", "shp"])
    assert not (tmp_path / "out").exists()


def test_a_result_without_an_image(tmp_path, job):
    flat = with_numbers(job.unmixing, job.unmixing.abundances.reshape(3, -1), job.unmixing.rmse.reshape(-1))
    bare = ExportJob(flat, job.endmembers)
    for product, export in exports().items():
        if export.needs_image:
            with pytest.raises(InputError, match=f"{product} needs an image"):
                write_products(bare, tmp_path, [product])
    assert len(write_products(bare, tmp_path, ["csv", "sli"])) == 4


def test_endmembers_that_do_not_fit_the_abundances(job):
    with pytest.raises(InputError, match="2 endmembers but abundances of 3"):
        ExportJob(job.unmixing, job.endmembers[:2])


def test_a_folder_that_cannot_be_made(tmp_path, job):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(WriteError, match="out: could not be written"):
        write_products(job, tmp_path / "out", ["csv"])


def test_steps_and_cancelling(tmp_path, job):
    steps = []
    write_products(job, tmp_path, ["csv", "sli"], steps.append)
    assert [s.fraction for s in steps] == sorted(s.fraction for s in steps)
    assert len({s.message for s in steps}) == 3
    work = deliver(job, tmp_path / "other", ["csv", "sli"])
    next(work)
    next(work)
    work.close()
    assert not list((tmp_path / "other").iterdir())


def test_names_are_one_line_and_never_empty():
    names = make_delivery(HOSTILE).names
    assert names[2] == "Endmember 3"
    assert names[4] == names[5] == "Ä,{}"
    assert names[7] == "new line"
