"""``hsunmix [CUBE|SESSION]``: the window."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("window", short_help="Open the window.")
@click.argument("paths", metavar="[CUBE...|SESSION]", nargs=-1, type=click.Path(path_type=Path))
def command(paths: tuple[Path, ...]) -> int:
    """Open the window, on a cube or a session if one is named; on several cubes, or those in a folder."""
    from hsunmix.errors import MissingFileError
    from hsunmix.gui.app import system_libraries
    from hsunmix.session.scene_files import scene_files

    for path in paths:
        if not path.exists():
            raise MissingFileError(path, "there is no such file")
    scene_files(paths)  # a folder without a cube is told here
    system_libraries.require()
    from hsunmix.gui.app.application import run

    return run(*paths)
