"""A folder of products: one set of files, one writer, nobody else's files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hsunmix.errors import HsunmixWarning, TooLargeError, WriteError
from hsunmix.exports import ProductFolder, _folder, deliver, exports, write_products
from hsunmix.files import HOST, PREFIX, SUFFIX, identity
from hsunmix.model.library import LibraryFile
from hsunmix.model.unmixing import RunInputs, Weights
from tests.exports.conftest import make_delivery

FIVE = ("Grass", "Soil", "Water", "Snow", "Road")
posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX processes")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def quietly(job, folder, products):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", HsunmixWarning)
        return write_products(job, folder, products)


@pytest.fixture(scope="module")
def five():
    return make_delivery(FIVE)


@pytest.fixture(scope="module")
def three():
    return make_delivery(FIVE[:3], lines=8)


def test_fewer_endmembers_leave_no_maps_of_before(tmp_path, five, three):
    write_products(five, tmp_path, ["png", "geotiff", "sli"])
    with pytest.warns(HsunmixWarning, match=r"removed \d+ files .*: abundance_04_Snow\.png, abundance_05_"):
        written = write_products(three, tmp_path, ["png", "csv"])
    assert names(tmp_path) == sorted(path.name for path in written)
    assert sum(name.startswith("abundance_") for name in names(tmp_path)) == 3


def test_other_products_of_the_same_result_stay(tmp_path, five, recwarn):
    write_products(five, tmp_path, ["csv"])
    write_products(five, tmp_path, ["sli"])
    assert names(tmp_path) == ["endmembers.csv", "endmembers.hdr", "endmembers.sli", "result.json"]
    files = json.loads((tmp_path / "result.json").read_text())["files"]
    assert files == ["endmembers.sli", "endmembers.hdr", "endmembers.csv"]
    assert not [w for w in recwarn if issubclass(w.category, HsunmixWarning)]


def test_nobody_elses_files_are_touched(tmp_path, five, three):
    write_products(five, tmp_path, ["sli", "csv"])
    for name in ("notes.txt", "abundance_09_mine.png", ".hsunmix.toml"):
        (tmp_path / name).write_text("mine")
    late = time.time() + 5
    (tmp_path / "endmembers.sli").write_text("edited")
    os.utime(tmp_path / "endmembers.sli", (late, late))
    with pytest.warns(HsunmixWarning) as said:
        write_products(three, tmp_path, ["csv"])
    assert "endmembers.hdr" in str(said[0].message)
    assert "left, because changed since, 1 file of an earlier run: endmembers.sli" in str(said[1].message)
    kept = {"notes.txt", "abundance_09_mine.png", ".hsunmix.toml", "endmembers.sli"}
    assert set(names(tmp_path)) == kept | {"endmembers.csv", "result.json"}
    assert (tmp_path / "endmembers.sli").read_text() == "edited"


@pytest.mark.parametrize(
    "record",
    [
        b"",
        b"[1]",
        b"\xff{",
        b"[" * 100_000,
        json.dumps({"files": ["precious.doc"]}).encode(),  # another program's
        json.dumps({"hsunmix_version": "0.1", "method": "spa", "files": "precious.doc"}).encode(),
        json.dumps(
            {"hsunmix_version": "0.1", "method": "spa", "files": ["../precious.doc", "..", ".", "", 7, "sub"]}
        ).encode(),
    ],
)
def test_a_record_that_is_none_of_ours_removes_nothing(tmp_path, five, record):
    folder = tmp_path / "out"
    (folder / "sub").mkdir(parents=True)
    for path in (tmp_path / "precious.doc", folder / "precious.doc", folder / "sub" / "a"):
        path.write_text("mine")
    (folder / "result.json").write_bytes(record)
    write_products(five, folder, ["csv"])
    assert (tmp_path / "precious.doc").exists()
    assert names(folder) == ["endmembers.csv", "precious.doc", "result.json", "sub"]


def test_a_second_writer_is_refused(tmp_path, five, three):
    work = deliver(five, tmp_path, ["csv", "sli"])
    next(work)
    with pytest.raises(WriteError, match="another run of hsunmix writes its products here"):
        write_products(three, tmp_path, ["csv"])
    for _ in work:
        pass
    assert "endmembers.sli" in names(tmp_path)
    write_products(three, tmp_path / "elsewhere", ["csv"])
    quietly(three, tmp_path, ["csv"])


@posix
def test_a_second_process_is_refused_and_a_killed_one_holds_nothing(tmp_path, five):
    code = (
        "import sys, time; from hsunmix.exports import ProductFolder; f = ProductFolder(sys.argv[1]);"
        "s = f.staging(); p = s.__enter__(); (p / 'half').write_text('x'); print('ready', flush=True);"
        "time.sleep(60)"
    )
    child = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE)
    try:
        assert child.stdout is not None
        assert child.stdout.readline()
        with pytest.raises(WriteError, match="another run"):
            write_products(five, tmp_path, ["csv"])
    finally:
        child.kill()
        child.wait()
    assert any(name.startswith(PREFIX) for name in names(tmp_path))
    write_products(five, tmp_path, ["csv"])
    assert names(tmp_path) == ["endmembers.csv", "result.json"]


def test_what_killed_writers_left_is_cleaned_and_what_living_ones_have_is_not(tmp_path, five):
    dead, here = 2**22 + 1, os.getpid()
    left = [tmp_path / f"{PREFIX}{HOST}-{dead:x}-{k}{SUFFIX}" for k in range(3)]
    left[0].touch()
    left[1].mkdir()
    (left[1] / "deep").mkdir()
    left[2].symlink_to(tmp_path.parent)
    living = tmp_path / f"{PREFIX}{HOST}-{here:x}-aa{SUFFIX}"
    living.touch()
    write_products(five, tmp_path, ["csv"])
    assert names(tmp_path) == sorted([living.name, "endmembers.csv", "result.json"])
    assert tmp_path.parent.is_dir()


@posix
@pytest.mark.parametrize("moves", range(5))
def test_killed_while_the_sets_are_exchanged(tmp_path, five, three, monkeypatch, moves):
    """There is no record then; the next run knows what both sets were."""
    write_products(five, tmp_path, ["sli", "csv", "matlab"])
    child = os.fork()
    if not child:
        real, done = _folder.put_in_place, []

        def put(*arguments):
            if len(done) == moves:
                os._exit(9)
            done.append(arguments)
            real(*arguments)

        monkeypatch.setattr(_folder, "put_in_place", put)
        quietly(three, tmp_path, ["sli", "csv"])
        os._exit(0)
    _, status = os.waitpid(child, 0)
    killed = os.waitstatus_to_exitcode(status) == 9
    assert killed == (moves < 4)
    assert (tmp_path / "result.json").exists() == (not killed)
    quietly(three, tmp_path, ["csv"])
    kept = [] if killed else ["endmembers.hdr", "endmembers.sli"]
    assert names(tmp_path) == ["endmembers.csv", *kept, "result.json"]


def test_nothing_is_replaced_where_one_file_cannot_be(tmp_path, five, three):
    write_products(five, tmp_path, ["sli", "csv"])
    (tmp_path / "endmembers.sli").chmod(0o444)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(WriteError, match=r"endmembers\.sli.*read-only"):
        write_products(three, tmp_path, ["sli", "csv"])
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_link_stays_a_link(tmp_path, five, three):
    (tmp_path / "real").mkdir()
    folder = tmp_path / "out"
    write_products(five, folder, ["csv"])
    (folder / "endmembers.csv").replace(tmp_path / "real" / "e.csv")
    (folder / "endmembers.csv").symlink_to(tmp_path / "real" / "e.csv")
    old = (tmp_path / "real" / "e.csv").read_bytes()
    write_products(three, folder, ["csv"])
    assert (folder / "endmembers.csv").is_symlink()
    assert (tmp_path / "real" / "e.csv").read_bytes() != old


def test_a_folder_that_is_none(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(WriteError, match="there is a file of this name"):
        ProductFolder(tmp_path / "file")
    with pytest.raises(WriteError, match="folder here"):
        ProductFolder(tmp_path / "file" / "below")


@pytest.mark.parametrize("role", ["scene", "mask", "weights"])
def test_no_product_takes_the_place_of_what_it_was_made_from(tmp_path, five, role):
    """Nor of a link to it; nothing is replaced then, and elsewhere it can be written."""
    given, folder = tmp_path / "given.tif", tmp_path / "out"
    folder.mkdir()
    given.write_bytes(b"made from this")
    (folder / "rmse.tif").symlink_to(given)
    (folder / "endmembers.csv").write_text("before")
    cube, unmixing = five.cube, five.unmixing
    if role == "scene":
        cube = replace(cube, path=given, files=((given, identity(given)),))
    elif role == "mask":
        cube = replace(cube, selection=np.ones(cube.shape[:2], bool), masks=(str(given),))
    else:
        unmixing = replace(unmixing, asked=RunInputs(weights=Weights(str(given), "", (1, 1, 1))))
    made = replace(five, cube=cube, unmixing=unmixing)
    with pytest.raises(WriteError, match=r"rmse\.tif: this result was made from it.*name another folder"):
        write_products(made, folder, ["csv", "geotiff"])
    assert given.read_bytes() == b"made from this"
    assert (folder / "endmembers.csv").read_text() == "before"
    assert names(folder) == ["endmembers.csv", "rmse.tif"]
    assert write_products(made, tmp_path / "elsewhere", ["csv", "geotiff"])


def test_a_library_that_is_read_keeps_its_header(tmp_path, five, three):
    """Both are of an earlier run, and neither is written again."""
    write_products(five, tmp_path, ["csv", "sli"])
    given = LibraryFile(str(tmp_path / "endmembers.sli"), "", 1.0, five.names)
    unmixing = replace(three.unmixing, asked=RunInputs(spectra=given))
    write_products(replace(three, unmixing=unmixing), tmp_path, ["csv"])
    assert {"endmembers.sli", "endmembers.hdr"} <= set(names(tmp_path))


def test_files_of_others_that_a_product_replaces_are_told(tmp_path, five, recwarn):
    (tmp_path / "endmembers.csv").write_text("somebody's own")
    with pytest.warns(HsunmixWarning, match=r"replaced 1 file that no earlier run .*: endmembers\.csv"):
        write_products(five, tmp_path, ["csv"])
    recwarn.clear()
    write_products(five, tmp_path, ["csv"])
    assert not [w for w in recwarn if issubclass(w.category, HsunmixWarning)]
    later = (tmp_path / "result.json").stat().st_mtime_ns + 10**9
    os.utime(tmp_path / "endmembers.csv", ns=(later, later))  # edited since
    with pytest.warns(HsunmixWarning, match=r"replaced 1 file"):
        write_products(five, tmp_path, ["csv"])


def test_memory_that_runs_out_names_the_product(tmp_path, five, monkeypatch):
    """Whether a product is written at once or in steps; what was there stays."""
    write_products(five, tmp_path, ["csv"])
    before = (tmp_path / "endmembers.csv").read_bytes()

    def at_once(*_):
        raise MemoryError

    def in_steps(*_):
        yield
        raise RuntimeError("can't start new thread")

    for write in (at_once, in_steps):
        monkeypatch.setitem(exports(), "csv", replace(exports()["csv"], write=write))
        with pytest.raises(TooLargeError, match=r"^Writing .*spectra.*: there is not enough memory"):
            write_products(five, tmp_path, ["csv"])
    assert names(tmp_path) == ["endmembers.csv", "result.json"]
    assert (tmp_path / "endmembers.csv").read_bytes() == before
