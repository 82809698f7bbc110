"""The registry of products, and what an export is given.

A product is a file of this folder; its name is the product's identifier. It has

``TITLE``
    What it is called in a dialog.
``NEEDS_IMAGE``
    Whether it can only be made where the abundances have lines and samples.
``BY_DPI`` (optional)
    True where the resolution of pictures changes it.
``write(job, folder)``
    Writes its files, each of them whole or not at all, and returns their paths. Where that takes
    longer than a moment it is a generator that yields in between: there it can be cancelled.
"""

from __future__ import annotations

import contextlib
import unicodedata
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import InputError, fitting
from hsunmix.exports._folder import RECORD, ProductFolder
from hsunmix.exports._own_files import files_of
from hsunmix.model.cube import Cube
from hsunmix.model.georeference import Georeference
from hsunmix.model.progress import Step, finish, relay
from hsunmix.model.spectra import Endmember
from hsunmix.model.unmixing import Unmixing
from hsunmix.registry import modules

__all__ = [
    "DPI",
    "USUAL",
    "Export",
    "ExportJob",
    "ProductFolder",
    "deliver",
    "exports",
    "inputs_of",
    "one_line",
    "staged",
    "write_products",
]  # fmt: skip

NODATA = -9999.0
USUAL = ("geotiff", "png", "csv", "sli")  # products that are written where nothing else is asked for
DPI = 100, 50, 600  # resolution of pictures: usual, least, most


@dataclass(frozen=True, eq=False)
class ExportJob:
    """A result on its way out.

    Attributes
    ----------
    unmixing : Unmixing
    endmembers : tuple of Endmember
        Names, colours and spectra as the analyst has them now, in the order of the abundances.
    cube : Cube or None
        The scene; None where the result is of a bare array.
    command, no_command : str
        The command line that makes the same result, or why none does.
    script : str
        The lines of Python that do; where it is empty, the report takes those that the result tells.
    dpi : int
        Resolution of PNG pictures, in dots per inch.

    Raises
    ------
    InputError
        There are more or fewer endmembers than abundances, or the resolution is not possible.
    """

    unmixing: Unmixing
    endmembers: tuple[Endmember, ...]
    cube: Cube | None = None
    command: str = ""
    script: str = ""
    dpi: int = DPI[0]
    no_command: str = ""

    def __post_init__(self) -> None:
        if len(self.endmembers) != self.unmixing.rank:
            raise InputError(
                f"there are {len(self.endmembers)} endmembers but abundances of {self.unmixing.rank}; "
                "unmix again before exporting"
            )
        _, least, most = DPI
        if not least <= self.dpi <= most:
            raise InputError(f"pictures have {least} to {most} dots per inch, not {self.dpi}")

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The endmembers' names on one line each, without control characters, never empty."""
        return tuple(one_line(e.name) or f"Endmember {k}" for k, e in enumerate(self.endmembers, 1))

    @property
    def spectra(self) -> NDArray[np.float64]:
        """The endmembers' spectra, (bands, r), NaN in bands that are not used.

        An endmember taken from a pixel knows its values there; the result doesn't stand on them.
        """
        values = np.stack([np.asarray(e.spectrum, dtype=np.float64) for e in self.endmembers], axis=1)
        return np.where(self.unmixing.used_bands[:, None], values, np.nan)

    @property
    def wavelengths(self) -> NDArray[np.float64] | None:
        """Nanometres, (bands,), or None."""
        return None if self.cube is None else self.cube.wavelengths

    @property
    def place(self) -> Georeference | None:
        """Where the scene lies, or None."""
        return None if self.cube is None else self.cube.georeference

    @property
    def has_image(self) -> bool:
        """Whether the abundances have lines and samples."""
        return len(self.unmixing.pixel_shape) == 2


@dataclass(frozen=True)
class Export:
    """One entry of the registry."""

    id: str
    title: str
    needs_image: bool
    write: Callable[[ExportJob, Path], list[Path] | Generator[None, None, list[Path]]]
    by_dpi: bool = False


@cache
def exports() -> dict[str, Export]:
    """Every product by its identifier."""
    return {
        name: Export(
            name, module.TITLE, module.NEEDS_IMAGE, module.write, bool(getattr(module, "BY_DPI", False))
        )
        for name, module in modules(__name__, "TITLE", "NEEDS_IMAGE", "write")
    }


