"""``hsunmix methods``: what there is to choose from."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import click

from hsunmix.cli._options import as_json, echo_json

if TYPE_CHECKING:
    from hsunmix.methods import Method


@click.command("methods", short_help="List the methods and parameters.")
@as_json
def command(as_json: bool) -> None:
    """List the methods, those for every day first: identifier, kind, title, reference, parameters."""
    from hsunmix.methods import methods

    def entry(method: Method) -> dict[str, object]:
        parameters = [dataclasses.asdict(p) for p in method.parameters]
        named = {name: getattr(method, name) for name in ("id", "kind", "title", "reference")}
        return named | {"parameters": parameters, "everyday": method.traits.everyday}

    found = methods().values()
    if as_json:
        echo_json([entry(method) for method in found])
        return
    for method in (m for m in found if m.traits.everyday):
        show(method)
    click.echo("\nMore, for special scenes and for comparison:\n")
    for method in (m for m in found if not m.traits.everyday):
        show(method)


def show(method: Method) -> None:
    """Print a method with its parameters."""
    click.echo(f"{method.id:10} {method.kind:14} {method.title}")
    click.echo(f"{'':25} {method.reference}")
    for p in method.parameters:
        click.echo(f"{'':25}   {p.name} = {p.default}  ({p.domain})  {p.help}")
