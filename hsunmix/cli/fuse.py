"""``hsunmix fuse``: the bands of a coarse cube with the pixels of a fine one."""

from __future__ import annotations

from pathlib import Path

import click

from hsunmix.cli._options import SEED


@click.command("fuse", short_help="Sharpen a cube by a finer one with fewer bands.")
@click.argument("coarse", type=click.Path(path_type=Path))
@click.argument("fine", type=click.Path(path_type=Path))
@click.option(
    "-r", "--rank", type=click.IntRange(min=1), required=True, metavar="R", help="Number of materials."
)
@click.option(
    "-o", "--out", required=True, metavar="FILE", type=click.Path(path_type=Path), help="ENVI file to write."
)
@click.option(
    "--fwhm",
    type=click.FloatRange(0.1, 10),
    default=1.0,
    show_default=True,
    metavar="N",
    help="Width of the coarse sensor's blur at half of its height, in its pixels.",
)
@click.option("--seed", type=SEED, default=0, show_default=True, help="For everything random.")
def command(coarse: Path, fine: Path, rank: int, out: Path, fwhm: float, seed: int) -> None:
    """Give COARSE, a cube of many bands, the pixels of FINE, one of the same ground with few bands.

    FINE has a whole number of pixels to each of COARSE's, along lines and samples alike.
    """
    from hsunmix.cli._work import about, run
    from hsunmix.exports._cube import write_cube
    from hsunmix.exports._own_files import check_outputs, header_of
    from hsunmix.formats import open_cube
    from hsunmix.methods.fusion import fuse

    files = [out, header_of(out)]
    with about(coarse):
        many = open_cube(coarse)
    with about(fine):
        few = open_cube(fine)
    check_outputs(files, [many, few])
    fused = run(fuse(many, few, rank, fwhm, seed), "Fusing")
    written = run(write_cube(fused, out, f"{coarse.name} fused with {fine.name}"), "Writing")
    click.echo(f"{fused.lines} lines, {fused.samples} samples, {fused.bands} bands")
    for path in written:
        click.echo(path)
