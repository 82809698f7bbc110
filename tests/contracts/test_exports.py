"""What every product promises: whole files or none, nothing read-only touched, cancelled at once."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from hsunmix.errors import WriteError
from hsunmix.exports import Delivery, deliver, exports, write_products
from hsunmix.files import PREFIX
from tests.exports.conftest import make_delivery
from tests.faults import file_size_limit, small_disk

PRODUCTS = sorted(exports())
every_product = pytest.mark.parametrize("product", PRODUCTS)


@pytest.fixture(scope="module")
def delivery() -> Delivery:
    return make_delivery(("Grass", "Soil, dry {A}"))


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@every_product
def test_what_is_said_is_what_is_there(tmp_path, delivery, product):
    steps = []
    paths = write_products(delivery, tmp_path / "new" / "folder ü", [product], steps.append)
    assert sorted(paths) == sorted((tmp_path / "new" / "folder ü").iterdir())
    assert json.loads(paths[-1].read_text(encoding="utf-8"))["files"] == [p.name for p in paths[:-1]]
    assert all(path.stat().st_size for path in paths)
    assert steps[0].message == f"Writing {exports()[product].title}"


@every_product
def test_a_full_disk_leaves_what_was_there(tmp_path, delivery, product):
    write_products(delivery, tmp_path, [product])
    before = contents(tmp_path)
    other = make_delivery(lines=200, samples=160, bands=200)
    with file_size_limit(400), pytest.raises(WriteError, match="could not be written") as caught:
        write_products(other, tmp_path, [product])
    assert str(tmp_path) in str(caught.value)
    assert contents(tmp_path) == before


@every_product
def test_a_really_full_disk(tmp_path, delivery, product):
    large = make_delivery(("Grass", "Soil"), lines=90, samples=70, bands=300)
    with small_disk(tmp_path / "disk", 8) as disk, pytest.raises(WriteError, match="the disk is full"):
        write_products(large, disk, [product])


@every_product
def test_files_marked_read_only_are_left_alone(tmp_path, delivery, product):
    paths = write_products(delivery, tmp_path, [product])
    for path in paths:
        path.chmod(0o444)
    before = contents(tmp_path)
    with pytest.raises(WriteError, match="read-only"):
        write_products(make_delivery(delivery.names, lines=12), tmp_path, [product])
    assert contents(tmp_path) == before


@every_product
def test_cancelled(tmp_path, delivery, product):
    """Whatever is there then is whole: the same bytes as of a run that was not cancelled."""
    write_products(delivery, tmp_path / "whole", [product])
    whole = contents(tmp_path / "whole")
    for steps in (1, 2):
        folder = tmp_path / str(steps)
        work = deliver(delivery, folder, [product])
        for _ in range(steps):
            next(work)
        work.close()
        left = contents(folder)
        assert "result.json" not in left
        assert not any(name.startswith(PREFIX) for name in left)
        assert left.items() <= whole.items()
        assert not left or steps == 2


@every_product
def test_the_same_bytes_every_time(tmp_path, delivery, product):
    if product == "html":
        pytest.skip("the report says when it was written")
    write_products(delivery, tmp_path / "1", [product])
    write_products(delivery, tmp_path / "2", [product])
    assert contents(tmp_path / "1") == contents(tmp_path / "2")


@pytest.mark.filterwarnings("ignore:.*(empty slice|invalid value):RuntimeWarning")
@every_product
def test_a_scene_without_anything_to_say(tmp_path, product):
    """No cube, no place, no wavelengths, one endmember, and not one pixel used."""
    made = make_delivery(("Only",), place=None, wavelengths=False, lines=3, samples=5)
    unmixing = replace(
        made.unmixing,
        abundances=made.unmixing.abundances * float("nan"),
        rmse=made.unmixing.rmse * float("nan"),
    )
    empty = Delivery(unmixing, made.endmembers)
    assert all(path.stat().st_size for path in write_products(empty, tmp_path, [product]))
