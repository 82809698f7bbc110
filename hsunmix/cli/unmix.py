"""``hsunmix unmix``: a cube becomes endmembers, abundance maps and the files that hold them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hsunmix.cli._given import is_spectra, locked_columns, refuse_others, required
from hsunmix.cli._options import (
    SEED,
    as_json,
    cube_argument,
    echo_json,
    narrowing,
    out,
    products,
    reading,
    resolution,
)
from hsunmix.cli._options import settings as setting
from hsunmix.errors import InputError
from hsunmix.parameters import from_texts

if TYPE_CHECKING:
    from hsunmix.methods.pipeline import Request
    from hsunmix.model.cube import Cube
    from hsunmix.model.library import Library
    from hsunmix.model.unmixing import Unmixing
    from hsunmix.session.document import Document


@click.command("unmix", short_help="Unmix a cube and write the products.")
@cube_argument
@click.option("-r", "--rank", type=int, metavar="R", help="Number of endmembers.")
@click.option("-m", "--method", default="auto", show_default=True, help="See hsunmix methods.")
@click.option(
    "-a", "--abundance", default="", help="How abundances are found, if not by the method's own way."
)
@click.option(
    "--endmembers",
    metavar="FILE",
    help="Find only the abundances of these spectra: a library, endmembers.csv or .sli, a session, builtin.",
)
@click.option(
    "--init",
    metavar="METHOD|FILE",
    help="What the method starts from: an extraction method, as --set init=METHOD, or spectra of a file.",
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
    "--init-set", multiple=True, metavar="NAME=VALUE", help="A parameter of the extraction of --init."
)
@click.option(
    "--library",
    "libraries",
    multiple=True,
    metavar="FILE",
    help="Spectra for a method that chooses from a library; may be repeated.",
)
@click.option("--seed", type=SEED, default=0, show_default=True, help="For everything random.")
@click.option(
    "--abundance-set", multiple=True, metavar="NAME=VALUE", help="A parameter of the abundance method."
)
@click.option(
    "--shade", is_flag=True, help="Fractions that sum to one or less, the rest being shade: -a shade."
)
@setting
@click.option(
    "--weights",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A cube with a weight for each value, or a band with one for each pixel; for -m weighted.",
)
@out
@products
@resolution
@click.option("--session", type=click.Path(path_type=Path), metavar="FILE.hsu", help="Write a session too.")
@narrowing
@reading
@as_json
@click.pass_obj
def command(
    line: str,
    /,
    cube: Path,
    rank: int | None,
    method: str,
    abundance: str,
    abundance_set: tuple[str, ...],
    shade: bool,
    endmembers: str | None,
    init: str | None,
    init_set: tuple[str, ...],
    locked: str | None,
    factor: float | None,
    libraries: tuple[str, ...],
    seed: int,
    settings: tuple[str, ...],
    weights: Path | None,
    out: Path,
    products: str,
    dpi: int,
    session: Path | None,
    masks: tuple[str, ...],
    bands: str,
    as_json: bool,
    **options: Any,
) -> None:
    """Unmix CUBE into R endmembers and write the products into DIR."""
    from hsunmix.cli import _work as work
    from hsunmix.exports import Delivery
    from hsunmix.methods.pipeline import Request
    from hsunmix.model.choice import Choice
    from hsunmix.session.archive import save
    from hsunmix.session.libraries import open_library
    from hsunmix.session.place import check_place
    from hsunmix.session.reproduce import facts_of, python_script, read_weights

    if shade and abundance not in ("", "shade"):
        raise click.UsageError(f"--shade is -a shade; -a {abundance} asks for something else")
    abundance = "shade" if shade else abundance
    start = endmembers if endmembers is not None else init if is_spectra(init) else None
    parameters = from_texts(settings)
    if init and start is not None and "init" in parameters:
        raise click.UsageError(f"the start is both {init} and --set init={parameters['init']}: leave one out")
    names = work.check_products(products)
    if session is not None:
        check_place(session)
    if endmembers is not None:
        refuse_others(click.get_current_context())
        abundance = abundance or "nnls"
    if factor is not None and start is None:
        raise click.UsageError("--factor is of the spectra of a file: give them as --endmembers or --init")
    if init_set and start is not None:
        raise click.UsageError("--init-set is of an extraction method, but --init names a file")
    library = None if start is None else open_library(start)
    columns = locked_columns(locked, library)
    rank = _rank(rank, library, columns)
    request = Request(
        Choice(method, parameters), rank, Choice(abundance, from_texts(abundance_set)), seed,
        Choice("" if start is not None else init or "", from_texts(init_set)),
    )  # fmt: skip
    with work.about(cube):
        work.check_request(request, libraries)
        opened = work.open_part(cube, options, masks, bands)
    if library is not None:
        library = library.on(opened, factor)
        w = library.endmembers(opened)
        request = replace(request, endmembers=w, spectra_from=library, locked=columns)
    if libraries:
        several = tuple(open_library(one).on(opened).usable(opened) for one in libraries)
        request = replace(request, libraries=several)
    if weights is not None:
        values, origin = read_weights(weights, opened)
        request = replace(request, weights=values, weights_from=origin)
    with work.about(cube):
        folder = work.output_folder(out)
        solved = endmembers is not None
        result = work.solve_cube(opened, request) if solved else work.unmix_cube(opened, request)
    document = _document(opened, request, result)
    script = python_script(document, facts_of(document, None))
    delivery = Delivery(result, document.endmembers, opened, line, script, dpi)
    written = work.write(delivery, folder, names)
    if session is not None:
        save(document, session)
        written.append(session)
    if as_json:
        echo_json(json.loads((folder.path / "result.json").read_text(encoding="utf-8")))
    else:
        summary(result, written)


def _rank(asked: int | None, library: Library | None, locked: tuple[int, ...]) -> int:
    """Return how many endmembers: as many as are given, or more where all of these are locked."""
    if library is None:
        if asked is None:
            raise required(click.get_current_context(), "rank")
        return asked
    if asked is not None and asked > len(library) == len(locked):
        return asked
    if asked not in (None, len(library)):
        holds = "1 spectrum" if len(library) == 1 else f"{len(library)} spectra"
        raise InputError(f"{library.label} holds {holds}, but -r asks for {asked}: leave -r out")
    return len(library)


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
    from hsunmix.session.runs import for_panel, settings_of, with_run

    settings = replace(settings_of(result), rank=request.rank)
    panel = for_panel(settings, RunSettings())
    return with_run(Document(cube=cube, settings=panel), result, settings)
