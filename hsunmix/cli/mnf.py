"""``hsunmix mnf``: noise adjusted components, and the cube without its noise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import numpy as np

from hsunmix.cli._options import as_json, cube_argument, echo_json, masking, out, reading


@click.command("mnf", short_help="Components by signal to noise; take noise away.")
@cube_argument
@out
@click.option(
    "-k",
    "--components",
    type=click.IntRange(min=1),
    metavar="K",
    help="How many; by default those with as much signal as noise.",
)
@click.option(
    "--noise",
    type=click.Choice(["differences", "regression"]),
    default="differences",
    show_default=True,
    help="How noise is told: by pixels beside each other, or by the other bands.",
)
@click.option("--denoised", is_flag=True, help="Write the cube made of these components alone, too.")
@masking
@reading
@as_json
def command(
    cube: Path,
    out: Path,
    components: int | None,
    noise: Any,
    denoised: bool,
    masks: tuple[str, ...],
    bands: str,
    as_json: bool,
    **options: Any,
) -> None:
    """Write the minimum noise fraction components of CUBE into DIR: mnf.img, and denoised.img."""
    from hsunmix.cli._work import about, open_part, output_folder, run
    from hsunmix.exports._cube import write_cube
    from hsunmix.exports._own_files import check_outputs
    from hsunmix.methods import mnf

    with about(cube):
        opened = open_part(cube, options, masks, bands)
        folder = output_folder(out)
        check_outputs(
            [folder.path / f"{name}.{end}" for name in ("mnf", "denoised") for end in ("img", "hdr")],
            [opened],
        )
        found = run(mnf.fit(opened, noise), "Reading")
        count = components or mnf.standing_out(found)
        count = min(count, len(found.variances))
        written = run(
            write_cube(
                run(mnf.components(opened, found, count), "Components"),
                folder.path / "mnf.img",
                f"MNF of {opened.name}",
            ),
            "Writing",
        )
        if denoised:
            cleaned = run(mnf.denoised(opened, found, count), "Taking noise away")
            title = f"{opened.name} of {count} MNF components"
            written += run(write_cube(cleaned, folder.path / "denoised.img", title), "Writing")
    if as_json:
        names = [str(path) for path in written]
        echo_json({"components": count, "noise": noise, "variances": found.variances, "files": names})
        return
    shown = ", ".join(f"{v:.4g}" for v in found.variances[: min(count, 12)])
    click.echo(f"{count} of {len(found.variances)} components; variances in units of the noise: {shown}")
    if count > np.sum(found.variances >= mnf.SIGNAL):
        click.echo("Some of these have less signal than noise.", err=True)
    for path in written:
        click.echo(path)
