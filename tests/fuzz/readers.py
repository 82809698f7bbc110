"""Give a damaged file to every door of the readers, and judge what comes back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from hsunmix.errors import HsunmixError, ShapeUnknownError
from hsunmix.formats import open_cube, open_mask, open_spectra, open_vectors
from hsunmix.model.cube import Cube
from tests.fuzz.mutations import mutated
from tests.fuzz.seeds import Seed

__all__ = ["Verdict", "judge", "laid_out"]

DIED = ("brings its decoder down", "takes much more time", "could not be decoded", "too much memory")
SLOW = 2.0  # seconds
SMALL = Cube.from_array(np.ones((11, 14, 1), np.float32))


@dataclass(frozen=True)
class Verdict:
    """What became of one damaged file.

    Attributes
    ----------
    name : str
        The seed's.
    number : int
    kind : str
        ``opened``, ``refused``, or ``died`` (the decoder, which is a refusal too).
    seconds : float
        Of the slowest door.
    wrong : str
        What should not be; empty where all is well.
    """

    name: str
    number: int
    kind: str
    seconds: float
    wrong: str = ""


@contextmanager
def laid_out(seed: Seed) -> Iterator[Path]:
    """Make a folder with the files beside a seed; gives the path of the seed itself."""
    with TemporaryDirectory() as name:
        for file, data in seed.beside.items():
            (Path(name) / file).write_bytes(data)
        yield Path(name) / seed.file


def judge(seed: Seed, path: Path, number: int) -> Verdict:
    """Damage a seed and try to open it as a cube, as a library, as a mask and as vectors."""
    path.write_bytes(mutated(seed.data, seed.name, number))
    kinds, slowest, wrong = set(), 0.0, ""
    for door in (_cube, open_spectra, _mask, open_vectors):
        began = time.perf_counter()
        try:
            door(path)
            kinds.add("opened")
        except HsunmixError as error:
            kinds.add("died" if any(words in str(error) for words in DIED) else "refused")
            wrong = wrong or _reproach(path, error)
        except Exception as error:
            wrong = wrong or f"{type(error).__name__}: {error}"
        slowest = max(slowest, time.perf_counter() - began)
    if slowest > SLOW:
        wrong = wrong or f"took {slowest:.1f} s"
    kind = next((k for k in ("died", "opened") if k in kinds), "refused")
    return Verdict(seed.name, number, kind, slowest, wrong)


def _cube(path: Path) -> None:
    """Open a cube and read of its pixels what the window reads first."""
    try:
        cube = open_cube(path)
    except ShapeUnknownError:
        cube = open_cube(path, lines=1)
    if cube.nbytes > 1 << 30:
        return
    cube.rgb_bands  # noqa: B018
    cube.read(0, min(3, cube.lines))
    cube.spectrum(cube.lines - 1, cube.samples - 1)


def _mask(path: Path) -> None:
    open_mask(path, SMALL)


def _reproach(path: Path, error: HsunmixError) -> str:
    """Say what is wrong with a refusal: it is one line that names the file and says why."""
    text = str(error)
    if "\n" in text:
        return f"more than one line: {text!r}"
    if str(path.parent) not in text and path.name not in text:
        return f"does not name the file: {text!r}"
    if len(text) < len(str(path)) + 8:
        return f"gives no reason: {text!r}"
    return ""


Door = Callable[[Path], object]
