"""``hsunmix learn``: spectra from scene after scene, each pixel seen once, kept in a file in between."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from hsunmix.cli._options import (
    SEED,
    as_json,
    cubes_argument,
    echo_json,
    masking,
    reading,
    resources,
    settings,
)
from hsunmix.errors import HsunmixError, InputError


@click.command("learn", short_help="Learn spectra from scenes as they come.")
@cubes_argument
@click.option(
    "--state", type=click.Path(path_type=Path), required=True, metavar="FILE.npz",
    help="What was learned before, if it is there; what is known then is written to it.",
)  # fmt: skip
@click.option("-r", "--rank", type=int, metavar="R", help="How many spectra; needed the first time.")
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), metavar="FILE",
    help="Write the spectra: .sli or .csv, for unmix --endmembers.",
)  # fmt: skip
@settings
@click.option("--seed", type=SEED, default=0, show_default=True, help="For everything random.")
@masking
@resources
@reading
@as_json
def command(
    cubes: tuple[Path, ...],
    state: Path,
    rank: int | None,
    out: Path | None,
    settings: tuple[str, ...],
    seed: int,
    masks: tuple[str, ...],
    bands: str,
    as_json: bool,
    **given: Any,
) -> int:
    """See every pixel of CUBE once, of several cubes one after the other, and go on from what is known.

    The file holds the spectra and their sums, no pixels. It is written after each scene. A scene that can't
    be used is named, and the exit code is 2.
    """
    from hsunmix.cli import _several
    from hsunmix.cli._work import about, resources_of, run
    from hsunmix.exports._library import library_files, write_library
    from hsunmix.exports._own_files import check_outputs
    from hsunmix.methods.learning import Learned, check_request, learn
    from hsunmix.methods.running.together import Failure, none_of
    from hsunmix.model.spectra import Spectra
    from hsunmix.parameters import from_texts

    files = _several.scenes_of(cubes)
    check_outputs([state, *([] if out is None else library_files(out))], [file.path for file in files])
    known = Learned.load(state) if state.exists() else None
    parameters, resources = from_texts(settings), resources_of(given)
    check_request(known, rank, parameters)
    scenes, failures = _several.opened(files, given, masks, bands)
    count = len(failures) + len(scenes)
    for name, cube in scenes:
        try:
            with about(cube.path or Path(name)):
                known = run(learn(cube, known, rank, seed, resources, **parameters), "Learning")
        except HsunmixError as error:
            failures.append(Failure.of(name, cube.path, error))
            continue
        known.save(state)
        if known.note:
            click.echo(f"{cube.path}: {known.note}", err=True)
    if known is None or len(failures) == count:
        raise InputError(none_of(failures))
    if out is not None:
        names = tuple(f"Endmember {k + 1}" for k in range(known.spectra.shape[1]))
        write_library(out, Spectra(known.spectra.T, names, known.wavelengths))
    if as_json:
        facts = {
            "state": str(state),
            "scenes": known.scenes,
            "pixels": known.pixels,
            "batches": known.batches,
        }
        echo_json(facts)
    else:
        click.echo(f"{known.pixels} pixels of {len(known.scenes)} scenes; the spectra are in {out or state}")
    return _several.tell(failures, count)
