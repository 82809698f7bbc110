"""The report on several scenes: what is common is of all of them."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hsunmix.exports import ExportJob, ProductFolder
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
