"""What a run is asked for on the command line: methods, their parameters, spectra; as a ``Request``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hsunmix.cli._options import SEED, settings
from hsunmix.errors import InputError
from hsunmix.model.unmixing import Weights
from hsunmix.parameters import from_texts

if TYPE_CHECKING:
    from hsunmix.methods.running.pipeline import Request
    from hsunmix.model.library import Library

__all__ = ["choosing", "refuse_others", "requested", "required"]

OF_METHODS = ("method", "init", "init_set", "locked", "seed", "settings", "weights", "libraries")
DIGITS = 9  # of a number of a spectrum

Command = Callable[..., Any]

CHOICES = (
    click.option("-m", "--method", default="auto", show_default=True, help="See hsunmix methods."),
    click.option(
        "-a", "--abundance", default="", help="How abundances are found, if not by the method's own way."
    ),
    click.option(
        "--init",
        metavar="METHOD|FILE",
        help="What the method starts from: an extraction method, as --set init=METHOD, or spectra of a file.",
    ),
    settings,
    click.option(
        "--abundance-set", multiple=True, metavar="NAME=VALUE", help="A parameter of the abundance method."
    ),
    click.option(
        "--init-set", multiple=True, metavar="NAME=VALUE", help="A parameter of the extraction of --init."
    ),
    click.option("--seed", type=SEED, default=0, show_default=True, help="For everything random."),
)


def choosing(function: Command) -> Command:
    """Add the choice of methods and their parameters, which ``requested`` reads."""
    for option in reversed(CHOICES):
        function = option(function)
    return function


def requested(given: Mapping[str, Any]) -> Request:
    """Return what the options ask for, with libraries as their files have them.

    Raises
    ------
    InputError
        The options make no sense together, whatever the scene.
    """
    from hsunmix.methods.running.pipeline import Request
    from hsunmix.model.choice import Choice
    from hsunmix.session.libraries import open_library

    solved, init = given.get("endmembers"), given["init"]
    file = solved or (init if is_spectra(init) else None)
    library = None if file is None else open_library(file)
    return Request(
        Choice(given["method"], from_texts(given["settings"])),
        given.get("rank"),
        Choice(_abundance(given), from_texts(given["abundance_set"])),
        given["seed"],
        Choice("" if file is not None else init or "", from_texts(given["init_set"])),
        locked=locked_columns(given.get("locked"), library),
        weights_from=Weights(str(given["weights"])) if given.get("weights") else None,
        spectra_from=library,
        libraries=tuple(map(open_library, given.get("libraries", ()))),
        uncertainty=bool(given.get("uncertainty")),
    )


def _abundance(given: Mapping[str, Any]) -> str:
    asked, shade = str(given["abundance"]), given.get("shade", False)
    if shade and asked not in ("", "shade"):
        raise click.UsageError(f"--shade is -a shade; -a {asked} asks for something else")
    return "shade" if shade else asked or ("nnls" if given.get("endmembers") else "")


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
