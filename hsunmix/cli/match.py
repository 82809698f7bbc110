"""``hsunmix match``: which spectra of a library are like given ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from hsunmix.cli._options import as_json, echo_json

if TYPE_CHECKING:
    from hsunmix.model.matching import Match
    from hsunmix.model.spectra import Spectra

METRICS = ("sam", "sid", "correlation")
BUILTIN = "builtin"


@click.command("match", short_help="Find what of a library spectra are like.")
@click.argument("spectra", type=click.Path(path_type=Path))
@click.argument("library")
@click.option(
    "--metric",
    type=click.Choice(METRICS),
    default="sam",
    show_default=True,
    help="Spectral angle, spectral information divergence or correlation.",
)
@click.option(
    "--top", type=click.IntRange(min=1), default=5, show_default=True, metavar="N", help="How many."
)
@click.option(
    "--continuum",
    is_flag=True,
    help="Compare absorptions only: divide every spectrum by its hull from above first.",
)
@as_json
def command(spectra: Path, library: str, metric: str, top: int, continuum: bool, as_json: bool) -> None:
    """Rank the spectra of LIBRARY by their likeness to each spectrum of SPECTRA.

    Both are spectral libraries of any format that hsunmix reads, or folders of them; LIBRARY may be
    "builtin". The library is brought to the bands of SPECTRA, by their widths where these are known;
    bands that are bad or gaps take no part.
    """
    from hsunmix.formats import builtin_library, open_spectra
    from hsunmix.model.continuum import continuum_removed
    from hsunmix.model.matching import rank
    from hsunmix.model.resampling import resample

    asked = open_spectra(spectra)
    known = builtin_library() if library == BUILTIN else open_spectra(library)
    notes = [*asked.notes, *known.notes, *_by_number(asked, known)]
    on_bands = resample(known, asked.wavelengths, asked.fwhm)
    values = asked.values
    if continuum:
        values = continuum_removed(values, asked.wavelengths)
        on_bands = replace(on_bands, values=continuum_removed(on_bands.values, asked.wavelengths))
        notes += _without_hull(asked, values)
    found = rank(values.T, on_bands, metric, top=top)
    if as_json:
        echo_json(_facts(asked, found, metric, library, notes) | {"continuum": continuum})
        return
    for note in notes:
        click.echo(note, err=True)
    for name, matches in zip(asked.names, found, strict=True):
        click.echo(name)
        for place, match in enumerate(matches, 1):
            click.echo(f"{place:4}  {_in_words(match.score, metric):>16}  {match.name}{_share(match)}")
        if not matches:
            click.echo("      no spectrum of the library covers half of its bands")


def _without_hull(asked: Spectra, removed: np.ndarray[Any, Any]) -> list[str]:
    """Say which spectra can't be divided by their hull."""
    lost = [name for name, row in zip(asked.names, removed, strict=True) if not np.isfinite(row).any()]
    return [f"{name}: has values below zero or too few, so it has no continuum." for name in lost]


def _by_number(asked: Spectra, known: Spectra) -> list[str]:
    """Say that bands are compared by their number, where there are as many on both sides.

    Raises
    ------
    InputError
        Only one side has wavelengths, or the numbers differ.
    """
    from hsunmix.errors import InputError

    without = [spectra for spectra in (asked, known) if spectra.wavelengths is None]
    counts = [spectra.values.shape[1] for spectra in (asked, known)]
    if len(without) == 1 or (without and counts[0] != counts[1]):
        first, other = without[0], known if without[0] is asked else asked
        raise InputError(
            f"{first.path} has no wavelengths and {first.values.shape[1]} bands: it can't be compared with "
            f"{other.path} of {other.values.shape[1]}"
        )
    if without:
        return ["neither side has wavelengths: bands are compared by their number."]
    return []


def _facts(
    asked: Spectra, found: list[list[Match]], metric: str, library: str, notes: list[str]
) -> dict[str, Any]:
    return {
        "metric": metric,
        "library": library,
        "spectra": [
            {
                "name": name,
                "matches": [
                    {"name": m.name, "index": m.index, "score": m.score, "coverage": m.coverage}
                    for m in matches
                ],
            }
            for name, matches in zip(asked.names, found, strict=True)
        ],
        "notes": notes,
    }


def _in_words(score: float, metric: str) -> str:
    if metric == "sam":
        return f"{score:.4f} rad {np.degrees(score):5.2f}°"
    return f"{score:.5f}" if metric == "sid" else f"{score:.4f}"


def _share(match: Match) -> str:
    return "" if match.coverage > 0.995 else f"  (over {match.coverage:.0%} of the bands)"
