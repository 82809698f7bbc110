"""``hsunmix unmix``: a cube becomes endmembers, abundance maps and the files that hold them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

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
from hsunmix.parameters import from_texts

if TYPE_CHECKING:
    from hsunmix.methods.pipeline import Request
    from hsunmix.model.cube import Cube
    from hsunmix.model.unmixing import Unmixing
    from hsunmix.session.document import Document


@click.command("unmix", short_help="Unmix a cube and write the products.")
@cube_argument
@click.option("-r", "--rank", required=True, type=int, metavar="R", help="Number of endmembers.")
@click.option("-m", "--method", default="auto", show_default=True, help="See hsunmix methods.")
@click.option(
    "-a", "--abundance", default="", help="How abundances are found, if not by the method's own way."
)
@click.option("--init", metavar="METHOD", help="What the method starts from; the same as --set init=METHOD.")
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
    rank: int,
    method: str,
    abundance: str,
    abundance_set: tuple[str, ...],
    shade: bool,
    init: str | None,
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
    from hsunmix.session.archive import save
    from hsunmix.session.place import check_place
    from hsunmix.session.reproduce import facts_of, python_script, read_weights

    if shade and abundance not in ("", "shade"):
        raise click.UsageError(f"--shade is -a shade; -a {abundance} asks for something else")
    abundance = "shade" if shade else abundance
    parameters = from_texts([*settings, *([f"init={init}"] if init else [])])
    request = Request(
        method, rank, parameters, abundance, seed,
        abundance_parameters=from_texts(abundance_set),
    )  # fmt: skip
    names = work.check_products(products)
    if session is not None:
        check_place(session)
    with work.about(cube):
        work.check_request(request)
        opened = work.open_part(cube, options, masks, bands)
    if weights is not None:
        values, origin = read_weights(weights, opened)
        request = replace(request, weights=values, weights_from=origin)
    with work.about(cube):
        folder = work.output_folder(out)
        result = work.unmix_cube(opened, request)
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
    from hsunmix.session.runs import with_run

    given = ((request.method, request.parameters), (request.abundance, request.abundance_parameters))
    changed = {name: dict(values) for name, values in given if values}
    settings = RunSettings(request.method, request.rank, request.abundance, request.seed, changed)
    return with_run(Document(cube=cube, settings=settings), result, settings)
