"""The command ``hsunmix``: finds its subcommands in this folder and turns errors into one line."""

from __future__ import annotations

import contextlib
import difflib
import os
import shlex
import sys
import traceback
import warnings
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import click

from hsunmix._version import __version__
from hsunmix.cli._shell import (
    broken_output,
    no_working_folder,
    one_line,
    open_streams,
    settled,
    watching_interrupts,
)
from hsunmix.errors import HsunmixError, HsunmixWarning, lack_of_memory
from hsunmix.files import reason
from hsunmix.registry import modules

__all__ = ["main"]

BAD_REQUEST, BUG, INTERRUPTED = 2, 1, 130


@cache
def _commands() -> dict[str, click.Command]:
    """Every subcommand by its name: the files of this folder that have ``command``."""
    return {name: module.command for name, module in modules(__package__) if hasattr(module, "command")}


class Commands(click.Group):
    """A group whose members are files, and which opens the window when none is named."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Names of the subcommands."""
        return list(_commands())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return the subcommand of this name, or None."""
        return _commands().get(cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the subcommand; where there is none, say which one it may have been."""
        word = args[0]
        if word in _commands() or word.startswith("-"):
            return super().resolve_command(ctx, args)
        near = difflib.get_close_matches(word, _commands(), 1)
        hint = f"did you mean {near[0]}?" if near else "hsunmix --help lists them"
        raise click.UsageError(f"No such command {word!r}, and no file of this name; {hint}")

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read ``hsunmix`` and ``hsunmix FILE`` as ``hsunmix window [FILE]``."""
        if not args or _is_file(args[0]):
            args = ["window", *args]
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the subcommand; a reader of our output that goes away is no error."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # click would end with 1
            settled()
            return 0

    def main(  # type: ignore[override]
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> NoReturn:
        """Run and exit: 0, 2 for a bad request or bad input, 130 when interrupted, 1 for a bug."""
        words = sys.argv[1:] if args is None else list(args)
        extra |= {"standalone_mode": False, "obj": shlex.join(["hsunmix", *words])}
        open_streams()
        watching_interrupts()
        os.environ["MPLBACKEND"] = "agg"  # pictures go into files; a name that is no backend stops nothing
        try:
            with warnings.catch_warnings():
                if not os.environ.get("HSUNMIX_DEBUG"):
                    warnings.simplefilter("ignore")  # libraries' warnings are for developers
                    warnings.simplefilter("always", HsunmixWarning)
                    warnings.showwarning = _show_warning
                value = super().main(words, prog_name or "hsunmix", **extra)
            failed = settled()
            if failed is not None and not isinstance(failed, BrokenPipeError):
                raise failed
        except (Exception, KeyboardInterrupt) as error:
            message, code = _explain(error)
            with contextlib.suppress(OSError):
                click.echo(f"hsunmix: {one_line(message)}", err=True)
            settled()
            sys.exit(code)
        sys.exit(value if isinstance(value, int) else 0)


def _explain(error: BaseException) -> tuple[str, int]:
    """Return the one line and the exit code that an error becomes."""
    if isinstance(error, click.Abort) and isinstance(error.__cause__, EOFError):
        error = error.__cause__  # click takes one for Ctrl-D at a prompt, and there is none
    if isinstance(error, click.Abort | KeyboardInterrupt):
        return "interrupted", INTERRUPTED
    if isinstance(error, click.ClickException):
        return f"error: {error.format_message()}", BAD_REQUEST
    if isinstance(error, HsunmixError):
        return f"error: {error}", BAD_REQUEST
    if why := lack_of_memory(error):
        return f"error: {why}", BAD_REQUEST
    if isinstance(error, OSError) and error.filename:
        return f"error: {error.filename}: {error.strerror}", BAD_REQUEST
    if isinstance(error, OSError) and no_working_folder():
        return "error: the working folder was deleted; change into another one", BAD_REQUEST
    if isinstance(error, OSError) and broken_output(error):
        return f"error: the output could not be written: {reason(error)}", BAD_REQUEST
    if os.environ.get("HSUNMIX_DEBUG"):
        traceback.print_exception(error)
    hint = "please report it; HSUNMIX_DEBUG=1 shows where"
    return f"error: internal: {type(error).__name__}: {error} ({hint})", BUG


def _show_warning(message: Warning | str, *_: object, **__: object) -> None:
    click.echo(f"hsunmix: warning: {one_line(str(message))}", err=True)


def _is_file(word: str) -> bool:
    """Whether the first word means a file to open rather than a mistyped subcommand."""
    if word.startswith("-") or word in _commands():
        return False
    path = Path(word)
    return bool(path.suffix) or len(path.parts) > 1 or path.exists()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="hsunmix", message="%(prog)s %(version)s")
def main() -> None:
    """Hyperspectral unmixing: which materials are in a cube, and where.

    Without a subcommand, hsunmix [CUBE|SESSION] opens the window.
    """
