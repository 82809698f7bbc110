"""Bundles: several spectra of each class, from a library with classes or from many parts of the scene."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.scene import Scene
from hsunmix.engine.subsets import sampled, subset
from hsunmix.methods import Extraction, Problem, get
from hsunmix.model.angles import cosines
from hsunmix.model.library import classes_of
from hsunmix.model.progress import Step
from hsunmix.model.scales import BRIGHT, BRIGHTEST, scale_of

__all__ = ["Bundles", "bundles"]

Array = NDArray[np.float64]

MAX_DEALT = 20_000  # pixels that are dealt into parts
EACH = 4  # times as many pixels in a part as it has classes, at least


@dataclass(frozen=True, eq=False)
class Bundles:
    """Spectra, and the class of each.

    Attributes
    ----------
    spectra : array, (bands used, k)
        In the scene's scaling.
    of : array of int64, (k,)
        Their classes, from 0; every class has one.
    names : tuple of str, (k,)
    classes : tuple of str
        What the classes are called; empty where they have no names.
    note : str
    """

    spectra: Array
    of: NDArray[np.int64]
    names: tuple[str, ...]
    classes: tuple[str, ...] = ()
    note: str = ""

    @property
    def rank(self) -> int:
        """How many classes there are."""
        return int(self.of.max()) + 1

    @property
    def layers(self) -> tuple[str, ...]:
        """Names for the layers of a map, one for each class."""
        return self.classes or tuple(f"Class {k + 1}" for k in range(self.rank))

    def one(self, scene: Scene) -> float:
        """Return how a reflectance of one is written in the scene's scaling.

        A library tells its units. Of a scene nobody knows them: what is bright is taken for one half.
        """
        if self.classes:
            return scale_of(self.spectra * scene.scale) / scene.scale
        bright = float(np.percentile(self.spectra, BRIGHTEST)) / BRIGHT
        return bright if bright > 0 else 1.0

    def means(self, weights: Array) -> Array:
        """Return a spectrum for each class, (bands used, classes): the mean by weights, or of all its own."""
        weights = np.maximum(weights, 0)
        total = np.bincount(self.of, weights, self.rank)
        weights = np.where(total[self.of] > 0, weights, 1.0)
        share = np.zeros((len(self.of), self.rank))
        share[np.arange(len(self.of)), self.of] = weights
        return np.asarray(np.maximum(self.spectra @ (share / share.sum(axis=0)), 0))


def bundles(problem: Problem, parts: int, by: str = "spa") -> Generator[Step | None, None, Bundles]:
    """Return the library's spectra by class; without one, those that an extraction finds in so many parts."""
    library = problem.library
    if library is not None:
        classes, of = _numbered(classes_of([library]))
        missing = "" if any(library.classes) else f"The library has no classes: {_taken(classes)}."
        spectra = np.ascontiguousarray(library.spectra, dtype=np.float64)
        return Bundles(spectra, of, library.names, classes, missing)
    return (yield from _of_scene(problem, parts, by))


def _taken(classes: tuple[str, ...]) -> str:
    some = ", ".join(classes[:3]) + (" …" if len(classes) > 3 else "")
    return f"{len(classes)} were made of the names of files or spectra ({some})"


def _numbered(names: tuple[str, ...]) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Return the different names, in the order in which they come, and which of them each is."""
    classes = tuple(dict.fromkeys(names))
    number = {name: k for k, name in enumerate(classes)}
    return classes, np.array([number[name] for name in names], np.int64)


def _of_scene(problem: Problem, parts: int, by: str) -> Generator[Step | None, None, Bundles]:
    """Find endmembers in the scene, and in random parts of it those that are most like each of them."""
    scene, method = problem.scene, get(by, "extraction")

    def search(part: Scene) -> Generator[Step | None, None, tuple[Array, NDArray[np.int64]]]:
        found: Extraction = yield from method.run(Problem(part, problem.rank, problem.seed), method.params())
        assert found.columns is not None
        return np.asarray(part.columns(found.columns)), part.pixels[found.columns]

    first, places = yield from search(scene)
    spectra, of, pixels = [first], [np.arange(first.shape[1])], [places]
    few = yield from sampled(scene, min(MAX_DEALT, scene.n_pixels))
    order = np.random.default_rng(problem.seed).permutation(few.n_pixels)
    for some in np.array_split(order, max(1, min(parts, few.n_pixels // (EACH * problem.rank)))):
        if parts < 2 or len(some) < EACH * problem.rank:
            break
        found, places = yield from search((yield from subset(few, np.sort(some))))
        spectra.append(found)
        of.append(cosines(found, first).argmax(axis=1))
        pixels.append(places)
    w, of_each, place = np.concatenate(spectra, axis=1), np.concatenate(of), np.concatenate(pixels)
    kept = np.union1d(np.arange(first.shape[1]), np.unique(w, axis=1, return_index=True)[1])
    names = tuple(_place(int(p), scene.shape) for p in place[kept])
    said = f"No library was given: {len(kept)} pixels of the scene stand for {first.shape[1]} classes."
    if first.shape[1] < problem.rank:
        said += f" The scene has only {first.shape[1]} independent spectra."
    return Bundles(np.ascontiguousarray(w[:, kept]), of_each[kept], names, (), said)


def _place(pixel: int, shape: tuple[int, ...]) -> str:
    """Name a pixel as the window does: its line and sample from 1, or its number in a matrix."""
    if len(shape) == 1:
        return f"Pixel {pixel + 1}"
    line, sample = divmod(pixel, shape[1])
    return f"Pixel {line + 1}, {sample + 1}"
