"""``hsunmix info``: what a file says about itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from hsunmix.cli._options import as_json, echo_json, masking, reading

if TYPE_CHECKING:
    from hsunmix.model.cube import Cube
    from hsunmix.model.spectra import Spectra


@click.command("info", short_help="Say what a file holds.")
@click.argument("path", type=click.Path(path_type=Path))
@masking
@reading
@click.option("--all", "whole", is_flag=True, help="Also size, widths, names of bands, and the whole header.")
@as_json
def command(
    path: Path, masks: tuple[str, ...], bands: str, whole: bool, as_json: bool, **options: Any
) -> None:
    """Say what PATH holds: a cube (also a header without its data), a library or a session.

    With --json: wavelengths in nanometres, bad_bands counted from 0, scale as the factor from
    stored to physical values, transform as (a, b, c, d, e, f) with x = a·sample + b·line + c.
    With --mask or --bands also how many pixels and which bands are used, which reads the file.
    """
    from hsunmix.cli._work import about, given, run
    from hsunmix.model.description import describe, everything, in_words
    from hsunmix.session.masking import subset

    with about(path):
        asked = given(options)
        cube = _session_cube(path, asked) if path.suffix.lower() == ".hsu" else _open(path, asked)
        facts = everything(cube) if whole else describe(cube)
        if masks or bands:
            facts |= used(run(subset(cube, masks, bands), "Masking"))
    if as_json:
        echo_json(facts)
        return
    width = max(12, *map(len, facts))
    for name, value in facts.items():
        for text in in_words(name, value):
            click.echo(f"{name:{width}} {text}")


def used(cube: Cube) -> dict[str, Any]:
    """Return which part of a cube is used: one pass over the file."""
    return {"used_pixels": int(cube.mask.sum()), "used_bands": np.flatnonzero(cube.good_bands)}


def _open(path: Path, options: dict[str, Any]) -> Cube:
    """Open a cube, or a library that is no image as one line of pixels."""
    from hsunmix.errors import FormatError
    from hsunmix.formats import is_store, open_header, open_spectra

    if path.is_dir() and not is_store(path):
        library = open_spectra(path)
    else:
        try:
            return open_header(path, **options)
        except FormatError as refusal:
            try:
                library = open_spectra(path)
            except FormatError:
                raise refusal from None
    _refuse(options, path, "a spectral library")
    return _line(library)


def _refuse(options: dict[str, Any], path: Path, what: str) -> None:
    """Refuse options that say how a cube is read, where none is."""
    from hsunmix.errors import ParameterError

    for name in options:
        raise ParameterError(name, f"{path.name} is {what}: this is for the file of a cube")


def _line(library: Spectra) -> Cube:
    """Show a library as one line of pixels."""
    from hsunmix.model.cube import Cube

    cube = Cube.from_array(library.values[np.newaxis], library.wavelengths)
    names = ", ".join(library.names[:5]) + (" …" if len(library.names) > 5 else "")
    count = "1 spectrum" if len(library.names) == 1 else f"{len(library.names)} spectra"
    note = f"a spectral library, shown as one line of pixels: {count} ({names})."
    return replace(cube, fwhm=library.fwhm, format=library.format, notes=(*library.notes, note))


def _session_cube(path: Path, options: dict[str, Any]) -> Cube:
    from hsunmix.errors import FileError
    from hsunmix.session.archive import load

    _refuse(options, path, "a session")
    document = load(path)
    cube = document.cube
    if cube is None:
        raise FileError(path, "the session holds no cube")
    if not document.scenes:
        return cube
    names = ", ".join(e.name + ("" if e.place.cube else " (not found)") for e in document.scenes)
    shown = document.scenes[document.scene].name
    told = f"One of {len(document.scenes)} scenes of the session, {shown}: {names}."
    return replace(cube, notes=(*cube.notes, told))
