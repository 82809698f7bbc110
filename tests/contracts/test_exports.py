"""What every product promises: whole files or none, nothing read-only touched, cancelled at once."""

from __future__ import annotations

import json
import shutil
import threading

import pytest

from hsunmix.errors import WriteError
from hsunmix.exports import ExportJob, deliver, exports, write_products
from hsunmix.files import PREFIX
from tests.exports.conftest import make_delivery
from tests.faults import file_size_limit, small_disk
from tests.scenes import with_numbers

NAMES = ("Grass", "Soil, dry {A}")
every_product = pytest.mark.parametrize("product", sorted(exports()))


@pytest.fixture(scope="module")
def job() -> ExportJob:
    return make_delivery(NAMES, further=("shade", "dominant", "models"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory, job):
    """Write a product once, into a folder that was not there; return its files and the steps."""
    done = {}

    def written(product):
        if product not in done:
            folder, steps = tmp_path_factory.mktemp(product) / "new" / "folder ü", []
            done[product] = write_products(job, folder, [product], steps.append), steps
        return done[product]

    return written


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@every_product
def test_what_is_said_is_what_is_there(whole, product):
    paths, steps = whole(product)
    assert sorted(paths) == sorted(paths[0].parent.iterdir())
    assert json.loads(paths[-1].read_text(encoding="utf-8"))["files"] == [p.name for p in paths[:-1]]
    assert all(path.stat().st_size for path in paths)
    assert steps[0].message == f"Writing {exports()[product].title}"


@every_product
def test_a_full_disk_leaves_what_was_there(tmp_path, whole, product):
    folder = shutil.copytree(whole(product)[0][0].parent, tmp_path / "copy")
    before = contents(folder)
    other = make_delivery(NAMES, lines=200, samples=160, bands=200)
    with file_size_limit(400), pytest.raises(WriteError, match="could not be written") as caught:
        write_products(other, folder, [product])
    assert str(folder) in str(caught.value)
    assert contents(folder) == before


@every_product
def test_a_really_full_disk(tmp_path, product):
    large = make_delivery(NAMES, lines=90, samples=70, bands=300)
    with small_disk(tmp_path / "disk", 8) as disk:
        with pytest.raises(WriteError, match="the disk is full"):
            write_products(large, disk, [product])
        assert not any(path.name.startswith(PREFIX) for path in disk.iterdir())


@every_product
def test_files_marked_read_only_are_left_alone(tmp_path, whole, product):
    folder = shutil.copytree(whole(product)[0][0].parent, tmp_path / "copy")
    for path in folder.iterdir():
        path.chmod(0o444)
    before = contents(folder)
    with pytest.raises(WriteError, match="read-only"):
        write_products(make_delivery(NAMES, lines=12), folder, [product])
    assert contents(folder) == before


@every_product
def test_cancelled(tmp_path, job, whole, product):
    """Whatever is there then is whole: the same bytes as of a run that was not cancelled."""
    finished = contents(whole(product)[0][0].parent)
    for steps in (1, 2):
        folder = tmp_path / str(steps)
        work = deliver(job, folder, [product])
        for _ in range(steps):
            next(work)
        work.close()
        left = contents(folder)
        assert "result.json" not in left
        assert not any(name.startswith(PREFIX) for name in left)
        assert left.items() <= finished.items()
        assert not left or steps == 2


def test_a_cog_is_cancelled_in_the_middle_of_gdals_own_call(tmp_path):
    """It is one call of a library, in a thread: nobody waits for it, and it leaves nothing."""
    work = deliver(make_delivery(NAMES, lines=900, samples=1300, bands=4), tmp_path, ["cog"])
    while not (threads := _cog_threads()):
        next(work)
    work.close()
    assert list(tmp_path.iterdir()) == []
    for thread in threads:
        thread.join(60)
    assert not _cog_threads()
    assert list(tmp_path.iterdir()) == []


def _cog_threads():
    return [thread for thread in threading.enumerate() if thread.name.startswith("hsunmix-aside")]


@pytest.mark.parametrize("product", ["geotiff", "cog", "envi", "netcdf", "zarr", "matlab", "html"])
def test_a_large_scene_is_written_in_many_steps(tmp_path, product):
    """So that it can be cancelled at once; how soon, tests/benchmarks/cancelling.py measures."""
    large = make_delivery(NAMES, lines=1100, samples=800, bands=4)
    steps = sum(1 for _ in deliver(large, tmp_path, [product]))
    assert steps > 8


@every_product
def test_the_same_bytes_every_time(tmp_path, job, whole, product):
    if product == "html":
        pytest.skip("the report says when it was written")
    write_products(job, tmp_path, [product])
    assert contents(tmp_path) == contents(whole(product)[0][0].parent)


@pytest.mark.filterwarnings("ignore:.*(empty slice|invalid value):RuntimeWarning")
@every_product
def test_a_scene_without_anything_to_say(tmp_path, product):
    """No cube, no place, no wavelengths, one endmember, and not one pixel used."""
    made = make_delivery(("Only",), place=None, wavelengths=False, lines=3, samples=5)
    nothing = float("nan")
    unmixing = with_numbers(made.unmixing, made.unmixing.abundances * nothing, made.unmixing.rmse * nothing)
    empty = ExportJob(unmixing, made.endmembers)
    assert all(path.stat().st_size for path in write_products(empty, tmp_path, [product]))
