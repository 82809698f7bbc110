"""Atomic writing: whole or not at all."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hsunmix.errors import FileError, FormatError, MissingFileError, WriteError
from hsunmix.files import (
    HOST,
    check_identity,
    clean_orphans,
    identity,
    replacing,
    replacing_all,
    resource,
    sha256,
)
from tests.faults import file_size_limit, small_disk

posix = pytest.mark.skipif(os.name != "posix", reason="POSIX only")


def temporaries(folder: Path) -> list[str]:
    return [p.name for p in folder.iterdir() if p.name.startswith(".hsunmix-")]


def write(target: Path, data: bytes, error: type[BaseException] | None = None) -> None:
    with replacing(target) as temporary:
        temporary.write_bytes(data)
        if error is not None:
            raise error


def write_pair(one: Path, two: Path, data: bytes) -> None:
    with replacing_all(one, two) as (first, second):
        first.write_text("new data")
        second.write_bytes(data)


def test_replaces_in_one_step(tmp_path):
    target = tmp_path / "map.tif"
    target.write_text("old")
    with replacing(target) as temporary:
        temporary.write_text("new")
        assert target.read_text() == "old"
        assert temporary.parent == tmp_path
    assert target.read_text() == "new"
    assert temporaries(tmp_path) == []


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, GeneratorExit])
def test_an_exception_leaves_the_old_file(tmp_path, error):
    target = tmp_path / "map.tif"
    target.write_text("old")
    with pytest.raises(error):
        write(target, b"half", error)
    assert target.read_text() == "old"
    assert temporaries(tmp_path) == []


def test_errors_made_on_purpose_pass_unchanged(tmp_path):
    with pytest.raises(FormatError, match=r"cube\.hdr"), replacing(tmp_path / "map.tif"):
        raise FormatError("cube.hdr", "is broken")


def test_a_file_beyond_the_limit(tmp_path):
    target = tmp_path / "map.tif"
    target.write_text("old")
    with file_size_limit(1000), pytest.raises(WriteError, match=r"map\.tif: could not be written: "):
        write(target, bytes(5000))
    assert target.read_text() == "old"
    assert temporaries(tmp_path) == []


def test_a_full_disk_is_named(tmp_path):
    with small_disk(tmp_path / "disk", 64) as disk:
        target = disk / "map.tif"
        target.write_text("old")
        with pytest.raises(WriteError, match=r"map\.tif: could not be written: the disk is full"):
            write(target, bytes(200_000))
        assert target.read_text() == "old"
        assert temporaries(disk) == []


@posix
def test_a_link_stays_a_link(tmp_path):
    real, link = tmp_path / "real.tif", tmp_path / "link.tif"
    real.write_text("old")
    link.symlink_to(real)
    with replacing(link) as temporary:
        temporary.write_text("new")
    assert link.is_symlink()
    assert real.read_text() == "new"


@posix
def test_a_dangling_link_gets_its_file(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with replacing(tmp_path / "link") as temporary:
        temporary.write_text("new")
    assert (tmp_path / "real").read_text() == "new"


@posix
def test_permissions_are_kept(tmp_path):
    target = tmp_path / "map.tif"
    target.write_text("old")
    target.chmod(0o640)
    with replacing(target) as temporary:
        temporary.write_text("new")
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_a_read_only_file_is_refused(tmp_path):
    target = tmp_path / "map.tif"
    target.write_text("old")
    target.chmod(0o444)
    with pytest.raises(WriteError, match="read-only"), replacing(target):
        pytest.fail("the body must not run")
    assert target.read_text() == "old"
    target.chmod(0o644)


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(WriteError, match="is a folder"), replacing(tmp_path):
        pytest.fail("the body must not run")


@posix
def test_a_pipe_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(WriteError, match="not an ordinary file"), replacing(tmp_path / "pipe"):
        pytest.fail("the body must not run")


@pytest.mark.parametrize(
    ("name", "reason"),
    [("missing/map.tif", "folder does not exist"), ("a\0b", "file name"), ("x" * 300, "too long")],
)
def test_impossible_names(tmp_path, name, reason):
    with pytest.raises(WriteError, match=reason), replacing(f"{tmp_path}/{name}"):
        pytest.fail("the body must not run")


def test_the_longest_name_a_file_system_takes(tmp_path):
    target = tmp_path / ("x" * 251 + ".tif")
    with replacing(target) as temporary:
        temporary.write_text("new")
    assert target.read_text() == "new"


def test_a_pair_is_replaced_together_or_not_at_all(tmp_path):
    data, head = tmp_path / "lib.sli", tmp_path / "lib.hdr"
    data.write_text("old data")
    head.write_text("old head")
    with file_size_limit(1000), pytest.raises(WriteError, match=r"lib\."):
        write_pair(data, head, bytes(5000))
    assert (data.read_text(), head.read_text()) == ("old data", "old head")
    head.chmod(0o444)
    with pytest.raises(WriteError, match=r"lib\.hdr: is read-only"), replacing_all(data, head):
        pytest.fail("the body must not run")
    assert temporaries(tmp_path) == []
    head.chmod(0o644)
    write_pair(data, head, b"new head")
    assert (data.read_text(), head.read_text()) == ("new data", "new head")


@posix
def test_orphans_of_dead_writers_go_those_of_living_ones_stay(tmp_path):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    dead = tmp_path / f".hsunmix-{HOST}-{ended.pid:x}-00000000.tmp"
    alive = tmp_path / f".hsunmix-{HOST}-{os.getpid():x}-00000000.tmp"
    elsewhere = tmp_path / f".hsunmix-ffff0-{ended.pid:x}-00000000.tmp"
    strange = tmp_path / ".hsunmix-x.tmp"
    old = tmp_path / ".hsunmix-old.tmp"
    for path in (dead, alive, elsewhere, strange, old):
        path.write_text("half")
    long_ago = time.time() - 2 * 86400
    os.utime(old, (long_ago, long_ago))
    (tmp_path / "mine.tmp").write_text("not ours")
    assert clean_orphans(tmp_path) == 2
    assert not dead.exists()
    assert not old.exists()
    assert alive.exists()
    assert elsewhere.exists()
    assert (tmp_path / "mine.tmp").exists()
    assert clean_orphans(tmp_path / "missing") == 0


def test_sha256(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    assert sha256(tmp_path / "a") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    with pytest.raises(MissingFileError, match="there is no such file"):
        sha256(tmp_path / "b")


def test_resources_of_a_checkout_and_of_an_installed_package(tmp_path, monkeypatch, repository):
    assert resource("resources", "docs") == repository / "resources" / "docs"
    module = tmp_path / "hsunmix" / "files.py"
    (tmp_path / "hsunmix" / "_data").mkdir(parents=True)
    monkeypatch.setattr("hsunmix.files.__file__", str(module))
    assert resource("resources", "docs") == tmp_path / "hsunmix" / "_data" / "resources" / "docs"


def test_a_file_is_another_when_it_is_changed_in_place_or_replaced(tmp_path):
    path, other = tmp_path / "a", tmp_path / "b"
    path.write_bytes(b"1234")
    known = identity(path)
    assert known.size == 4
    with path.open("rb") as file:
        assert identity(path, file.fileno()) == known
        other.write_bytes(b"5678")
        os.utime(other, ns=(known.modified, known.modified))
        other.replace(path)  # same size and time
        assert identity(path, file.fileno()) == known
        with pytest.raises(FileError, match="has changed"):
            check_identity(path, known)
    known = identity(path)
    path.write_bytes(b"9999")
    os.utime(path, ns=(known.modified, known.modified + 1))
    with pytest.raises(FileError, match="has changed"):
        check_identity(path, known)
    path.unlink()
    with pytest.raises(FileError, match="can no longer be read"):
        check_identity(path, known)
