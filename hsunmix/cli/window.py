"""``hsunmix [CUBE|SESSION]``: the window."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("window", short_help="Open the window.")
@click.argument("path", metavar="[CUBE|SESSION]", required=False, type=click.Path(path_type=Path))
def command(path: Path | None) -> int:
    """Open the window, on a cube or a session if one is named."""
    from hsunmix.errors import FileError, MissingFileError
    from hsunmix.formats.opening.files import is_store
    from hsunmix.gui.app import system_libraries

    if path is not None and not path.exists():
        raise MissingFileError(path, "there is no such file")
    if path is not None and path.is_dir() and not is_store(path):
        raise FileError(path, "is a folder, not a file")
    system_libraries.require()
    from hsunmix.gui.app.application import run

    return run(path)
