"""What several subcommands do: run a generator with a progress line, open a scene, deliver products."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from hsunmix.cli._shell import check_interrupt
from hsunmix.errors import FileError, InputError, TooLargeError, lack_of_memory
from hsunmix.jobs import Work
from hsunmix.model.progress import Step, finish

if TYPE_CHECKING:
    from hsunmix.engine.footprint import Footprint, Resources
    from hsunmix.exports import ExportJob, ProductFolder
    from hsunmix.exports._several import SeveralJobs
    from hsunmix.methods.running.pipeline import Request
    from hsunmix.model.choice import Choice
    from hsunmix.model.cube import Cube
    from hsunmix.model.library import Library
    from hsunmix.model.unmixing import Unmixing

__all__ = [
    "about",
    "announced",
    "check_products",
    "check_request",
    "given",
    "open_part",
    "output_folder",
    "resources_of",
    "run",
    "solve_cube",
    "unmix_cube",
    "write",
    "write_several",
]

T = TypeVar("T")


class ProgressLine:
    """One line at the foot of a terminal, rewritten as the work goes on; nothing elsewhere.

    Programs that run this one ask for lines of their own by ``HSUNMIX_PROGRESS=lines``.
    """

    def __init__(self, label: str) -> None:
        self._label = label
        self._lines = os.environ.get("HSUNMIX_PROGRESS") == "lines"
        self._shown = sys.stderr.isatty() and not self._lines
        self._last = 0.0

    def __call__(self, step: Step) -> None:
        """Show a step, at most ten times a second."""
        check_interrupt()
        now = time.monotonic()
        if not (self._shown or self._lines) or now - self._last < 0.1:
            return
        self._last = now
        if self._lines:
            print(f"{step.fraction:4.0%} {step.message or self._label}", file=sys.stderr, flush=True)
            return
        error = "" if step.relative_error is None else f", error {step.relative_error:.2%}"
        self._write(f"{step.message or self._label}: {step.fraction:4.0%}{error}")

    def close(self) -> None:
        """Remove the line."""
        if self._shown:
            self._write("")

    @staticmethod
    def _write(text: str) -> None:
        sys.stderr.write(f"\r\x1b[K{text}")
        sys.stderr.flush()


def run(work: Work[T], label: str) -> T:
    """Run a generator to its end; an interrupt closes it before it is passed on."""
    with closing(ProgressLine(label)) as progress, closing(work):
        return finish(work, progress)


@contextmanager
def about(path: Path) -> Iterator[None]:
    """Let a refusal name the file that it is about."""
    try:
        yield
    except InputError as error:
        if isinstance(error, FileError):
            raise
        raise InputError(f"{path}: {error}") from error
    except Exception as error:
        why = lack_of_memory(error)
        if not why or str(path) in why:
            raise
        raise TooLargeError(f"{path}: {why}") from error


def check_products(names: str) -> tuple[str, ...]:
    """Read ``geotiff,png`` and refuse what is no product."""
    from hsunmix.exports import exports

    products = tuple(dict.fromkeys(name.strip() for name in names.split(",") if name.strip()))
    for name in products:
        if name not in exports():
            raise InputError(f"{name!r} is no product (known: {', '.join(exports())})")
    return products


def output_folder(folder: Path) -> ProductFolder:
    """Make the folder of the products, and keep others from writing there, before the work that fills it."""
    from hsunmix.exports import ProductFolder

    made = ProductFolder(folder)
    click.get_current_context().call_on_close(made.close)
    return made


def open_part(path: Path, options: Mapping[str, Any], masks: Sequence[str], bands: str) -> Cube:
    """Open a cube, restricted to some pixels and bands."""
    from hsunmix.formats import open_cube
    from hsunmix.session.masking import subset

    return run(subset(open_cube(path, **given(options)), masks, bands), "Masking")


def resources_of(options: Mapping[str, Any]) -> Resources:
    """Take ``--memory``, ``--scratch`` and ``--cluster`` out of the options of a subcommand."""
    from hsunmix.engine.cluster.connecting import connected
    from hsunmix.engine.footprint import Resources
    from hsunmix.formats import open_cube

    workers = click.get_current_context().with_resource(connected(options["cluster"], open_cube))
    return Resources.given(options["memory"], options["scratch"], workers)


def announced(footprint: Footprint) -> Footprint:
    """Say what a scene beyond memory will take, before it is read."""
    if footprint.sentence:
        click.echo(footprint.sentence, err=True)
    return footprint


def unmix_cube(cube: Cube, request: Request, resources: Resources | None = None) -> Unmixing:
    """Read a cube and unmix it."""
    from hsunmix.engine.footprint import Resources
    from hsunmix.methods.running.footprint import of_run
    from hsunmix.methods.running.pipeline import load_for, unmix

    footprint = announced(of_run(cube, request, resources or Resources()))
    return run(unmix(run(load_for(cube, request, footprint), "Reading"), request), "Unmixing")


def solve_cube(
    cube: Cube, library: Library, abundance: Choice, resources: Resources, uncertainty: bool = False
) -> Unmixing:
    """Read a cube and find the abundances of a library that was brought to it."""
    from hsunmix.methods.running.footprint import of_solve
    from hsunmix.methods.running.pipeline import solve_cube

    w = library.endmembers(cube)
    footprint = announced(of_solve(cube, w.shape[1], abundance, resources))
    return run(solve_cube(cube, w, abundance, library, footprint, uncertainty), "Unmixing")[1]


def write(job: ExportJob, folder: ProductFolder, products: Sequence[str]) -> list[Path]:
    """Write the products; return their files."""
    from hsunmix.exports import deliver

    return run(deliver(job, folder, products), "Writing")


def write_several(several: SeveralJobs, folder: ProductFolder, products: Sequence[str]) -> list[Path]:
    """Write the products of several scenes, a report and a record; return the files."""
    from hsunmix.exports._several import deliver_several

    return run(deliver_several(several, folder, products), "Writing")


def check_request(request: Request) -> None:
    """Refuse what no scene could satisfy, before a file is opened."""
    from hsunmix.methods.running.pipeline import plan

    plan(request)


def given(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options that were given on the command line."""
    return {name: value for name, value in options.items() if value is not None}
