"""``hsunmix demo``: the main job on a sample cube, in the window or without one."""

from __future__ import annotations

from pathlib import Path

import click

SAMPLE = "desert.hdr"
MATERIALS = 5


@click.command("demo", short_help="Open the window on a sample cube.")
@click.option(
    "-o",
    "--out",
    metavar="DIR",
    type=click.Path(path_type=Path),
    default=Path("hsunmix-demo"),
    show_default=True,
    help="Folder for the products, where there is no display.",
)
@click.pass_obj
def command(line: str, /, out: Path) -> int:
    """Open the window on a sample cube, unmixed; without a display, write its products into DIR."""
    from hsunmix.files import resource
    from hsunmix.gui.app import system_libraries

    sample = resource("sample_cubes", SAMPLE)
    if not system_libraries.has_display():
        return _headless(line, sample, out)
    system_libraries.require()
    from hsunmix.gui.app.application import run

    return run(sample, unmixed=True)


def _headless(line: str, sample: Path, out: Path) -> int:
    from hsunmix.cli import _work as work
    from hsunmix.cli._options import PRODUCTS
    from hsunmix.cli.unmix import summary
    from hsunmix.exports import ExportJob
    from hsunmix.formats import open_cube
    from hsunmix.methods.running.pipeline import Request

    click.echo(f"There is no display: the products of {sample.name} go into {out}", err=True)
    folder = work.output_folder(out)
    cube = open_cube(sample)
    result = work.unmix_cube(cube, Request(rank=MATERIALS))
    names = work.check_products(PRODUCTS)
    summary(result, work.write(ExportJob(result, result.as_endmembers(), cube, line), folder, names))
    return 0
