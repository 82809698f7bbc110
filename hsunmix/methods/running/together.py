"""Several scenes and one set of endmembers: found on all their pixels, or given to each of them.

A scene that can't take part, because its file is damaged, its bands are others or it holds no data, is left
out and named; the others go on.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from hsunmix.engine.footprint import Footprint
from hsunmix.errors import FileError, HsunmixError, InputError
from hsunmix.methods import RankEstimate
from hsunmix.methods.running import pipeline
from hsunmix.methods.running._shares import NamedCube, part_of_whole
from hsunmix.methods.running.request import Request, plan
from hsunmix.model.brought import brought, terms_for
from hsunmix.model.chain import chained
from hsunmix.model.cube import Cube
from hsunmix.model.progress import Step
from hsunmix.model.unmixing import Share, Unmixing
from hsunmix.model.wording import of_each

__all__ = [
    "Failure",
    "Found",
    "NamedCube",
    "SceneResult",
    "alike",
    "estimate_rank",
    "none_of",
    "solved_together",
    "unmix",
]


@dataclass(frozen=True)
class Failure:
    """A scene that took no part.

    Attributes
    ----------
    scene : str
        What it is called.
    reason : str
        One line, which names its file.
    """

    scene: str
    reason: str

    @classmethod
    def of(cls, scene: str, path: Path | None, error: HsunmixError) -> Failure:
        """Say what happened, with the file's name in front where the error doesn't have it."""
        text = str(error)
        named = path is None or isinstance(error, FileError) or str(path) in text
        return cls(scene, text if named else f"{path}: {text}")


@dataclass(frozen=True, eq=False)
class SceneResult:
    """What was found of one of several scenes.

    Attributes
    ----------
    name : str
    cube : Cube
        On the bands and in the units of the first one.
    unmixing : Unmixing
        Its ``share`` tells of the others.
    """

    name: str
    cube: Cube
    unmixing: Unmixing


@dataclass(frozen=True, eq=False)
class Found:
    """What was found of several scenes.

    Attributes
    ----------
    unmixing : Unmixing
        Of all their pixels, one behind the other.
    scenes : tuple of SceneResult
    failures : tuple of Failure
    """

    unmixing: Unmixing
    scenes: tuple[SceneResult, ...]
    failures: tuple[Failure, ...] = ()


@dataclass(frozen=True, eq=False)
class Alike:
    """Scenes on common bands and in common units.

    Attributes
    ----------
    scenes : tuple of NamedCube
    failures : tuple of Failure
        Those that can't be brought there.
    notes : tuple of str
        What was done to some.
    """

    scenes: tuple[NamedCube, ...]
    failures: tuple[Failure, ...]
    notes: tuple[str, ...]

    @property
    def cube(self) -> Cube:
        """All as one."""
        return chained([cube for _, cube in self.scenes])


def alike(scenes: Sequence[NamedCube]) -> Generator[Step | None, None, Alike]:
    """Bring scenes to the bands and units of the first one; a few lines of each are read for it.

    Raises
    ------
    InputError
        None can be used.
    """
    kept: list[NamedCube] = []
    failures: list[Failure] = []
    notes: list[str] = []
    for k, (name, cube) in enumerate(scenes):
        yield Step(k / len(scenes), message=f"Looking at {name}")
        try:
            if not kept:
                cube.dead_bands  # noqa: B018 - looks at some of its lines
                kept.append((name, cube))
                continue
            terms, said = terms_for(cube, kept[0][1])
            kept.append((name, brought(cube, terms)))
            notes += filter(None, [said])
        except HsunmixError as error:
            failures.append(Failure.of(name, cube.path, error))
    if not kept:
        raise InputError(none_of(failures))
    several = np.array([cube.good_bands for _, cube in kept])
    if less := int((several[0] & ~several.all(axis=0)).sum()):
        what = (
            "1 band that is bad in one of the scenes was"
            if less == 1
            else f"{less} bands that are bad in some scene were"
        )
        notes.append(f"{what} left out of all.")
    return Alike(tuple(kept), tuple(failures), tuple(notes))


def unmix(
    scenes: Sequence[NamedCube],
    request: Request,
    factor: float | None = None,
    footprint: Callable[[Cube, Request], Footprint | None] = lambda *_: None,
) -> Generator[Step | None, None, Found]:
    """Find one set of endmembers of several scenes, and the abundances of each.

    Parameters
    ----------
    scenes : sequence of NamedCube
        No two called alike. The first that can be used gives the bands and the units.
    request : Request
    factor : float, optional
        By what spectra to start from are to be multiplied.
    footprint : callable
        Says where all pixels are to lie; by default in memory.

    Raises
    ------
    InputError
        The request makes no sense, or no scene can be used.
    TooLargeError
        Together they need more memory than there may be.
    """
    plan(request)
    if request.weights is not None or request.weights_from is not None:
        raise InputError("weights are of one scene: leave them out, or unmix it alone")
    left, failures = list(scenes), list[Failure]()
    while True:
        together = yield from alike(left)
        try:
            whole, used = yield from _unmix(together, request, factor, footprint)
        except FileError as error:
            broken = [name for name, cube in together.scenes if _is_of(error, cube)]
            if not broken:
                raise
            failures += [Failure(name, str(error)) for name in broken]
            left = [one for one in left if one[0] not in broken]
            if not left:
                raise InputError(none_of(failures)) from error
            continue
        failures += together.failures
        return _found(whole, together, used, failures)


def solved_together(results: Sequence[tuple[str, Cube, Unmixing]]) -> Found:
    """Return what was found of scenes that were solved one by one for the same endmembers.

    ``unmixing`` is that of the first one, with the notes of all. Each scene is in its own units, so that the
    relative error of all is the root mean square of theirs, each counted by its pixels.
    """
    names = tuple(name for name, *_ in results)
    errors = np.array([one.relative_error for *_, one in results])
    pixels = np.array([np.isfinite(one.rmse).sum() for *_, one in results])
    error = float(np.sqrt((pixels * errors**2).sum() / pixels.sum()))
    shares = ((n, cube, replace(one, share=Share(n, names, error))) for n, cube, one in results)
    scenes = tuple(SceneResult(*one) for one in shares)
    note = of_each({one.name: one.unmixing.note for one in scenes})
    return Found(replace(scenes[0].unmixing, relative_error=error, note=note), scenes)


def estimate_rank(
    scenes: Sequence[NamedCube],
    estimate: Callable[[Cube], Generator[Step | None, None, RankEstimate]],
) -> Generator[Step | None, None, tuple[RankEstimate, tuple[Failure, ...]]]:
    """Estimate the number of endmembers of several scenes: of all their pixels."""
    left, failures = list(scenes), list[Failure]()
    while True:
        together = yield from alike(left)
        try:
            found = yield from estimate(together.cube)
        except FileError as error:
            broken = [name for name, cube in together.scenes if _is_of(error, cube)]
            if not broken or len(broken) == len(left):
                raise
            failures += [Failure(name, str(error)) for name in broken]
            left = [one for one in left if one[0] not in broken]
            continue
        return found, (*failures, *together.failures)


def _unmix(
    together: Alike,
    request: Request,
    factor: float | None,
    footprint: Callable[[Cube, Request], Footprint | None],
) -> Generator[Step | None, None, tuple[Unmixing, list[int]]]:
    """Unmix all as one; return also how many pixels of each are used."""
    cube = together.cube
    request = request.on(cube, factor)
    scene = yield from pipeline.load_for(cube, request, footprint(cube, request))
    ends = [number.stop for number, _ in scene.images] if scene.grids else [scene.pixels[-1] + 1]
    used = np.diff(np.searchsorted(scene.pixels, ends), prepend=0).tolist()
    found = yield from pipeline.unmix(scene, request)
    return replace(found, note=" ".join([found.note, *together.notes]).strip()), used


def _found(whole: Unmixing, together: Alike, used: list[int], failures: list[Failure]) -> Found:
    """Give each scene its own part of the maps."""
    kept: list[SceneResult] = []
    names = tuple(name for (name, _), count in zip(together.scenes, used, strict=True) if count)
    for k, (name, cube) in enumerate(together.scenes):
        if used[k]:
            kept.append(SceneResult(name, cube, part_of_whole(whole, together.scenes, k, names)))
        else:
            none = "no pixel can be used: all are masked, nodata, NaN or zero in every band"
            failures.append(Failure(name, f"{cube.path or name}: {none}"))
    return Found(whole, tuple(kept), tuple(failures))


def _is_of(error: FileError, cube: Cube) -> bool:
    """Whether an error is of a file of a scene."""
    files = [path for path, _ in cube.files] + ([] if cube.path is None else [cube.path])
    return any(Path(error.path) == path for path in files)


def none_of(failures: Sequence[Failure]) -> str:
    """Say that no scene can be used, and why the first can't."""
    if len(failures) == 1:
        return failures[0].reason
    return f"none of the {len(failures)} scenes can be used; {failures[0].reason}"
