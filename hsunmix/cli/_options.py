"""Options that several subcommands share."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from hsunmix.exports import DPI, USUAL
from hsunmix.formats import Options
from hsunmix.parameters import MAX_INTEGER, describe
from hsunmix.registry import names

__all__ = [
    "PRODUCTS",
    "SEED",
    "as_json",
    "cube_argument",
    "cubes_argument",
    "echo_json",
    "masking",
    "out",
    "products",
    "reading",
    "reading_of",
    "resolution",
    "resources",
    "settings",
]

PRODUCTS = ",".join(USUAL)
KINDS: dict[str, Any] = {"int": int, "float": float}
SEED = click.IntRange(0, MAX_INTEGER)
METAVARS = {"int": "N", "text": "NAME"}

Command = Callable[..., Any]

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
cube_argument = click.argument("cube", type=click.Path(path_type=Path))
cubes_argument = click.argument(
    "cubes", metavar="CUBE...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
out = click.option(
    "-o",
    "--out",
    required=True,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder for the products.",
)
products = click.option(
    "--products",
    default=PRODUCTS,
    show_default=True,
    metavar="LIST",
    help=f"What to write, with commas between: any of {', '.join(names('hsunmix.exports'))}.",
)
resolution = click.option(
    "--dpi",
    default=DPI[0],
    show_default=True,
    metavar="N",
    type=click.IntRange(*DPI[1:]),
    help=f"Resolution of PNG pictures, in dots per inch, {DPI[1]} to {DPI[2]}.",
)
settings = click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="A parameter of the method; may be repeated.",
)


def reading(function: Command) -> Command:
    """Add what a file may need to be told before it can be read, as the formats describe it.

    The subcommand gets them as keyword arguments, None where one was not given.
    """
    for option in reversed(describe(Options)):
        kind = click.Choice(option.choices) if option.choices else KINDS.get(option.kind, str)
        metavar = "|".join(option.choices) or METAVARS.get(option.kind)
        add = click.option(f"--{option.name}", type=kind, metavar=metavar, help=f"{option.help}.")
        function = add(function)
    return function


def reading_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the options of ``reading`` say, of all that a subcommand is given."""
    return {option.name: given[option.name] for option in describe(Options)}


def masking(function: Command) -> Command:
    """Add the choice of pixels and bands: keyword arguments ``masks`` and ``bands``."""
    masks = click.option(
        "--mask",
        "masks",
        multiple=True,
        metavar="CONDITION|FILE",
        help="Use only some pixels: a condition such as 'ndvi > 0.3', a raster, polygons; may be repeated.",
    )
    bands = click.option(
        "--bands",
        default="",
        metavar="RANGES",
        help="Use only some bands: 400-1300,1450-2400 in nm; no-water; #10-120 by number, from 1.",
    )
    return masks(bands(function))


def resources(function: Command) -> Command:
    """Add what may be used: ``memory``, ``scratch`` and ``cluster``."""
    memory = click.option(
        "--memory",
        metavar="SIZE",
        help="Memory that may be used, such as 4GB; else most of what is free. A scene beyond it stays in "
        "its file, or goes to a scratch file.",
    )
    scratch = click.option(
        "--scratch",
        type=click.Path(path_type=Path),
        metavar="DIR",
        help="Folder for scratch files, which vanish by themselves; else the system's for temporary files.",
    )
    cluster = click.option(
        "--cluster",
        metavar="ADDRESS|FILE|config",
        help="A Dask cluster whose workers do the work: its scheduler's address, its scheduler file, or "
        "config for the one that Dask's own configuration names.",
    )
    return memory(scratch(cluster(function)))


def echo_json(data: Any) -> None:
    """Print JSON that any reader takes: what is not a number is null."""
    click.echo(json.dumps(_plain(data), indent=2, ensure_ascii=False, allow_nan=False))


def _plain(data: Any) -> Any:
    """Replace arrays, paths and NaN by what JSON has."""
    if isinstance(data, dict):
        return {str(name): _plain(value) for name, value in data.items()}
    if isinstance(data, list | tuple):
        return [_plain(value) for value in data]
    if hasattr(data, "tolist"):
        return _plain(data.tolist())
    if isinstance(data, float) and not math.isfinite(data):
        return None
    return str(data) if isinstance(data, Path) else data
