"""``hsunmix rank``: how many endmembers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from hsunmix.cli._options import (
    as_json,
    cube_argument,
    echo_json,
    masking,
    reading,
    reading_of,
    resources,
    settings,
)
from hsunmix.parameters import from_texts, make


@click.command("rank", short_help="Estimate the number of endmembers.")
@cube_argument
@click.option("-m", "--method", default="auto", show_default=True, help="Which estimate.")
@settings
@masking
@resources
@reading
@as_json
def command(
    cube: Path,
    method: str,
    settings: tuple[str, ...],
    masks: tuple[str, ...],
    bands: str,
    as_json: bool,
    **given: Any,
) -> None:
    """Estimate the number of endmembers of CUBE."""
    from hsunmix.cli._work import about, announced, open_part, resources_of, run
    from hsunmix.engine.loading import load
    from hsunmix.methods import get
    from hsunmix.methods.footprint import of_estimate
    from hsunmix.methods.pipeline import estimate_rank
    from hsunmix.model.choice import Choice

    parameters = from_texts(settings)
    choice = Choice(method, parameters)
    make(get(method, "rank").params, parameters)
    with about(cube):
        opened = open_part(cube, reading_of(given), masks, bands)
        footprint = announced(of_estimate(opened, choice, resources_of(given)))
        scene = run(load(opened, footprint=footprint), "Reading")
        estimate = run(estimate_rank(scene, choice), "Estimating")
    if as_json:
        echo_json(
            {
                "method": method,
                "parameters": parameters,
                "rank": estimate.rank,
                "low": estimate.low or estimate.rank,
                "high": estimate.high or estimate.rank,
                "sentence": estimate.sentence,
                "label": estimate.label,
                "curve": estimate.curve,
            }
        )
        return
    click.echo(estimate.rank)
    click.echo(estimate.sentence)
