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
@as_json
def command(path: Path, masks: tuple[str, ...], bands: str, as_json: bool, **options: Any) -> None:
    """Say what PATH holds: a cube (also a header without its data), a library or a session.

    With --json: wavelengths in nanometres, bad_bands counted from 0, scale as the factor from
    stored to physical values, transform as (a, b, c, d, e, f) with x = a·sample + b·line + c.
    With --mask or --bands also how many pixels and which bands are used, which reads the file.
    """
    from hsunmix.cli._work import about, given, run
    from hsunmix.session.masking import subset

    with about(path):
        cube = _session_cube(path) if path.suffix.lower() == ".hsu" else _open(path, given(options))
        facts = describe(cube)
        if masks or bands:
            facts |= used(run(subset(cube, masks, bands), "Masking"))
    if as_json:
        echo_json(facts)
        return
    for name, value in facts.items():
        for text in _in_words(name, value):
            click.echo(f"{name:12} {text}")


def describe(cube: Cube) -> dict[str, Any]:
    """Return what is known of a cube without reading its pixels, by the contract's names."""
    place = cube.georeference
    return {
        "lines": cube.lines,
        "samples": cube.samples,
        "bands": cube.bands,
        "dtype": cube.pixels.dtype.name,
        "interleave": cube.interleave or None,
        "wavelengths": cube.wavelengths,
        "bad_bands": None if cube.bad_bands is None else np.flatnonzero(cube.bad_bands),
        "nodata": cube.nodata,
        "scale": cube.gain,
        "crs": place.crs or None if place else None,
        "transform": place.transform if place else None,
        "format": cube.format,
        "notes": [*cube.notes, *_offset(cube), *_selection(cube)],
    }


def used(cube: Cube) -> dict[str, Any]:
    """Return which part of a cube is used: one pass over the file."""
    return {"used_pixels": int(cube.mask.sum()), "used_bands": np.flatnonzero(cube.good_bands)}


def _offset(cube: Cube) -> list[str]:
    if not np.any(cube.offset):
        return []
    of_bands = "of each band's own" if np.ndim(cube.offset) else f"of {cube.offset:g}"
    return [f"An offset {of_bands} is added after scaling."]


def _selection(cube: Cube) -> list[str]:
    if cube.selection is None:
        return []
    made = f": {cube.selection_text}" if cube.selection_text else "."
    return [f"A mask wants {int(cube.selection.sum())} of {cube.selection.size} pixels{made}"]


def _open(path: Path, options: dict[str, Any]) -> Cube:
    """Open a cube, or a library that is no image as one line of pixels."""
    from hsunmix.errors import FormatError
    from hsunmix.formats import is_store, open_header, open_spectra

    if path.is_dir() and not is_store(path):
        return _line(open_spectra(path))
    try:
        return open_header(path, **options)
    except FormatError as refusal:
        try:
            return _line(open_spectra(path))
        except FormatError:
            raise refusal from None


def _line(library: Spectra) -> Cube:
    """Show a library as one line of pixels."""
    from hsunmix.model.cube import Cube

    cube = Cube.from_array(library.values[np.newaxis], library.wavelengths)
    names = ", ".join(library.names[:5]) + (" …" if len(library.names) > 5 else "")
    count = "1 spectrum" if len(library.names) == 1 else f"{len(library.names)} spectra"
    note = f"a spectral library, shown as one line of pixels: {count} ({names})."
    return replace(cube, fwhm=library.fwhm, format=library.format, notes=(*library.notes, note))


def _session_cube(path: Path) -> Cube:
    from hsunmix.errors import FileError
    from hsunmix.session.archive import load

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


def _in_words(name: str, value: Any) -> list[str]:
    """Return the lines that a terminal shows of one fact."""
    if value is None:
        return ["–"]
    if name == "wavelengths":
        return [f"{value.min():.1f} … {value.max():.1f} nm"]
    if name == "crs":
        quoted = value.split('"')
        return [quoted[1] if len(quoted) > 1 else value]  # the system's own name, of a long WKT
    if name in ("bad_bands", "used_bands"):
        return [", ".join(_ranges(value)) or "none"]
    if name == "notes":
        return list(value)
    if np.ndim(value) == 0:
        return [f"{value:g}" if isinstance(value, float) else str(value)]
    return [", ".join(f"{v:.10g}" for v in value)]


def _ranges(numbers: Any) -> list[str]:
    """Write 0, 1, 2, 7 as 0–2, 7."""
    runs = np.split(numbers, np.flatnonzero(np.diff(numbers) > 1) + 1)
    return [f"{r[0]}–{r[-1]}" if len(r) > 1 else str(r[0]) for r in runs if len(r)]
