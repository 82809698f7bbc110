"""``hsunmix bench``: how near the methods come to known answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hsunmix.bench import USUAL_KINDS

if TYPE_CHECKING:
    from hsunmix.bench.planted import Library, Mixing

__all__ = ["command"]


@click.group("bench", short_help="Measure the methods on known answers.")
def command() -> None:
    """Measure the methods on scenes with known answers."""


@command.command("accuracy")
@click.option("-m", "--method", "names", multiple=True, help="Only these methods; repeat for several.")
@click.option(
    "--seeds", default=3, show_default=True, type=click.IntRange(1, 1000), help="Scenes of each kind."
)
@click.option("--first-seed", default=0, show_default=True, type=click.IntRange(0), help="Where to begin.")
@click.option(
    "--scenes",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with the Samson and Jasper Ridge files, to measure on them too.",
)
@click.option(
    "--library",
    type=click.Choice(["chosen", "whole"]),
    default="chosen",
    show_default=True,
    help="Materials of planted scenes: 23 well-known ones, or the whole built-in library.",
)
@click.option(
    "--mixing",
    type=click.Choice(["patches", "uniform"]),
    default="patches",
    show_default=True,
    help="Few materials meet in a pixel, or every mixture is as likely as any other.",
)
@click.option(
    "--kinds",
    default=",".join(USUAL_KINDS),
    show_default=True,
    help="Kinds of planted scenes, with commas between; all for every one; help lists them.",
)
@click.option(
    "--uncertainty",
    is_flag=True,
    help="How many intervals of abundances hold the truth, of one method instead.",
)
@click.option(
    "--side", type=click.IntRange(8, 1000), help="Lines and samples of planted scenes, for a quick look."
)
@click.option("--details", is_flag=True, help="A line for every scene, with every endmember.")
def accuracy(
    names: tuple[str, ...],
    seeds: int,
    first_seed: int,
    scenes: Path | None,
    library: Library,
    mixing: Mixing,
    kinds: str,
    details: bool,
    uncertainty: bool,
    side: int | None,
) -> None:
    """Print mean spectral angle (degrees) and abundance RMSE of every method on every kind of scene.

    Medians over the seeds, the worst seed in brackets. Planted scenes are made of the built-in
    library's spectra; outliers, which have no true abundances, don't count for the RMSE. The last
    rows are what the true spectra reach.
    """
    from hsunmix.bench.planted import KINDS
    from hsunmix.bench.table import table
    from hsunmix.errors import InputError

    chosen = list(KINDS) if kinds == "all" else [kind.strip() for kind in kinds.split(",") if kind.strip()]
    if kinds == "help":
        click.echo("\n".join(f"{name:12} {kind.title}" for name, kind in KINDS.items()))
        return
    for kind in chosen:
        if kind not in KINDS:
            raise InputError(f"there is no kind of scene {kind!r} (kinds: {', '.join(KINDS)})")
    if uncertainty:
        from hsunmix.bench import coverage

        method, several = (names or ("auto",))[0], range(first_seed, first_seed + seeds)
        for line in coverage.table(method, several, library, mixing, chosen, side):
            click.echo(line)
        return
    for line in table(
        names, range(first_seed, first_seed + seeds), scenes, library, mixing, chosen, details, side
    ):
        click.echo(line)


@command.command("rank")
@click.option("-m", "--method", default="auto", show_default=True, help="Which estimate.")
@click.option(
    "--seeds", default=3, show_default=True, type=click.IntRange(1, 1000), help="Scenes of each kind."
)
@click.option("--first-seed", default=0, show_default=True, type=click.IntRange(0), help="Where to begin.")
@click.option(
    "--kinds", default="", help="Kinds of planted scenes, with commas between; all that count if left out."
)
@click.option("--ranks", default="3-8", show_default=True, help="Numbers of materials, such as 3-8.")
@click.option("--side", type=click.IntRange(8, 1000), help="Lines and samples, for a quick look.")
def rank(method: str, seeds: int, first_seed: int, kinds: str, ranks: str, side: int | None) -> None:
    """Print how often the estimated number of endmembers is right, or says what disturbs it."""
    from hsunmix.bench import ranks as bench
    from hsunmix.bench.planted import KINDS
    from hsunmix.errors import InputError

    chosen = [kind.strip() for kind in kinds.split(",") if kind.strip()] or list(bench.KINDS_OF_RANK)
    low, _, high = ranks.partition("-")
    if not (low.isdecimal() and (high or low).isdecimal() and 2 <= int(low) <= int(high or low) <= 20):
        raise InputError(f"--ranks {ranks!r}: write numbers from 2 to 20, such as 3-8")
    for kind in chosen:
        if kind not in KINDS:
            raise InputError(f"there is no kind of scene {kind!r} (kinds: {', '.join(KINDS)})")
    numbers = range(int(low), int(high or low) + 1)
    for line in bench.table(method, range(first_seed, first_seed + seeds), chosen, numbers, side):
        click.echo(line)
