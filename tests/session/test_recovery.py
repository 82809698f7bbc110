"""Work that is kept for the case of a crash, and what a later start finds of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hsunmix.errors import FormatError, InputError, WriteError
from hsunmix.files import identity
from hsunmix.session.archive import load
from hsunmix.session.document import Document, with_endmember
from hsunmix.session.recovery import Claim, Keeper, default_folder, known_since, left_behind
from tests.faults import file_size_limit

CHILD = """
import os, sys
from pathlib import Path
from hsunmix.session.recovery import Keeper
from tests.session.conftest import make_document
keeper = Keeper(Path(sys.argv[2]))
keeper.write(make_document(Path(sys.argv[1])), "scene.hdr", Path("/home/ana/work.hsu"))
os.kill(os.getpid(), 9)
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "recovery"


@pytest.fixture
def left(place: Path, document: Document) -> Path:
    """The folder of all windows after one of them ended without saving."""
    keeper = Keeper(place)
    keeper.write(document, "scene.hdr", None)
    keeper._lock.release()  # as the system does when a process is killed
    return place


def test_a_window_that_lives_is_not_offered(place: Path, document: Document):
    keeper = Keeper(place)
    assert left_behind(place) == []
    assert not place.exists()
    keeper.write(document, "scene.hdr", None)
    assert left_behind(place) == []
    keeper.close()
    assert left_behind(place) == []
    assert list(place.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="SIGKILL is POSIX's")
def test_a_killed_process_leaves_its_work(place: Path, scene: Path, repository: Path, document: Document):
    ended = subprocess.run([sys.executable, "-c", CHILD, str(scene), str(place)], cwd=repository)
    assert ended.returncode == -9
    (work,) = left_behind(place)
    assert (work.record.title, work.record.session) == ("scene.hdr", "/home/ana/work.hsu")
    assert work.record.when is not None
    found = load(Claim(work).begin())
    assert [e.name for e in found.endmembers] == [e.name for e in document.endmembers]
    assert found.pins == document.pins


def test_the_newest_state_is_the_one_kept_and_the_only_one(place: Path, document: Document):
    keeper = Keeper(place)
    for name in ("first", "second", "third"):
        keeper.write(with_endmember(document, 0, name=name), "scene.hdr", None)
    keeper._lock.release()
    (work,) = left_behind(place)
    assert load(work.path).endmembers[0].name == "third"
    assert {p.name for p in work.folder.iterdir()} == {"lock", "work.json", work.record.file}


def test_a_writer_killed_between_session_and_record_leaves_the_state_before(left: Path, document: Document):
    (work,) = left_behind(left)
    (work.folder / "work-2.hsu").write_bytes(b"half a session")  # the record still names the first
    (work.folder / ".hsunmix-0000-1-abcd.tmp").touch()
    os.utime(work.folder / ".hsunmix-0000-1-abcd.tmp", (0, 0))
    (again,) = left_behind(left)
    assert again.record == work.record
    assert {p.name for p in work.folder.iterdir()} == {"lock", "work.json", "work-1.hsu"}


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"file": "../../x"}', b'{"file": "no.hsu"}', b"9" * 99]
)
def test_a_record_that_was_lost_costs_its_title_only(left: Path, content: bytes):
    (work,) = left_behind(left)
    (work.folder / "work.json").write_bytes(content)
    (found,) = left_behind(left)
    assert found.record.title == "a scene"
    assert load(Claim(found).begin()).endmembers


def test_a_session_that_was_changed_is_not_opened(left: Path):
    (work,) = left_behind(left)
    data = bytearray(work.path.read_bytes())
    data[len(data) // 2] ^= 1
    work.path.write_bytes(data)
    claim = Claim(work)
    with pytest.raises(FormatError, match="checksum"):
        claim.begin()
    claim.failed()
    assert left_behind(left)[0].record.attempts == 0


def test_an_attempt_that_ended_the_program_is_remembered(left: Path):
    claim = Claim(left_behind(left)[0])
    claim.begin()
    assert left_behind(left) == []  # this window has it
    claim.release()  # as a crash would
    assert left_behind(left)[0].record.attempts == 1
    claim = Claim(left_behind(left)[0])
    claim.begin()
    claim.failed()  # the program lived
    assert left_behind(left)[0].record.attempts == 1


def test_two_windows_cannot_take_the_same_work(left: Path):
    (work,) = left_behind(left)
    claim = Claim(work)
    with pytest.raises(InputError, match=r"scene\.hdr was taken by another window"):
        Claim(work)
    claim.discard()
    assert left_behind(left) == []
    assert list(left.iterdir()) == []
    with pytest.raises(InputError):
        Claim(work)


def test_the_newest_work_comes_first(place: Path, document: Document):
    for name, when in (("b", "2025-01-02"), ("c", "2025-01-03"), ("a", "2025-01-01")):
        keeper = Keeper(place)
        keeper.write(document, name, None)
        path = keeper._folder / "work.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), "saved": f"{when}T00:00:00+00:00"}))
        keeper._lock.release()
    assert [work.record.title for work in left_behind(place)] == ["c", "b", "a"]


def test_what_somebody_put_there_stays(left: Path):
    (left / "notes.txt").write_text("mine")
    other = left / "0-somebody"
    other.mkdir()
    (other / "photo.jpg").write_bytes(b"x")
    assert len(left_behind(left)) == 1
    assert (left / "notes.txt").exists()
    assert (other / "photo.jpg").exists()


def test_a_folder_that_is_no_folder(tmp_path: Path, document: Document):
    (tmp_path / "file").touch()
    assert left_behind(tmp_path / "file") == []
    assert left_behind(tmp_path / "missing") == []
    with pytest.raises(OSError, match="could not be made"):
        Keeper(tmp_path / "file").write(document, "x", None)


def test_a_full_disk_keeps_the_state_before(place: Path, document: Document):
    keeper = Keeper(place)
    keeper.write(document, "scene.hdr", None)
    with file_size_limit(1000), pytest.raises(WriteError):
        keeper.write(replace(document, pins=()), "scene.hdr", None)
    keeper._lock.release()
    (work,) = left_behind(place)
    assert load(Claim(work).begin()).pins == document.pins


def test_a_path_that_is_not_utf8_is_left_out(place: Path, document: Document):
    keeper = Keeper(place)
    keeper.write(document, "scene.hdr", Path(os.fsdecode(b"/tmp/\xff.hsu")))
    assert keeper.record.session == ""


def test_where(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("HSUNMIX_STATE_DIR", str(tmp_path))
    assert default_folder() == tmp_path / "recovery"
    monkeypatch.delenv("HSUNMIX_STATE_DIR")
    assert default_folder().name == "recovery"
    assert "hsunmix" in str(default_folder())


def test_what_a_session_is_known_by_after_a_crash(tmp_path):
    path = tmp_path / "work.hsu"
    now = datetime.now(UTC)
    assert known_since(path, now) is None
    path.write_bytes(b"1")
    assert known_since(path, now + timedelta(minutes=1)) == identity(path)
    for when in (now - timedelta(minutes=1), None):  # saved by somebody after the work was kept
        assert known_since(path, when) not in (None, identity(path))
