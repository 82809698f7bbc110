"""``hsunmix bench``: how near the methods come to known answers."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["command"]


@click.group("bench")
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
def accuracy(names: tuple[str, ...], seeds: int, first_seed: int, scenes: Path | None) -> None:
    """Print mean spectral angle (degrees) and abundance RMSE of every method on every kind of scene.

    Medians over the seeds, the worst seed in brackets. Planted scenes are made of the built-in
    library's spectra.
    """
    from hsunmix.bench.table import table

    for line in table(names, range(first_seed, first_seed + seeds), scenes):
        click.echo(line)
