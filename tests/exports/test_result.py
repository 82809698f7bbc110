"""The record beside the products."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from hsunmix._version import __version__
from hsunmix.exports import ExportJob, write_products
from hsunmix.formats import open_cube
from tests.exports.conftest import make_delivery


def record(job: ExportJob, folder: Path) -> dict:
    def refuse(name):
        raise AssertionError(f"{name} is no JSON")

    text = write_products(job, folder, [])[-1].read_bytes().decode("utf-8")
    return json.loads(text, parse_constant=refuse)


def test_the_keys_of_the_contract(tmp_path, job):
    written = record(job, tmp_path)
    expected = {
        "method": "auto",
        "abundance": "nnls",
        "rank": 3,
        "parameters": {"smoothing": 0.5, "odd": None},
        "seed": 7,
        "relative_error": 0.0125,
        "iterations": 0,
        "converged": None,
        "seconds": 0.0,
        "source_pixels": [0, 5, 10],
        "hsunmix_version": __version__,
        "command": "hsunmix unmix scene.hdr -r 3",
        "input": {"path": None, "bytes": None, "sha256": None},
    }
    assert {key: written[key] for key in expected} == expected
    assert written["names"] == ["Grass", "Soil, dry {A}", "Wässer"]
    assert written["used_pixels"] == 11 * 7 - 4
    assert (written["bands"], written["used_bands"]) == (20, 18)


def test_which_spectra_leave_the_error(tmp_path, job):
    assert record(job, tmp_path)["error_of"] == "endmembers"
    own = replace(job, unmixing=replace(job.unmixing, own_spectra=True))
    assert record(own, tmp_path)["error_of"] == "spectra of each pixel"


def test_no_source_pixels(tmp_path, job):
    bare = replace(job, unmixing=replace(job.unmixing, source_pixels=None))
    assert record(bare, tmp_path)["source_pixels"] is None


def test_the_input_is_named_and_hashed_by_its_pixels(tmp_path, job):
    write_products(job, tmp_path, ["envi"])
    cube = open_cube(tmp_path / "abundances.hdr")
    written = record(replace(job, cube=cube), tmp_path / "out")["input"]
    data = (tmp_path / "abundances.img").read_bytes()
    assert written == {
        "path": str(tmp_path / "abundances.hdr"),
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
    }


@pytest.mark.skipif(os.name != "posix", reason="only POSIX paths can be other than UTF-8")
def test_a_path_that_is_not_utf8(tmp_path, job):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/scene\xff.raw"))
    try:
        path.write_bytes(b"1234")
    except OSError:
        pytest.skip("this file system takes only UTF-8")
    written = record(replace(job, cube=replace(job.cube, path=path)), tmp_path / "out")
    assert written["input"]["path"].endswith("scene\\xff.raw")
    assert written["input"]["bytes"] == 4


def test_hostile_text(tmp_path):
    job = replace(make_delivery(('"', "\udc80", "\x00")), command="x \udcff")
    assert record(job, tmp_path)["command"] == "x \\udcff"


def unmixed_and_replaced(folder, job):
    """Return a job whose cube's file is another since it was opened, and the bytes of the old one."""
    write_products(job, folder, ["envi"])
    data = folder / "abundances.img"
    old, cube = data.read_bytes(), open_cube(folder / "abundances.hdr")
    other = folder / "other"
    other.write_bytes(bytes(len(old) + 4))
    other.replace(data)
    return replace(job, cube=cube), old


@pytest.mark.parametrize("gone", [False, True])
def test_what_was_not_unmixed_is_not_hashed(tmp_path, job, gone):
    late, old = unmixed_and_replaced(tmp_path, job)
    if gone:
        (tmp_path / "abundances.img").unlink()
    written = record(late, tmp_path / "out")
    assert written["input"]["bytes"] == len(old)
    assert written["input"]["sha256"] is None
    assert "abundances.img has changed since it was read" in written["notes"][-1]
    write_products(late, tmp_path / "out", ["html"])
    assert "abundances.img has changed since it was read" in (tmp_path / "out" / "report.html").read_text()


def test_what_was_hashed_before_it_was_replaced_is_still_known(tmp_path, job):
    write_products(job, tmp_path, ["envi"])
    same = replace(job, cube=open_cube(tmp_path / "abundances.hdr"))
    before = record(same, tmp_path / "one")["input"]
    (tmp_path / "abundances.img").write_bytes(b"")
    assert record(same, tmp_path / "two")["input"] == before


def test_a_file_that_changes_while_it_is_hashed_has_no_hash(tmp_path):
    from hsunmix.files import digest_of, identity
    from hsunmix.model.progress import finish

    path = tmp_path / "a"
    path.write_bytes(b"1" * 100)
    work = digest_of(path, identity(path))
    next(work)
    path.write_bytes(b"2" * 101)
    assert finish(work) is None
