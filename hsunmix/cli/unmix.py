"""``hsunmix unmix``: a cube becomes endmembers, abundance maps and the files that hold them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hsunmix.cli._options import (
    as_json,
    cubes_argument,
    echo_json,
    masking,
    out,
    products,
    reading,
    reading_of,
    resolution,
    resources,
)
from hsunmix.cli._request import choosing, refuse_others, requested, required
from hsunmix.errors import InputError
from hsunmix.model.wording import counted

if TYPE_CHECKING:
    from hsunmix.exports import ProductFolder
    from hsunmix.methods.running.pipeline import Request
    from hsunmix.model.cube import Cube
    from hsunmix.model.unmixing import Unmixing
    from hsunmix.session.document import Document


@click.command("unmix", short_help="Unmix a cube and write the products.")
@cubes_argument
@click.option("-r", "--rank", type=int, metavar="R", help="Number of endmembers.")
@choosing
@click.option(
    "--endmembers",
    metavar="FILE",
    help="Find only the abundances of these spectra: a library, endmembers.csv or .sli, a session, builtin.",
)
@click.option(
    "--locked",
    metavar="NUMBERS",
    help="Which spectra of the file given to --init stay as they are, counted from 1: 1,3 or 2-4 or all.",
)
@click.option(
    "--factor",
    type=float,
    metavar="N",
    help="What the spectra of the file are multiplied by, instead of what their values and the scene's tell.",
)
@click.option(
    "--library",
    "libraries",
    multiple=True,
    metavar="FILE",
    help="Spectra for a method that chooses from a library; may be repeated.",
)
@click.option(
    "--shade", is_flag=True, help="Fractions that sum to one or less, the rest being shade: -a shade."
)
@click.option(
    "--weights",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A cube with a weight for each value, or a band with one for each pixel; for -m weighted.",
)
@click.option(
    "--uncertainty",
    is_flag=True,
    help="Say how sure the result is: a standard deviation for every abundance, and for every spectrum.",
)
@out
@products
@resolution
@click.option("--session", type=click.Path(path_type=Path), metavar="FILE.hsu", help="Write a session too.")
@masking
@resources
@reading
@as_json
@click.pass_obj
def command(
    line: str,
    /,
    cubes: tuple[Path, ...],
    out: Path,
    products: str,
    dpi: int,
    session: Path | None,
    masks: tuple[str, ...],
    bands: str,
    as_json: bool,
    **given: Any,
) -> int:
    """Unmix CUBE into R endmembers and write the products into DIR.

    Several cubes, folders and patterns such as 'lines/*.hdr' get one set of endmembers, found on all their
    pixels together, and products in DIR/NAME. One that can't be used is named, and the exit code is 2.
    """
    from hsunmix.cli import _several
    from hsunmix.cli import _work as work
    from hsunmix.exports import ExportJob
    from hsunmix.exports._own_files import check_outputs
    from hsunmix.session.archive import save
    from hsunmix.session.place import check_place
    from hsunmix.session.reproduce import facts_of, python_script

    names = work.check_products(products)
    files = _several.scenes_of(cubes)
    if session is not None:
        check_place(session, out)
        named = (given[name] for name in ("endmembers", "init", "weights") if given[name])
        check_outputs([session], [*(file.path for file in files), *named, *given["libraries"]], out)
    if len(files) > 1 or not files[0].named:
        return _several.unmix_several(
            line, files, _request(given), out=out, products=names, dpi=dpi, session=session, masks=masks,
            bands=bands, as_json=as_json, given=given,
        )  # fmt: skip
    opened, request, result, folder = _unmixed(cubes[0], masks, bands, out, given)
    document = _document(opened, request, result)
    script = python_script(document, facts_of(document, None))
    job = ExportJob(result, document.endmembers, opened, line, script, dpi)
    written = work.write(job, folder, names)
    if session is not None:
        save(document, session)
        written.append(session)
    if as_json:
        echo_json(json.loads((folder.path / "result.json").read_text(encoding="utf-8")))
    else:
        summary(result, written)
    return 0


def _unmixed(
    path: Path, masks: tuple[str, ...], bands: str, out: Path, given: dict[str, Any]
) -> tuple[Cube, Request, Unmixing, ProductFolder]:
    """Do what is asked for; what no scene could satisfy is refused before a large file is read."""
    from hsunmix.cli import _work as work
    from hsunmix.methods.running.pipeline import plan
    from hsunmix.session.reproduce import read_weights

    solve = given["endmembers"] is not None
    request, resources = _request(given), work.resources_of(given)
    with work.about(path):
        if not solve:
            plan(request)
        cube = work.open_part(path, reading_of(given), masks, bands)
        if given["weights"]:
            values, origin = read_weights(given["weights"], cube)
            request = replace(request, weights=values, weights_from=origin)
        folder = work.output_folder(out)
        if not solve:
            result = work.unmix_cube(cube, request.on(cube, given["factor"]), resources)
            return cube, request, result, folder
        library = request.spectra_from
        assert library is not None  # --endmembers
        found = work.solve_cube(
            cube, library.on(cube, given["factor"]), request.abundance, resources, request.uncertainty
        )
        return cube, request, found, folder


def _request(given: dict[str, Any]) -> Request:
    """Return what the options ask for; a number of endmembers can be left out where spectra are given."""
    context = click.get_current_context()
    if given["endmembers"] is not None:
        refuse_others(context)
    request = requested(given)
    library, rank = request.spectra_from, request.rank
    if library is None and given["factor"] is not None:
        raise click.UsageError("--factor is of the spectra of a file: give them as --endmembers or --init")
    if library is None and rank is None and not request.libraries:
        raise required(context, "rank")
    if library is not None and given["endmembers"] is not None and rank not in (None, len(library)):
        holds = counted(len(library), "spectrum", "spectra")
        raise InputError(f"{library.label} holds {holds}, but -r asks for {rank}: leave -r out")
    return request


def summary(result: Unmixing, written: list[Path]) -> None:
    """Print what was found and where it lies."""
    members = result.as_endmembers()
    width = max(len(member.name) for member in members)
    click.echo(f"{'endmember':{max(width, 9)}}  mean abundance  source")
    for member, mean in zip(members, result.mean_abundances, strict=True):
        click.echo(f"{member.name:{max(width, 9)}}  {mean:14.1%}  {member.source}")
    click.echo(f"relative error {result.relative_error:.2%}, {result.seconds:.1f} s")
    if result.converged is False:
        click.echo(f"stopped after {result.iterations} iterations, before the tolerance was met", err=True)
    if result.note:
        click.echo(result.note, err=True)
    for path in written:
        click.echo(path)


def _document(cube: Cube, request: Request, result: Unmixing) -> Document:
    """Return what a session would hold: the records are written from it."""
    from hsunmix.session.document import Document, RunSettings
    from hsunmix.session.runs import for_panel, record_run, settings_of

    settings = replace(settings_of(result), rank=request.rank or result.rank)
    panel = for_panel(settings, RunSettings())
    return record_run(Document(cube=cube, settings=panel), result, settings)
