"""``hsunmix rank``: how many endmembers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hsunmix.cli._options import (
    as_json,
    cubes_argument,
    echo_json,
    masking,
    reading,
    reading_of,
    resources,
    settings,
)
from hsunmix.parameters import from_texts, make

if TYPE_CHECKING:
    from collections.abc import Generator

    from hsunmix.methods import RankEstimate
    from hsunmix.methods.running.together import Failure
    from hsunmix.model.cube import Cube
    from hsunmix.model.progress import Step
    from hsunmix.session.scene_files import SceneFile


@click.command("rank", short_help="Estimate the number of endmembers.")
@cubes_argument
@click.option("-m", "--method", default="auto", show_default=True, help="Which estimate.")
@settings
@masking
@resources
@reading
@as_json
def command(
    cubes: tuple[Path, ...],
    method: str,
    settings: tuple[str, ...],
    masks: tuple[str, ...],
    bands: str,
    as_json: bool,
    **given: Any,
) -> int:
    """Estimate the number of endmembers of CUBE; of several cubes, folders or patterns, of all together."""
    from hsunmix.cli import _several
    from hsunmix.cli._work import about, announced, open_part, resources_of, run
    from hsunmix.engine.loading import load
    from hsunmix.methods import get
    from hsunmix.methods.running import together
    from hsunmix.methods.running.footprint import of_estimate
    from hsunmix.methods.running.pipeline import estimate_rank
    from hsunmix.model.choice import Choice

    parameters = from_texts(settings)
    choice = Choice(method, parameters)
    make(get(method, "rank").params, parameters)
    files: list[SceneFile] = _several.scenes_of(cubes)
    failures: list[Failure] = []

    def estimated(cube: Cube) -> Generator[Step | None, None, RankEstimate]:
        footprint = announced(of_estimate(cube, choice, resources_of(given)))
        scene = yield from load(cube, footprint=footprint)
        return (yield from estimate_rank(scene, choice))

    if len(files) > 1:
        scenes, failures = _several.opened(files, given, masks, bands)
        estimate, more = run(together.estimate_rank(scenes, estimated), "Estimating")
        failures += more
    else:
        with about(files[0].path):
            opened = open_part(files[0].path, reading_of(given), masks, bands)
            estimate = run(estimated(opened), "Estimating")
    if as_json:
        echo_json(
            {
                "method": method,
                "parameters": parameters,
                "rank": estimate.rank,
                "low": estimate.low or estimate.rank,
                "high": estimate.high or estimate.rank,
                "sentence": estimate.sentence,
                "disturbed": list(estimate.disturbed),
                "label": estimate.label,
                "curve": estimate.curve,
            }
        )
    else:
        click.echo(estimate.rank)
        if estimate.text != str(estimate.rank):
            click.echo(f"range {estimate.text}")
        click.echo(estimate.sentence)
    return _several.tell(failures, len(files))
