"""What the files say about a document's scene."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.scene import Scene
from hsunmix.errors import FormatError, HsunmixError
from hsunmix.files import sha256
from hsunmix.model.cube import Cube
from hsunmix.model.library import LibraryFile
from hsunmix.model.progress import finish
from hsunmix.model.unmixing import Weights
from hsunmix.session.document import Document
from hsunmix.session.libraries import holds
from hsunmix.session.runs import current

__all__ = ["Facts", "facts_of", "read_weights"]


@dataclass(frozen=True, eq=False)
class Facts:
    """What the files say about a document's scene.

    Attributes
    ----------
    used : array of bool, (lines, samples), or None
        Pixels that are used now; None where nobody has looked.
    pixels : mapping of (line, sample) to array, (bands,)
        Spectra of the pixels that endmembers come from.
    masks_hold, weights_hold : bool
        Whether the words of the mask still make it, and the files of weights of every run are what they
        were.
    libraries : frozenset of LibraryFile
        Those of the runs that are what they were.
    """

    used: NDArray[np.bool_] | None = None
    pixels: Mapping[tuple[int, int], NDArray[np.float32]] = field(default_factory=dict)
    masks_hold: bool = True
    weights_hold: bool = True
    libraries: frozenset[LibraryFile] = frozenset()


def facts_of(document: Document, scene: Scene | None) -> Facts:
    """Look at the files; to be called in a worker.

    Raises
    ------
    FileError
        The cube's file can't be read.
    """
    cube = document.cube
    if cube is None or cube.path is None:
        return Facts()
    used: NDArray[np.bool_] | None = None
    if scene is not None:
        flat = np.zeros(cube.lines * cube.samples, dtype=bool)
        flat[scene.pixels] = True
        used = flat.reshape(cube.lines, cube.samples)
    given = {run.settings.weights for run in document.runs if run.settings.weights is not None}
    libraries = {run.settings.spectra for run in document.runs if run.settings.spectra is not None}
    libraries |= {library for run in document.runs for library in run.settings.libraries}
    held = frozenset(library for library in libraries if holds(library))
    return Facts(used, _pixels(document, cube), _masks_hold(cube), all(map(_as_it_was, given)), held)


def read_weights(path: Path, cube: Cube) -> tuple[NDArray[Any], Weights]:
    """Read weights from a file: a number for each value of the cube, or for each of its pixels.

    They are float32, or float64 where the file has such: variances may be too small for float32.

    Raises
    ------
    FileError
        The file can't be read, or is none of this shape.
    """
    from hsunmix.formats import open_cube
    from hsunmix.formats.opening.files import regular_file
    from hsunmix.formats.opening.mask_file import check_place, is_layer, layer_of

    if is_layer(regular_file(path)):
        layer = layer_of(path, cube, "an array of weights")
        layer = layer if layer.dtype == np.float64 else layer.astype(np.float32)
        return layer, Weights(os.path.abspath(path), sha256(path), layer.shape)  # noqa: PTH100 - links stay
    found = open_cube(path)
    lines, samples, bands = cube.shape
    if found.shape not in ((lines, samples, bands), (lines, samples, 1)):
        raise FormatError(
            path,
            f"weights of shape {found.shape} for a cube of {cube.shape}; "
            "they need its lines and samples, and its bands or one",
        )
    check_place(path, found, cube)
    dtype = np.float64 if found.pixels.dtype == np.float64 else np.float32
    return found.read(0, found.lines, dtype=dtype), Weights(
        str(found.path), sha256(_data(found)), found.shape
    )


def _data(cube: Cube) -> Path:
    return Path(getattr(cube.pixels, "path", cube.path or ""))


def _as_it_was(weights: Weights) -> bool:
    from hsunmix.formats import open_cube

    path = Path(weights.path)
    try:
        return sha256(path if len(weights.shape) == 2 else _data(open_cube(path))) == weights.sha256
    except HsunmixError:
        return False


def _masks_hold(cube: Cube) -> bool:
    """Whether the words that the mask was made by would make it again, of the cube as its file has it.

    Not where a file is another one by now, or where a condition was evaluated with other bands left out.
    """
    from hsunmix.session.masking import subset

    if not cube.masks:
        return True
    try:
        again = finish(subset(cube.as_opened, cube.masks))
    except HsunmixError:
        return False
    return np.array_equal(np.asarray(again.selection), np.asarray(cube.selection))


def _pixels(document: Document, cube: Cube) -> dict[tuple[int, int], NDArray[np.float32]]:
    """Read the pixels that endmembers come from; a run that is shown as it was makes its own."""
    shown = current(document)
    if shown is not None and not shown.locked and not shown.edited:
        return {}
    members = [*document.endmembers, *(e for run in document.runs for e in run.endmembers)]
    places = {(e.source.line, e.source.sample) for e in members if e.source.kind == "pixel"}
    return {
        (line, sample): cube.spectrum(line, sample)
        for line, sample in places
        if line is not None and sample is not None and line < cube.lines and sample < cube.samples
    }
