"""``hsunmix prune``: which spectra of a library to keep, for models per pixel."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from hsunmix.cli._options import as_json, echo_json

if TYPE_CHECKING:
    from hsunmix.methods.pruning import Pruned
    from hsunmix.model.library import Library

COLUMNS = ("kept", "name", "class", "ear", "masa_degrees", "cob_in", "cob_out", "cobi")


@click.command("prune", short_help="Choose which spectra of a library to keep.")
@click.argument("library")
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), metavar="FILE", help="Write those kept: .sli or .csv."
)
@click.option(
    "--by",
    type=click.Choice(["ies", "ear", "masa", "cob"]),
    default="ies",
    show_default=True,
    help="IES chooses a set that tells the classes apart; the others the best of each class by a score.",
)
@click.option(
    "--each",
    type=click.IntRange(min=1),
    default=3,
    show_default=True,
    metavar="N",
    help="How many of a class, by ear, masa or cob.",
)
@click.option("--min-fraction", type=float, default=-0.05, show_default=True, help="Lowest in a model.")
@click.option("--max-fraction", type=float, default=1.05, show_default=True, help="Highest in a model.")
@click.option(
    "--max-rmse",
    type=click.FloatRange(min=0),
    default=0.025,
    show_default=True,
    help="Highest error of a model, in reflectance from 0 to 1.",
)
@click.option(
    "--errors",
    type=click.Path(path_type=Path),
    metavar="FILE.csv",
    help="Write the root mean square error of every spectrum, a row, as a model of every other, a column.",
)
@as_json
def command(library: str, out: Path | None, errors: Path | None, as_json: bool, **given: Any) -> None:
    """Score the spectra of LIBRARY, and choose which of them to keep.

    LIBRARY is one in any form that hsunmix reads, with classes; "builtin" too. The scores go to stdout as a
    table: EAR, MASA and CoB, and which spectra are kept.
    """
    from hsunmix.cli._work import run
    from hsunmix.exports._library import library_files, write_library
    from hsunmix.exports._own_files import check_outputs
    from hsunmix.methods.pruning import pruned
    from hsunmix.session.libraries import open_library

    files = [*([] if out is None else library_files(out)), *([] if errors is None else [errors])]
    table = [Path(library).with_suffix(".csv")] if Path(library).is_file() else []  # of its classes, maybe
    check_outputs(files, [library, *table])
    opened = open_library(library)
    limits = given["min_fraction"], given["max_fraction"], given["max_rmse"]
    found = run(pruned(opened, given["by"], given["each"], limits), "Pruning")
    rows = _rows(opened, found)
    if as_json:
        facts = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
        echo_json({"library": library, **given, "kappa": found.kappa, "spectra": facts})
    else:
        click.echo(_table([COLUMNS, *rows]), nl=False)
    for note in opened.notes:
        click.echo(note, err=True)
    count = len(found.kept)
    click.echo(f"{count} of {len(opened)} spectra are kept; kappa {found.kappa:.3f}", err=True)
    written = [] if out is None else write_library(out, found.library)
    if errors is not None:
        written.append(_write_errors(errors, opened, found))
    for path in written:
        click.echo(path, err=True)


def _rows(library: Library, found: Pruned) -> list[tuple[Any, ...]]:
    one, kept = found.scores, set(found.kept.tolist())
    return [
        (
            k in kept, name, found.classes[k], _number(one.ear[k]), _number(np.degrees(one.masa[k])),
            int(one.cob_in[k]), int(one.cob_out[k]), _number(one.cobi[k]),
        )
        for k, name in enumerate(library.names)
    ]  # fmt: skip


def _number(value: float) -> float | None:
    return round(float(value), 6) if np.isfinite(value) else None


def _table(rows: list[tuple[Any, ...]]) -> str:
    from hsunmix.model.cells import cell

    text = io.StringIO()
    words = {True: "yes", False: "no", None: ""}
    for row in rows:
        told = [words[v] if v is None or isinstance(v, bool) else cell(str(v)) for v in row]
        csv.writer(text, lineterminator="\n").writerow(told)
    return text.getvalue()


def _write_errors(path: Path, library: Library, found: Pruned) -> Path:
    from hsunmix.files import replacing

    rows = zip(library.names, found.errors.rmse, strict=True)
    table = [("model", *library.names), *((name, *map(float, row)) for name, row in rows)]
    with replacing(path) as temporary:
        temporary.write_text(_table(table), encoding="utf-8")
    return path
