"""Several scenes on the command line: opened, unmixed together or solved one by one, and written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hsunmix.cli import _work as work
from hsunmix.cli._options import echo_json, reading_of
from hsunmix.errors import HsunmixError, InputError
from hsunmix.model.wording import counted

if TYPE_CHECKING:
    from hsunmix.engine.footprint import Footprint
    from hsunmix.exports import ProductFolder
    from hsunmix.exports._several import SeveralJobs
    from hsunmix.methods.running.pipeline import Request
    from hsunmix.methods.running.together import Failure, Found, NamedCube
    from hsunmix.model.cube import Cube
    from hsunmix.session.document import Document
    from hsunmix.session.scene_files import SceneFile

__all__ = ["export_several", "opened", "scenes_of", "tell", "unmix_several"]

FAILED = 2  # exit code


def scenes_of(given: Sequence[Path]) -> list[SceneFile]:
    """Return the files that are meant: one that was named itself, or several scenes."""
    from hsunmix.session.scene_files import scene_files

    return scene_files(given)


def opened(
    files: Sequence[SceneFile], given: dict[str, Any], masks: tuple[str, ...], bands: str
) -> tuple[list[NamedCube], list[Failure]]:
    """Open scenes, restricted to some pixels and bands; those that can't be are named."""
    from hsunmix.methods.running.together import none_of
    from hsunmix.session.scene_files import open_scenes

    def one(path: Path) -> Cube:
        return work.open_part(path, reading_of(given), masks, bands)

    scenes, failures = open_scenes(files, one)
    if not scenes:
        raise InputError(none_of(failures))
    return scenes, failures


def tell(failures: Sequence[Failure], count: int) -> int:
    """Name the scenes that took no part; return the exit code."""
    for one in failures:
        click.echo(f"hsunmix: error: {one.reason}", err=True)
    if failures:
        click.echo(f"{len(failures)} of {count} scenes took no part", err=True)
    return FAILED if failures else 0


def unmix_several(
    line: str,
    files: Sequence[SceneFile],
    request: Request,
    *,
    out: Path,
    products: Sequence[str],
    dpi: int,
    session: Path | None,
    masks: tuple[str, ...],
    bands: str,
    as_json: bool,
    given: dict[str, Any],
) -> int:
    """Unmix several scenes and write their products; return the exit code."""
    from hsunmix.session.archive import save

    if given["weights"]:
        raise InputError("--weights is of one scene: unmix it alone, or leave the weights out")
    if given["endmembers"] is None:
        work.check_request(request)
    scenes, failures = opened(files, given, masks, bands)
    folder = work.output_folder(out)
    if given["endmembers"] is None:
        several, document, more = _together(line, scenes, request, given, dpi)
    else:
        several, document, more = _one_by_one(line, scenes, request, given, dpi)
    failures += more
    several = replace(several, failures={one.scene: one.reason for one in failures})
    written = work.write_several(several, folder, products)
    if session is not None:
        save(document, session)
        written.append(session)
    if as_json:
        echo_json(json.loads((folder.path / "result.json").read_text(encoding="utf-8")))
    else:
        _summary(several, written)
    return tell(failures, len(several.jobs) + len(failures))


def export_several(
    document: Document, line: str, folder: ProductFolder, products: Sequence[str], dpi: int
) -> int:
    """Write the products of every scene of a session; return the exit code."""
    from hsunmix.methods.running.together import Failure
    from hsunmix.session.several_products import several_jobs

    several = several_jobs(document, folder.path, products, dpi, line)
    for job in several.jobs.values():
        if job.unmixing.data is not None and job.cube is not None:
            click.echo(f"{job.cube.path}: {job.cube.notes[-1]}", err=True)
    for path in work.write_several(several, folder, products):
        click.echo(path)
    failures = [Failure(name, reason) for name, reason in several.failures.items()]
    return tell(failures, len(document.scenes))


def _together(
    line: str, scenes: list[NamedCube], request: Request, given: dict[str, Any], dpi: int
) -> tuple[SeveralJobs, Document, list[Failure]]:
    """Find one set of endmembers."""
    from hsunmix.exports import ExportJob
    from hsunmix.exports._several import SeveralJobs
    from hsunmix.methods.running import together
    from hsunmix.methods.running.footprint import of_run
    from hsunmix.session.scenes import of_cubes, with_found
    from hsunmix.session.several_script import script_of_scenes

    resources = work.resources_of(given)

    def footprint(cube: Cube, request: Request) -> Footprint:
        return work.announced(of_run(cube, request, resources))

    found: Found = work.run(together.unmix(scenes, request, given["factor"], footprint), "Unmixing")
    whole = found.unmixing
    cubes = [one.cube for one in found.scenes]
    script, jobs = script_of_scenes(cubes, whole), {}
    for one in found.scenes:
        own = script_of_scenes(cubes, whole, one.unmixing.share)
        jobs[one.name] = ExportJob(one.unmixing, one.unmixing.as_endmembers(), one.cube, line, own, dpi)
    document = with_found(of_cubes([(one.name, one.cube) for one in found.scenes]), found)
    several = SeveralJobs(jobs, {}, whole.relative_error, whole.note, line, script)
    return several, document, list(found.failures)


def _one_by_one(
    line: str, scenes: list[NamedCube], request: Request, given: dict[str, Any], dpi: int
) -> tuple[SeveralJobs, Document, list[Failure]]:
    """Find the abundances of given endmembers in each scene, on its own bands and in its own units."""
    from hsunmix.exports import ExportJob
    from hsunmix.exports._several import SeveralJobs
    from hsunmix.methods.running.together import Failure, none_of, solved_together
    from hsunmix.session.reproduce import facts_of, python_script
    from hsunmix.session.scenes import of_cubes, with_found

    library, resources = request.spectra_from, work.resources_of(given)
    assert library is not None  # --endmembers
    results, failures = [], []
    for name, cube in scenes:
        try:
            brought = library.on(cube, given["factor"])
            found = work.solve_cube(cube, brought, request.abundance, resources, request.uncertainty)
            results.append((name, cube, found))
        except HsunmixError as error:
            failures.append(Failure.of(name, cube.path, error))
    if not results:
        raise InputError(none_of(failures))
    solved = solved_together(results)
    document = with_found(of_cubes([(name, cube) for name, cube, _ in results]), solved)
    jobs = {}
    for one in solved.scenes:
        alone = with_found(of_cubes([(one.name, one.cube)]), replace(solved, scenes=(one,)))
        script = python_script(alone, facts_of(alone, None))
        jobs[one.name] = ExportJob(one.unmixing, alone.endmembers, one.cube, line, script, dpi)
    several = SeveralJobs(jobs, {}, solved.unmixing.relative_error, solved.unmixing.note, line)
    return several, document, failures


def _summary(several: SeveralJobs, written: list[Path]) -> None:
    """Print how well each scene is explained, and where everything lies."""
    width = max(5, *(len(name) for name in several.jobs))
    rank = next(iter(several.jobs.values())).unmixing.rank
    click.echo(f"{'scene':{width}}  relative error  mean abundances")
    for name, job in several.jobs.items():
        means = "  ".join(f"{mean:6.1%}" for mean in job.unmixing.mean_abundances)
        click.echo(f"{name:{width}}  {job.unmixing.relative_error:14.2%}  {means}")
    common = counted(rank, "common endmember")
    click.echo(f"{common}, relative error of all {several.relative_error:.2%}")
    if several.note:
        click.echo(several.note, err=True)
    for path in written:
        click.echo(path)
