"""The shown result as a command line and as a Python script that make it again.

A script can make whatever a document holds. Spectra come from where they came from: out of a run, out
of a pixel; those that nothing on the computer makes again (a library that may move, a mean over a
region that was drawn) stand in it as numbers. A command makes only what a run made.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from hsunmix.errors import InputError
from hsunmix.exports import DPI
from hsunmix.exports._start import START
from hsunmix.methods import find
from hsunmix.model.brought import source_of_scene, terms_of
from hsunmix.model.cube import Cube
from hsunmix.model.library import LibraryFile
from hsunmix.model.part import Part, part_of, part_of_cube
from hsunmix.model.unmixing import Unmixing
from hsunmix.parameters import to_text
from hsunmix.session._facts import Facts, facts_of, read_weights
from hsunmix.session._script_pieces import Pieces, column_of, is_shared
from hsunmix.session.document import Document, Run, RunSettings
from hsunmix.session.runs import SOLVERS, asked_of, current, label_of, settings_of, solved_only
from hsunmix.session.scenes import parked
from hsunmix.session.several_script import script_of_scenes

__all__ = [
    "Again",
    "Facts",
    "command_line",
    "facts_of",
    "found_on",
    "made_again",
    "python_script",
    "read_weights",
]


class Again(NamedTuple):
    """What makes a result again: for its record and its report.

    Attributes
    ----------
    command, script : str
        Empty where none does.
    reason : str
        Why none does.
    """

    command: str = ""
    script: str = ""
    reason: str = ""


def made_again(
    document: Document,
    facts: Facts,
    out: Path,
    products: Sequence[str],
    dpi: int = DPI[0],
    beside: Path | None = None,
) -> Again:
    """Return the command and the script that make the shown result, as far as there are such.

    Parameters
    ----------
    out, products, dpi, beside
        As of ``command_line``.
    """
    script = ""
    try:
        script = python_script(document, facts)
        return Again(command_line(document, facts, out, products, dpi, beside=beside or out), script)
    except InputError as error:
        return Again("", script, str(error))


def command_line(
    document: Document,
    facts: Facts,
    out: Path,
    products: Sequence[str],
    dpi: int = DPI[0],
    beside: Path | None = None,
) -> str:
    """Return the command that makes the shown result.

    Parameters
    ----------
    out : Path
        Where the products go.
    beside : Path, optional
        The folder that products were written into: spectra that a run was given, and that are in no file,
        lie there.

    Raises
    ------
    InputError
        No command does; the message says why.
    """
    result, cube = _result(document)
    run = _made_by(document)
    if result.data is not None:
        raise InputError(f"no command makes this result: {cube.name} is another file now than was unmixed")
    given = None if run is None else run.settings.spectra
    solved = run is not None and solved_only(run)
    if (_kind(result) == "abundance" and not (solved and given)) or (document.runs and run is None):
        raise InputError("no command makes endmembers edited or added by hand; a Python script does")
    spectra = _given(document, facts, beside)
    part = part_of(result, cube, facts.used, masks_hold=facts.masks_hold)
    together = found_on(document)
    if together is not None:
        part = _same_part(together)
    if isinstance(part.masks, np.ndarray):
        raise InputError("no command knows a mask that was drawn or whose file changed; a Python script does")
    settings = settings_of(result) if run is None else run.settings
    asked = result.asked
    if asked is not None and asked.weights and not settings.weights:
        raise InputError("no command takes the arrays that this run was given in Python")
    if settings.weights is not None and not facts.weights_hold:
        raise InputError(f"{settings.weights.path}: is gone or another file now than the run's weights")
    words = ["hsunmix", "unmix", *(os.fspath(one.path or "") for one in together or [cube])]
    words += spectra
    words += _method(result, settings, solved)
    for library in settings.libraries:
        words += ["--library", library.path]
    for mask in part.masks:
        words += ["--mask", mask]
    words += ["--bands", part.bands] if part.bands else []
    for name, value in cube.options:
        words += [f"--{name}", str(value)]
    words += ["-o", os.fspath(out), "--products", ",".join(products)]
    return shlex.join([*words, *(["--dpi", str(dpi)] if dpi != DPI[0] else [])])


def _method(result: Unmixing, settings: RunSettings, solved: bool) -> list[str]:
    """Return the words that choose the method, its abundances and its start, with their parameters."""
    words = [] if solved else ["-r", str(result.rank), "-m", result.method]
    abundance = result.method if solved else settings.abundance
    words += ["-a", abundance] if abundance else []
    for name, value in settings.choice("abundance", abundance).parameters.items():
        words += ["--abundance-set", to_text(name, value)]
    words += [] if solved else _parameters(result)
    for name, value in asked_of(settings).init.parameters.items():
        words += ["--init-set", to_text(name, value)]
    words += ["--weights", settings.weights.path] if settings.weights else []
    return [*words, *(["--uncertainty"] if result.uncertainty is not None else [])]


def _same_part(cubes: Sequence[Cube]) -> Part:
    """Return the part of several scenes, where it is the same of all."""
    own = [source_of_scene(cube) for cube in cubes]
    several = [part_of_cube(cube, cube.band_text) for cube in own]
    if not all(several[0].same(one) for one in several) or len({cube.options for cube in own}) > 1:
        raise InputError("no command masks or opens each of several scenes in its own way; a script does")
    return several[0]


def _parameters(result: Unmixing) -> list[str]:
    words = ["--seed", str(result.seed)]
    for name, value in settings_of(result).choice(_kind(result), result.method).parameters.items():
        words += ["--set", to_text(name, value)]
    return words


def _given(document: Document, facts: Facts, beside: Path | None) -> list[str]:
    """Return the words that name the spectra that the shown run was given, and which of them were locked."""
    run, result = _made_by(document), document.unmixing
    asked = None if result is None else result.asked
    given = None if run is None else run.settings.spectra
    option = "--endmembers" if run is not None and solved_only(run) else "--init"
    if given is None or (not given.path and option == "--init"):
        if asked is None or asked.endmembers is None:
            if any(e.locked for e in document.endmembers) if run is None else run.locked:
                raise InputError("no command knows the spectra that were locked; a Python script does")
            return []
        if beside is None:
            raise InputError(
                "a command needs the spectra that this run was given in a file: export the result, and its "
                "record and report have the command; a Python script needs none"
            )
        path, factor, locked = os.fspath(beside / START), 1.0, asked.locked
    elif given not in facts.libraries:
        raise InputError(_why_not(given))
    else:
        path, factor, locked = given.path, given.factor, () if run is None else run.settings.locked
    words = [option, path, "--factor", repr(factor)]
    return [*words, *(["--locked", ",".join(str(k + 1) for k in locked)] if locked else [])]


def _why_not(given: LibraryFile) -> str:
    """Say why no command has spectra that were given."""
    if not given.path:
        return "no command takes the arrays that this run was given in Python"
    return f"{given.path}: is gone or another file now than the one that the run's spectra came from"


def python_script(document: Document, facts: Facts) -> str:
    """Return a script that makes the shown result: ``W`` (bands × r) and ``H`` (r, lines, samples).

    Raises
    ------
    InputError
        There is no result, or the scene is in no file.
    """
    result, cube = _result(document)
    if (together := found_on(document)) is not None:
        return script_of_scenes(together, result, result.share)
    script = Pieces(document, cube, facts)
    if result.data is not None:
        known = f" of {result.data.bytes} bytes, SHA-256 {result.data.sha256 or 'not known'}"
        script.writer.comment(f"The result is of another file{known}: of this one it comes out differently.")
    names = [member.name for member in document.endmembers]
    made = _run_of(document)
    if _kind(result) in ("factorization", "extraction") and made is not None:
        run, order = made
        spectra, abundances = script.run(run)
        pick = "" if order == list(range(len(order))) else f"[:, {order}]"
        rows = pick and f"[{order}]"
        script.writer.add(f"W, H = {spectra}{pick}, {abundances}{rows}")
    else:
        where, shown = script.cube(result), _made_by(document)
        given = None if shown is None or not solved_only(shown) else shown.settings.spectra
        if given is None or not script.library("W", where, given):
            stack = script.stack(document.endmembers, len(document.runs))
            script.writer.call("W", "np.column_stack", [stack])
        method = result.abundance or "nnls"
        own = dict(result.parameters) if result.method == method else {}
        sure = result.uncertainty is not None
        own |= {"uncertainty": True} if sure else {}
        script.writer.call("H, H_sd" if sure else "H", "hsunmix.abundances", [where, "W", repr(method)], own)
    script.writer.add(f"names = {names!r}")
    return script.writer.text(f"Unmixing of {cube.name}: {label_of(result)}. Written by hsunmix.")


def _result(document: Document) -> tuple[Unmixing, Cube]:
    result, cube = document.unmixing, document.cube
    if result is None or cube is None:
        raise InputError("there is no result to make again: unmix first")
    if result.provisional:
        raise InputError("the maps are still being solved; try again in a moment")
    if cube.path is None:
        raise InputError("this scene is in no file, so nothing can open it again")
    return result, cube


def found_on(document: Document) -> list[Cube] | None:
    """Return the scenes that the shown result was found on, where these are several.

    Raises
    ------
    InputError
        One of them isn't there any more, or is another file.
    """
    run, result = _made_by(document), document.unmixing
    if run is None or not is_shared(run) or result is None or result.share is None:
        return None
    entries = {e.name: e for e in parked(document).scenes if e.name in result.share.scenes}
    found = [one.place.cube for name in result.share.scenes if (one := entries.get(name)) and one.place.cube]
    if len(found) < len(result.share.scenes):
        there = {name for name, one in entries.items() if one.place.cube is not None}
        missing = ", ".join(name for name in result.share.scenes if name not in there)
        raise InputError(f"the result was found on several scenes together, and {missing} is not there")
    if others := [name for name, one in entries.items() if one.unmixing and one.unmixing.data]:
        said = "is another file now" if len(others) == 1 else "are other files now"
        raise InputError(f"the result was found on several scenes together, and {', '.join(others)} {said}")
    terms = terms_of(found[0])
    if terms.wavelengths is not None or terms.factor != 1:
        raise InputError("nothing makes this result: its bands and units are of a scene that was removed")
    return found


def _kind(result: Unmixing) -> str:
    found = find(result.method, *SOLVERS)
    return found.kind if found is not None else ""


def _made_by(document: Document) -> Run | None:
    """Return the run that the shown result is of; none where it was edited, though kept in the list."""
    run = current(document)
    return None if run is None or run.edited else run


def _run_of(document: Document) -> tuple[Run, list[int]] | None:
    """Return the run that made the shown result, and its columns in the order shown."""
    run = _made_by(document)
    if run is not None:
        return run, list(range(len(document.endmembers)))
    result = document.unmixing
    assert result is not None  # asked before
    if not document.runs:  # a session of before runs were kept
        locked = any(e.locked for e in document.endmembers)
        made = Run(1, "", "", settings_of(result), result.relative_error, 0.0, result.as_endmembers(), result)
        return None if locked else (made, list(range(result.rank)))
    for run in reversed(document.runs):
        columns = [column_of(member.spectrum, run) for member in document.endmembers]
        order = [k for k in columns if k is not None]
        if is_shared(run):
            continue
        every = len(order) == len(columns) and sorted(order) == list(range(len(run.endmembers)))
        if every and not run.edited and run.settings.method == result.method:
            return run, order
    return None
