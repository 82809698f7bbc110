"""What is written for several scenes: a folder of products for each, one report and one record for all."""

from __future__ import annotations

import datetime
import json
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix._version import __version__
from hsunmix.exports import ExportJob, ProductFolder, inputs_of, staged
from hsunmix.exports._folder import RECORD
from hsunmix.exports._result import plain, text
from hsunmix.exports._statistics import Statistics, gather
from hsunmix.exports.html import page_of, parts
from hsunmix.files import replacing
from hsunmix.model.progress import Step, relay
from hsunmix.model.spectra import Endmember, Source

__all__ = ["REPORT", "SeveralJobs", "deliver_several"]

REPORT = "report.html"


@dataclass(frozen=True, eq=False)
class SeveralJobs:
    """Results of several scenes on their way out.

    Attributes
    ----------
    jobs : mapping of str to ExportJob
        By the scenes' names, which become folders.
    failures : mapping of str to str
        Scenes that took no part, and why.
    relative_error : float
        Over the pixels of all.
    note : str
    command, script : str
        What makes all of it again.
    """

    jobs: Mapping[str, ExportJob]
    failures: Mapping[str, str]
    relative_error: float
    note: str = ""
    command: str = ""
    script: str = ""


def deliver_several(
    several: SeveralJobs, folder: ProductFolder, products: Sequence[str]
) -> Generator[Step | None, None, list[Path]]:
    """Write the products of every scene into a folder of its own, and a report and a record of all.

    They are one set: none takes its place before all are written. Folders of scenes of an earlier run that
    are none of this one stay, and are told.

    Returns
    -------
    list of Path
        Report and record, then the products.

    Raises
    ------
    InputError, WriteError
        As of ``deliver``.
    """
    paths: list[Path] = []
    count = len(several.jobs)
    with ExitStack() as kept:
        places = {name: kept.enter_context(ProductFolder(folder.path / name)) for name in several.jobs}
        stages = {name: kept.enter_context(place.staging()) for name, place in places.items()}
        stage = kept.enter_context(folder.staging())
        for k, (name, job) in enumerate(several.jobs.items()):

            def of_all(step: Step | None, k: int = k, name: str = name) -> Step | None:
                return step and Step((k + step.fraction) / count, message=f"{name}: {step.message}")

            paths += yield from relay(staged(job, places[name], stages[name], products), of_all)
        yield Step(1.0, message="Writing the report")
        yield from _common(several, stage)
        inputs = [path for job in several.jobs.values() for path in inputs_of(job)]
        for name, place in places.items():
            place.check(stages[name], inputs)
        folder.check(stage, inputs)
        folder.withdraw(stage)
        for name, place in places.items():
            place.exchange(stages[name], inputs)
        folder.exchange(stage, inputs, list(places))
    return [folder.path / REPORT, folder.path / RECORD, *paths]


def _common(several: SeveralJobs, stage: Path) -> Generator[None, None, None]:
    """Write the report and the record of all."""
    statistics = {}
    for name, job in several.jobs.items():
        statistics[name] = yield from gather(job.unmixing)
    body = yield from _report(several, statistics)
    _put(stage / REPORT, page_of(f"Unmixing of {_counted(several)}", body))
    record = json.dumps(plain(_record(several, statistics)), indent=2, ensure_ascii=False, allow_nan=False)
    _put(stage / RECORD, record + "\n")


def _put(path: Path, content: str) -> None:
    with replacing(path) as temporary:
        temporary.write_text(content, encoding="utf-8", errors="backslashreplace")


def _counted(several: SeveralJobs) -> str:
    return "1 scene" if len(several.jobs) == 1 else f"{len(several.jobs)} scenes"


def _record(several: SeveralJobs, statistics: Mapping[str, Statistics]) -> dict[str, Any]:
    first = next(iter(several.jobs.values()))
    unmixing = first.unmixing
    return {
        "method": unmixing.method,
        "abundance": unmixing.abundance,
        "rank": unmixing.rank,
        "parameters": dict(unmixing.parameters),
        "seed": unmixing.seed,
        "relative_error": several.relative_error,
        "hsunmix_version": __version__,
        "command": several.command,
        "names": list(first.names),
        "scenes": [
            {
                "name": name,
                "path": None if job.cube is None else str(job.cube.path),
                "relative_error": float(job.unmixing.relative_error),
                "shape": list(job.unmixing.pixel_shape),
                "used_pixels": statistics[name].used_pixels,
                "mean_abundances": list(statistics[name].means),
            }
            for name, job in several.jobs.items()
        ],
        "failed": [{"name": name, "reason": reason} for name, reason in several.failures.items()],
        "files": [REPORT],
        "note": several.note,
    }


