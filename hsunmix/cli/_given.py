"""Spectra that a run is given on the command line: to solve for, to start from, to choose from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hsunmix.errors import InputError

if TYPE_CHECKING:
    from hsunmix.model.library import Library

__all__ = ["is_spectra", "locked_columns", "refuse_others", "required"]

OF_METHODS = ("method", "init", "init_set", "locked", "seed", "settings", "weights", "libraries")
DIGITS = 9  # of a number of a spectrum


def refuse_others(ctx: click.Context) -> None:
    """Refuse options of a search for endmembers where these are given.

    Raises
    ------
    click.UsageError
        Names the option.
    """
    for name in OF_METHODS:
        if ctx.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
            raise click.UsageError(
                f"{_option(ctx, name)} is of a search for endmembers, and --endmembers gives them: leave one "
                "of both out"
            )


def required(ctx: click.Context, name: str) -> click.MissingParameter:
    """Return the error of an option that is missing, in click's own words."""
    parameter = next(p for p in ctx.command.params if p.name == name)
    return click.MissingParameter(ctx=ctx, param=parameter)


def is_spectra(init: str | None) -> bool:
    """Whether ``--init`` names a file of spectra, and no method; a file may be written as ``./spa``.

    Raises
    ------
    InputError
        There is neither.
    """
    from hsunmix.methods import find, methods
    from hsunmix.methods.factorization._initial import OTHERS
    from hsunmix.session.libraries import BUILTIN

    if init is None:
        return False
    if init in OTHERS or find(init, "extraction") is not None:
        return False
    if init == BUILTIN or Path(init).exists() or Path(init).name != init or Path(init).suffix:
        return True
    extractions = (m.id for m in methods().values() if m.kind == "extraction")
    names = ", ".join((*extractions, *OTHERS))
    raise InputError(f"--init: {init!r} is not allowed: choose from {names}, or name a file of spectra")


def locked_columns(text: str | None, library: Library | None) -> tuple[int, ...]:
    """Read ``1,3``, ``2-4`` or ``all``; return columns counted from 0.

    Raises
    ------
    click.UsageError
        There are no spectra that could be locked.
    InputError
        It is no such list, or a number that the file doesn't have.
    """
    if text is None:
        return ()
    if library is None:
        raise click.UsageError("--locked says which spectra of a file stay: give that as --init FILE")
    if text.strip() == "all":
        return tuple(range(len(library)))
    chosen: list[int] = []
    for item in text.split(","):
        first, last = _ends(text, item)
        for k in (first, last):
            if not 1 <= k <= len(library):
                count = len(library)
                spectra = "1 spectrum" if count == 1 else f"{count} spectra, counted from 1"
                raise InputError(f"--locked {k}: {library.label} holds {spectra}")
        if last < first:
            raise InputError(f"--locked {text}: the range {item.strip()} ends before it begins")
        chosen += range(first, last + 1)
    return tuple(dict.fromkeys(k - 1 for k in chosen))


def _ends(text: str, item: str) -> tuple[int, int]:
    """Return the ends of one number or range."""
    first, dash, last = item.strip().partition("-")
    ends = (first, last if dash else first)
    if not all(end.isdecimal() and len(end) <= DIGITS for end in ends):
        raise InputError(f"--locked {text[:80]}: write numbers from 1, such as 1,3 or 2-4, or all")
    return int(ends[0]), int(ends[1])


def _option(ctx: click.Context, name: str) -> str:
    return next(p.opts[-1] for p in ctx.command.params if p.name == name)
