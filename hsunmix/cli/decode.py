"""``hsunmix decode``: the process that decodes files, for installed programs; see ``formats.decoder``."""

from __future__ import annotations

import click


@click.command("decode", hidden=True)
@click.argument("handle")
def command(handle: str) -> None:
    """Decode files for the process that started this one; not to be called by hand."""
    from hsunmix.formats.decoder.worker import serve

    serve(handle)
