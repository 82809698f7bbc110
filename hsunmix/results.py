"""What ``hsunmix.unmix`` returns for several scenes: one set of endmembers, and a result of each scene."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import InputError
from hsunmix.exports import DPI, USUAL, ExportJob, ProductFolder
from hsunmix.exports._several import SeveralJobs, deliver_several
from hsunmix.methods.running.together import Failure, Found, SceneResult
from hsunmix.model.progress import finish
from hsunmix.model.unmixing import Unmixing
from hsunmix.model.wording import percent
from hsunmix.result import Result

__all__ = ["Results"]


@dataclass(frozen=True, eq=False, repr=False)
class Results:
    """Results of several scenes with the same endmembers; ``result["west"]``, or ``result[0]``, is of one.

    Attributes
    ----------
    scenes : tuple of Result
        One of each scene, in their order: maps on its own grid, with its own mask, and its relative error.
    failed : tuple of Failure
        Scenes that took no part; ``scene`` is what one is called and ``reason`` says why.
    whole : Unmixing
        What was found of all pixels, those of one scene behind those of the other.
    """

    scenes: tuple[Result, ...]
    failed: tuple[Failure, ...]
    whole: Unmixing

    @classmethod
    def of(cls, found: Found) -> Results:
        """Put the results and their scenes together."""
        made = (Result.of(one.unmixing, None if one.cube.is_matrix else one.cube) for one in found.scenes)
        return cls(tuple(made), found.failures, found.unmixing)

    @property
    def names(self) -> tuple[str, ...]:
        """What the scenes are called: each is a folder of ``write``."""
        return tuple(one.share.scene for one in self.scenes if one.share is not None)

    @property
    def endmembers(self) -> NDArray[np.float64]:
        """The spectra of all, (bands, r), on the bands and in the units of the first scene."""
        return self.whole.endmembers

    @property
    def rank(self) -> int:
        """How many endmembers there are."""
        return self.whole.rank

    @property
    def relative_error(self) -> float:
        """‖X − WH‖_F / ‖X‖_F over the pixels of all scenes."""
        return self.whole.relative_error

    @property
    def note(self) -> str:
        """What the method chose and why, and what was done to bring the scenes together."""
        return self.whole.note

    def __len__(self) -> int:
        return len(self.scenes)

    def __iter__(self) -> Iterator[Result]:
        return iter(self.scenes)

    def __getitem__(self, scene: int | str) -> Result:
        """Return the result of a scene, by its place or its name."""
        if isinstance(scene, str):
            if scene not in self.names:
                raise KeyError(f"no scene is called {scene!r}; there are {', '.join(self.names)}")
            return self.scenes[self.names.index(scene)]
        return self.scenes[scene]

    def write(
        self, folder: str | PathLike[str], products: Sequence[str] | None = None, *, dpi: int = DPI[0]
    ) -> list[Path]:
        """Write the products of every scene into a folder of its own, ``folder/NAME``, and a report on all.

        See ``Result.write``. Of matrices there is no report: it shows maps.

        Returns
        -------
        list of Path
            Report and record first, then the products.

        Raises
        ------
        InputError
            A product is not known, or needs an image.
        WriteError
            A file could not be written.
        """
        place = Path(folder)
        if any(one.cube is None or len(one.pixel_shape) != 2 for one in self.scenes):
            named = zip(self.names, self.scenes, strict=True)
            return [path for name, one in named for path in one.write(place / name, products, dpi=dpi)]
        chosen = USUAL if products is None else (products,) if isinstance(products, str) else tuple(products)
        with ProductFolder(place) as kept:
            return finish(deliver_several(self._jobs(dpi), kept, chosen))

    def save(self, path: str | PathLike[str]) -> Path:
        """Save a session of all scenes, which the window and ``hsunmix export`` open.

        Raises
        ------
        InputError
            A scene is in no file: a session names files, it holds no pixels.
        WriteError
            It could not be written.
        """
        from hsunmix.session.archive import save
        from hsunmix.session.scenes import of_cubes, with_found

        missing = [n for n, one in zip(self.names, self.scenes, strict=True) if _path(one) is None]
        if missing:
            raise InputError(
                f"a session names the files of its scenes, and {missing[0]} is in none: write the array to a "
                "file (numpy.save, an ENVI image) and open that with hsunmix.open_cube"
            )
        parts = [
            SceneResult(n, one.cube, one) for n, one in zip(self.names, self.scenes, strict=True) if one.cube
        ]
        save(
            with_found(of_cubes([(one.name, one.cube) for one in parts]), Found(self.whole, tuple(parts))),
            path,
        )
        return Path(path)

    def _jobs(self, dpi: int) -> SeveralJobs:
        from hsunmix.session.several_script import script_of_scenes

        cubes = [one.cube for one in self.scenes if one.cube is not None]
        jobs = {
            name: ExportJob(
                one,
                one.as_endmembers(),
                one.cube,
                script=script_of_scenes(cubes, self.whole, one.share),
                dpi=dpi,
            )
            for name, one in zip(self.names, self.scenes, strict=True)
        }
        failures = {one.scene: one.reason for one in self.failed}
        script = script_of_scenes(cubes, self.whole)
        return SeveralJobs(jobs, failures, self.relative_error, self.note, script=script)

    def __repr__(self) -> str:
        """In a few lines what was found."""
        lines = [f"hsunmix results of {len(self)} scenes with {self.rank} common endmembers"]
        lines.append(f"  method: {self.whole.method}, relative error {percent(self.relative_error, 2)}")
        for name, one in zip(self.names, self.scenes, strict=True):
            size = " × ".join(map(str, one.pixel_shape))
            lines.append(f"  {name}: {size}, relative error {percent(one.relative_error, 2)}")
        lines += [f"  {one.scene} took no part: {one.reason}" for one in self.failed]
        return "\n".join(lines)


def _path(one: Result) -> Path | None:
    return None if one.cube is None else one.cube.path