def deliver(
    job: ExportJob, folder: str | PathLike[str] | ProductFolder, products: Sequence[str]
) -> Generator[Step | None, None, list[Path]]:
    """Write products into a folder, and ``result.json`` beside them.

    They are one set: written beside, and exchanged when all are there. What an earlier run wrote there by
    its own ``result.json`` goes, unless it is of the same result; other files stay.

    Parameters
    ----------
    job : ExportJob
    folder : path-like or ProductFolder
        Is made where it does not exist.
    products : sequence of str
        Identifiers.

    Yields
    ------
    Step
        Before each product, with its title.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    InputError
        A product is not known, or needs lines and samples that this result has not.
    WriteError
        A file could not be written, or another run writes into this folder; what was there is as it was.

    Warns
    -----
    HsunmixWarning
        Files of an earlier run were removed, or left because they were changed since; or files that were
        none were replaced.
    """
    _chosen(job, products)
    with contextlib.ExitStack() as kept:
        if not isinstance(folder, ProductFolder):
            folder = kept.enter_context(ProductFolder(folder))
        stage = kept.enter_context(folder.staging())
        paths = yield from staged(job, folder, stage, products)
        folder.exchange(stage, inputs_of(job))
    return paths


def staged(
    job: ExportJob, folder: ProductFolder, stage: Path, products: Sequence[str]
) -> Generator[Step | None, None, list[Path]]:
    """Write products and their record into the stage of a folder; return the files as they will be called."""
    from hsunmix.exports import _result

    chosen = _chosen(job, products)
    paths = yield from _written(job, stage, chosen)
    step = Step(len(chosen) / (len(chosen) + 1), message="Writing the record")
    yield step
    with fitting(folder.path / RECORD):
        paths += yield from relay(_result.write(job, stage, paths, folder.kept), _always(step))
    return [folder.path / path.relative_to(stage) for path in paths]


def _written(
    job: ExportJob, stage: Path, chosen: Sequence[Export]
) -> Generator[Step | None, None, list[Path]]:
    """Write products, and what a command needs to make them again; yield before each; return the files."""
    from hsunmix.exports import _start

    paths = _start.write(job, stage)
    for k, export in enumerate(chosen):
        step = Step(k / (len(chosen) + 1), message=f"Writing {export.title}")
        yield step
        with fitting(step.message):
            work = export.write(job, stage)
            paths += work if isinstance(work, list) else (yield from relay(work, _always(step)))
    return list(dict.fromkeys(paths))  # two products may share a style


def inputs_of(job: ExportJob) -> list[Path]:
    """Return the files that the result was made from."""
    asked = job.unmixing.asked
    libraries = [] if asked is None else [one for one in (asked.spectra, *asked.libraries) if one is not None]
    weights = [] if asked is None or asked.weights is None else [asked.weights.path]
    named = [path for path in (*(one.path for one in libraries), *weights) if path]
    return files_of(*([] if job.cube is None else [job.cube]), *named)


def write_products(
    job: ExportJob,
    folder: str | PathLike[str] | ProductFolder,
    products: Sequence[str],
    on_step: Callable[[Step], None] | None = None,
) -> list[Path]:
    """Run ``deliver`` to its end and return the paths."""
    return finish(deliver(job, folder, products), on_step)


def _always(step: Step) -> Callable[[object], Step]:
    """See every step of a product as the one that names it."""
    return lambda _: step


def _chosen(job: ExportJob, products: Sequence[str]) -> list[Export]:
    known = exports()
    for name in products:
        if name not in known:
            raise InputError(f"{name!r} is no product (known: {', '.join(known)})")
        if known[name].needs_image and not job.has_image:
            raise InputError(
                f"{name} needs an image, but this result is of {job.unmixing.pixel_shape[-1]} "
                "pixels without lines and samples"
            )
    return [known[name] for name in dict.fromkeys(products)]


def one_line(name: str) -> str:
    """Return a text without control characters, line breaks, and what is no character and so no XML."""
    spaced = (" " if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") or _nothing(c) else c for c in name)
    return " ".join("".join(spaced).split())


def _nothing(character: str) -> bool:
    """Whether Unicode says that this will never be a character."""
    return ord(character) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(character) <= 0xFDEF
