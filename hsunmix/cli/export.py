"""``hsunmix export``: the products of a saved session."""

from __future__ import annotations

from pathlib import Path

import click

from hsunmix.cli._options import out, products, resolution


@click.command("export", short_help="Write the products of a session.")
@click.argument("session", metavar="SESSION.hsu", type=click.Path(path_type=Path))
@out
@products
@resolution
@click.option("--cube", type=click.Path(path_type=Path), help="The session's cube, if it was moved.")
@click.pass_obj
def command(line: str, /, session: Path, out: Path, products: str, dpi: int, cube: Path | None) -> int:
    """Write the products of SESSION.hsu into DIR, those of several scenes into DIR/NAME.

    A scene whose products can't be written is named, and the exit code is 2.
    """
    from hsunmix.cli import _work as work
    from hsunmix.errors import FileError
    from hsunmix.exports import ExportJob
    from hsunmix.session.archive import load
    from hsunmix.session.reproduce import facts_of, made_again

    names = work.check_products(products)
    document = load(session, cube)
    if document.scenes:
        from hsunmix.cli._several import export_several

        return export_several(document, line, work.output_folder(out), names, dpi)
    if document.unmixing is None:
        raise FileError(session, "the session holds no result yet; unmix its cube first")
    if document.unmixing.data is not None and document.cube is not None:
        click.echo(f"{document.cube.path}: {document.cube.notes[-1]}", err=True)
    command, script, reason = made_again(document, facts_of(document, None), out, names, dpi)
    # What was typed only says where the result was kept, not how it was made.
    job = ExportJob(
        document.unmixing, document.endmembers, document.cube, command or line, script, dpi, reason
    )
    for path in work.write(job, work.output_folder(out), names):
        click.echo(path)
    return 0
