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
def command(line: str, /, session: Path, out: Path, products: str, dpi: int, cube: Path | None) -> None:
    """Write the products of SESSION.hsu into DIR."""
    from hsunmix.cli import _work as work
    from hsunmix.errors import FileError, InputError
    from hsunmix.exports import ExportJob
    from hsunmix.session.archive import load
    from hsunmix.session.reproduce import command_line, facts_of, python_script

    names = work.check_products(products)
    document = load(session, cube)
    if document.unmixing is None:
        raise FileError(session, "the session holds no result yet; unmix its cube first")
    if document.scenes:
        from hsunmix.cli._several import export_several

        export_several(document, line, work.output_folder(out), names, dpi)
        return
    if document.unmixing.data is not None and document.cube is not None:
        click.echo(f"{document.cube.path}: {document.cube.notes[-1]}", err=True)
    # What was typed only says where the result was kept, not how it was made.
    command, script, reason, facts = "", "", "", facts_of(document, None)
    try:
        script = python_script(document, facts)
        command = command_line(document, facts, out, names, dpi)
    except InputError as error:
        reason = str(error)
    job = ExportJob(
        document.unmixing, document.endmembers, document.cube, command or line, script, dpi, reason
    )
    for path in work.write(job, work.output_folder(out), names):
        click.echo(path)
