"""The report on several scenes: what is common is of all of them."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hsunmix.errors import WriteError
from hsunmix.exports import ExportJob, ProductFolder, _folder, deliver
from hsunmix.exports._several import SeveralJobs, deliver_several
from hsunmix.model.progress import finish
from hsunmix.model.spectra import Source
from tests.scenes import with_numbers


@pytest.fixture
def several(job: ExportJob) -> SeveralJobs:
    """A scene, and one where every abundance is half as large."""
    half = with_numbers(job.unmixing, abundances=job.unmixing.abundances * np.float32(0.5))
    members = (replace(job.endmembers[0], source=Source("pixel", 3, 4)), *job.endmembers[1:])
    jobs = {"west": replace(job, endmembers=members), "east": replace(job, unmixing=half)}
    return SeveralJobs(jobs, {"broken": "b.img: is damaged"}, 0.0321, "Told.", "hsunmix unmix a b -r 3")


def words(page: Path) -> str:
    text = re.sub(r"<style>.*?</style>|<svg.*?</svg>", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def test_one_report_and_one_record(several: SeveralJobs, tmp_path: Path) -> None:
    with ProductFolder(tmp_path / "out") as folder:
        paths = finish(deliver_several(several, folder, ["csv"]))
    assert [p.relative_to(tmp_path / "out").as_posix() for p in paths[:2]] == ["report.html", "result.json"]
    said = words(paths[0])
    mean = several.jobs["west"].unmixing.mean_abundances[0]
    assert f"pixel 3, 4 of west {100 * 0.75 * mean:.1f} %" in said  # over the pixels of both
    assert "Took no part: broken : b.img: is damaged" in said
    assert "3.21 %" in said
    record = json.loads(paths[1].read_text(encoding="utf-8"))
    assert [one["name"] for one in record["scenes"]] == ["west", "east"]
    assert record["failed"] == [{"name": "broken", "reason": "b.img: is damaged"}]
    assert (tmp_path / "out" / "east" / "endmembers.csv").is_file()


def test_a_second_run_takes_the_place_of_the_first(several: SeveralJobs, tmp_path: Path) -> None:
    for _ in range(2):
        with ProductFolder(tmp_path / "out") as folder:
            finish(deliver_several(several, folder, ["csv"]))
    names = sorted(p.name for p in (tmp_path / "out").iterdir())
    assert names == ["east", "report.html", "result.json", "west"]


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_what_was_there_stays_until_all_scenes_are_written(several: SeveralJobs, tmp_path: Path) -> None:
    """Cancelled at any step, or refused at the last file, no folder is a mixture of two runs."""
    half = replace(several, note="Other.", jobs={k: replace(j, command="x") for k, j in several.jobs.items()})
    with ProductFolder(tmp_path) as folder:
        total = sum(1 for _ in deliver_several(several, folder, ["csv"]))
    with ProductFolder(tmp_path) as folder:
        finish(deliver_several(several, folder, ["csv", "sli"]))
    before = files(tmp_path)
    assert total > 5
    for steps in range(1, total):
        with ProductFolder(tmp_path) as folder:
            work = deliver_several(half, folder, ["csv"])
            for _ in range(steps):
                next(work)
            work.close()
        assert files(tmp_path) == before
    (tmp_path / "east" / "endmembers.csv").chmod(0o444)  # the last of the two
    with ProductFolder(tmp_path) as folder, pytest.raises(WriteError, match="read-only"):
        finish(deliver_several(half, folder, ["csv"]))
    assert files(tmp_path) == before


def test_killed_between_two_scenes_there_is_no_record_of_all(
    several: SeveralJobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ProductFolder(tmp_path) as folder:
        finish(deliver_several(several, folder, ["csv"]))
    real = _folder.put_in_place

    def put(staged: Path, target: Path) -> None:
        if target.parent.name == "east":
            raise KeyboardInterrupt
        real(staged, target)

    monkeypatch.setattr(_folder, "put_in_place", put)
    with ProductFolder(tmp_path) as folder, pytest.raises(KeyboardInterrupt):
        finish(deliver_several(several, folder, ["csv"]))
    assert not (tmp_path / "result.json").exists()


def test_folders_of_scenes_that_are_no_more_are_told(
    several: SeveralJobs, tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    with ProductFolder(tmp_path) as folder:
        finish(deliver_several(several, folder, ["csv"]))
    fewer = replace(several, jobs={"west": several.jobs["west"]})
    with ProductFolder(tmp_path) as folder:
        finish(deliver_several(fewer, folder, ["csv"]))
    assert [str(one.message) for one in recwarn] == [f"{tmp_path}: left 1 folder of an earlier run: east"]
    assert (tmp_path / "east" / "endmembers.csv").is_file()
    recwarn.clear()
    finish(deliver(several.jobs["west"], tmp_path, ["csv"]))
    assert any(str(one.message).endswith("left 1 folder of an earlier run: west") for one in recwarn)
