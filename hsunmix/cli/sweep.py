"""``hsunmix sweep``: error and agreement of runs for several numbers of endmembers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from hsunmix.cli._options import as_json, cube_argument, echo_json, masking, reading, reading_of, resources
from hsunmix.cli._request import choosing, requested


@click.command("sweep", short_help="Unmix with several numbers of endmembers.")
@cube_argument
@click.option("-r", "--ranks", default="2-8", show_default=True, metavar="FROM-TO", help="Numbers to try.")
@click.option(
    "-n",
    "--seeds",
    default=3,
    show_default=True,
    type=click.IntRange(1, 1000),
    help="Runs for each, on other halves of the pixels.",
)
@choosing
@masking
@resources
@reading
@as_json
def command(
    cube: Path,
    ranks: str,
    seeds: int,
    masks: tuple[str, ...],
    bands: str,
    as_json: bool,
    **given: Any,
) -> None:
    """Unmix CUBE with several numbers of endmembers, and say up to which the runs agree."""
    from hsunmix.cli._work import about, announced, open_part, resources_of, run
    from hsunmix.engine.loading import load
    from hsunmix.methods.running.footprint import of_sweep
    from hsunmix.methods.running.pipeline import plan
    from hsunmix.methods.running.sweep import sweep

    numbers = _numbers(ranks)
    request = replace(requested(given), rank=numbers.start)
    if request.spectra_from is not None:
        raise click.UsageError("--init: every run begins anew, so it takes a method and no file of spectra")
    with about(cube):
        plan(request)
        opened = open_part(cube, reading_of(given), masks, bands)
        footprint = announced(of_sweep(opened, seeds, resources_of(given)))
        scene = run(load(opened, footprint=footprint), "Reading")
        found = run(sweep(scene, request, numbers, seeds), "Sweeping")
    if as_json:
        echo_json(
            {
                "method": found.method,
                "ranks": list(found.ranks),
                "errors": found.errors,
                "angles": found.angles,
                "worst": found.worst,
                "stable": found.stable,
                "proposed": found.proposed,
                "sentence": found.sentence,
            }
        )
        return
    click.echo("endmembers  error    mean angle  worst endmember")
    for rank, error, angle, worst in zip(found.ranks, found.error, found.angles, found.worst, strict=True):
        click.echo(f"{rank:10d}  {error:7.3%}  {angle:9.2f}°  {worst:14.2f}°")
    click.echo(found.sentence)


def _numbers(text: str) -> range:
    low, _, high = text.partition("-")
    try:
        numbers = range(int(low), int(high or low) + 1)
    except ValueError:
        raise click.BadParameter(f"{text!r}: write it as FROM-TO, such as 2-8") from None
    if not numbers or numbers.start < 1 or len(numbers) > 100:
        raise click.BadParameter(f"{text!r}: FROM must be at least 1 and at most TO, and TO not 100 more")
    return numbers