def _report(several: SeveralJobs, statistics: Mapping[str, Statistics]) -> Generator[None, None, list[str]]:
    """What is common first, then the maps of each scene."""
    jobs = several.jobs
    first_name, first = next(iter(jobs.items()))
    body = [_head(several, first), _scenes(several, statistics)]
    common = replace(first, endmembers=_members(first, first_name))
    body.append(parts.spectra(common, _of_all(list(statistics.values()))))
    for name, job in jobs.items():
        body.append((yield from parts.maps(job, statistics[name], name)))
    body.append(parts.convergence(first))
    said = [several.note, *(note for job in jobs.values() if job.cube is not None for note in job.cube.notes)]
    items = "".join(f"<li>{escape(note)}</li>" for note in dict.fromkeys(said) if note)
    body.append(parts.section("Notes", f"<ul>{items}</ul>") if items else "")
    again = (
        f"<p>On the command line:</p><pre>{escape(text(several.command))}</pre>" if several.command else ""
    )
    again += f"<p>In Python:</p><pre>{escape(text(several.script))}</pre>" if several.script else ""
    body.append(parts.section("To make it again", again) if again else "")
    return body


def _members(job: ExportJob, scene: str) -> tuple[Endmember, ...]:
    """Return the endmembers with sources that say of which scene a pixel is."""
    return tuple(
        replace(e, source=Source(text=f"{e.source} of {scene}")) if e.source.line is not None else e
        for e in job.endmembers
    )


def _of_all(several: Sequence[Statistics]) -> Statistics:
    """Return the statistics over the pixels of all scenes."""
    pixels = np.array([one.used_pixels for one in several], dtype=np.float64)
    share = pixels / pixels.sum()

    def mean(name: str) -> NDArray[np.float64]:
        return np.asarray(share @ np.array([getattr(one, name) for one in several]))

    return replace(
        several[0],
        pixels=sum(one.pixels for one in several),
        used_pixels=int(pixels.sum()),
        means=tuple(mean("means").tolist()),
        most=tuple(mean("most").tolist()),
    )


def _head(several: SeveralJobs, job: ExportJob) -> str:
    unmixing = job.unmixing
    now = datetime.datetime.now().astimezone()
    by = f"{unmixing.method}, abundances by {unmixing.abundance}" if unmixing.abundance else unmixing.method
    tiles = {
        "scenes": str(len(several.jobs)),
        "common endmembers": str(unmixing.rank),
        "relative error of all": f"{100 * several.relative_error:.2f} %",
    }
    shown = "".join(f'<div class="tile"><b>{escape(v)}</b>{escape(k)}</div>' for k, v in tiles.items())
    return (
        f"<h1>Unmixing of {_counted(several)}</h1>"
        f'<p class="soft">{escape(by)} · written {now:%Y-%m-%d %H:%M %Z} by hsunmix {__version__}</p>'
        f'<div class="tiles">{shown}</div>'
    )


def _scenes(several: SeveralJobs, statistics: Mapping[str, Statistics]) -> str:
    """A table with a row for each scene, and a list of those that took no part."""
    first = next(iter(several.jobs.values()))
    titles = ("Scene", "File", "Relative error", *map(escape, first.names))
    rows = [
        (
            escape(name),
            escape(text(str(job.cube.path)) if job.cube is not None else ""),
            f"{100 * job.unmixing.relative_error:.2f} %",
            *(f"{100 * mean:.1f} %" for mean in statistics[name].means),
        )
        for name, job in several.jobs.items()
    ]
    failed = "".join(
        f"<li><b>{escape(name)}</b>: {escape(text(reason))}</li>" for name, reason in several.failures.items()
    )
    left = f"<p>Took no part:</p><ul>{failed}</ul>" if failed else ""
    said = '<p class="soft">Mean abundances over the pixels used of each.</p>'
    return parts.section("Scenes", said + parts.table(titles, rows) + left)
