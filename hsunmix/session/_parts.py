"""Which part of a scene a result is of, in the words of ``--mask`` and ``--bands``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.scene import Scene
from hsunmix.errors import HsunmixError
from hsunmix.model.cube import Cube
from hsunmix.model.unmixing import Unmixing
from hsunmix.session.document import Document

__all__ = ["Facts", "Part", "facts_of", "part_of"]


@dataclass(frozen=True, eq=False)
class Facts:
    """What the files say about a document's scene.

    Attributes
    ----------
    bad_bands : array of bool, (bands,), or None
        As the cube's file has them.
    used : array of bool, (lines, samples), or None
        Pixels that are used now; None where nobody has looked.
    pixels : mapping of (line, sample) to array, (bands,)
        Spectra of the pixels that endmembers come from.
    """

    bad_bands: NDArray[np.bool_] | None = None
    used: NDArray[np.bool_] | None = None
    pixels: Mapping[tuple[int, int], NDArray[np.float32]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Part:
    """The part of the scene that a result is of, in the words of ``--mask`` and ``--bands``."""

    mask: str | NDArray[np.bool_] | None
    bands: str

    def same(self, other: Part) -> bool:
        """Whether two results are of the same part."""
        a, b = self.mask, other.mask
        if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
            both = isinstance(a, np.ndarray) and isinstance(b, np.ndarray)
            return self.bands == other.bands and both and np.array_equal(np.asarray(a), np.asarray(b))
        return self.bands == other.bands and a == b


def facts_of(document: Document, scene: Scene | None) -> Facts:
    """Look at the files; to be called in a worker.

    Raises
    ------
    FileError
        The cube's file can't be read.
    """
    from hsunmix.formats import open_cube

    cube = document.cube
    if cube is None or cube.path is None:
        return Facts()
    used: NDArray[np.bool_] | None = None
    if scene is not None:
        flat = np.zeros(cube.lines * cube.samples, dtype=bool)
        flat[scene.pixels] = True
        used = flat.reshape(cube.lines, cube.samples)
    members = [*document.endmembers, *(e for run in document.runs for e in run.endmembers)]
    places = {(e.source.line, e.source.sample) for e in members if e.source.kind == "pixel"}
    pixels = {
        (line, sample): cube.spectrum(line, sample)
        for line, sample in places
        if line is not None and sample is not None and line < cube.lines and sample < cube.samples
    }
    return Facts(open_cube(cube.path, **dict(cube.options)).bad_bands, used, pixels)


def part_of(result: Unmixing, cube: Cube, facts: Facts) -> Part:
    """Say which part of the scene a result is of."""
    bands = _band_text(result.used_bands)
    if np.array_equal(result.used_bands, cube.good_bands):
        of_file = np.array_equal(_or_none(cube.bad_bands, cube), _or_none(facts.bad_bands, cube))
        bands = cube.band_text or ("" if of_file else bands)
    used = np.isfinite(result.rmse)
    if facts.used is not None and not np.array_equal(used, facts.used):
        return Part(used, bands)
    if cube.selection is None:
        return Part(None, bands)
    text = cube.selection_text
    return Part(text if text and _understood(cube, text) else cube.selection, bands)


def _or_none(bad: NDArray[np.bool_] | None, cube: Cube) -> NDArray[np.bool_]:
    return np.zeros(cube.bands, dtype=bool) if bad is None else bad


def _understood(cube: Cube, text: str) -> bool:
    """Whether ``--mask`` takes this: one condition or one file, not several of both."""
    from hsunmix.model.band_maths import compiled

    if Path(text).suffix and Path(text).is_file():
        return True
    try:
        return compiled(cube, text).is_condition
    except HsunmixError:
        return False


def _band_text(used: NDArray[np.bool_]) -> str:
    """Return a choice of bands by number, from 1."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], used.astype(np.int8), [0]))))
    return "all," + ",".join(f"#{a + 1}-{b}" for a, b in edges.reshape(-1, 2))
