"""Spectra learned from scene after scene, and kept in a file until the next one comes.

Each pixel is seen once, as by the method ``online``: what is kept are the spectra and two sums, of r × r and
bands × r numbers, whatever the scenes' size and number.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsunmix._version import __version__
from hsunmix.engine.footprint import Resources
from hsunmix.engine.scene import Scene
from hsunmix.engine.subsets import evenly, some_columns
from hsunmix.errors import FormatError, InputError, MissingFileError
from hsunmix.files import replacing
from hsunmix.methods import Problem
from hsunmix.methods.factorization import online
from hsunmix.methods.running import footprint
from hsunmix.methods.running.pipeline import load_for
from hsunmix.methods.running.request import Request
from hsunmix.methods.shared._running import Running
from hsunmix.model.choice import Choice
from hsunmix.model.cube import Cube
from hsunmix.model.progress import Step
from hsunmix.model.scales import Scale, between
from hsunmix.parameters import make

__all__ = ["Learned", "check_request", "learn"]

Array = NDArray[np.float64]

LARGEST = 1 << 30  # bytes of a state's arrays: more is no state
LOOKED_AT = 1000  # pixels, to tell a scene's units
SAME_NM = 2.0  # nanometres: bands so near are the same


@dataclass(frozen=True, eq=False)
class Learned:
    """What has been learned so far, in the cubes' units.

    Attributes
    ----------
    spectra : array, (bands, r)
        NaN in bands that a scene did without.
    hht : array, (r, r)
        The sum of the products of abundances.
    xht : array, (bands, r)
        That of pixels and abundances.
    wavelengths : array, (bands,), or None
        In nanometres.
    batches, pixels : int
        How many were seen.
    scenes : tuple of str
        Their names, in their order.
    note : str
        What is to be said of the last one; it isn't kept in a file.
    """

    spectra: Array
    hht: Array
    xht: Array
    wavelengths: Array | None
    batches: int
    pixels: int
    scenes: tuple[str, ...]
    note: str = ""

    @property
    def bands(self) -> NDArray[np.bool_]:
        """Those that all scenes have, (bands,)."""
        return np.asarray(np.isfinite(self.spectra).all(axis=1))

    def save(self, path: str | PathLike[str]) -> Path:
        """Write it to a file, whole or not at all: a NumPy archive without any code in it.

        Raises
        ------
        WriteError
        """
        facts = {
            "hsunmix": __version__,
            "batches": self.batches,
            "pixels": self.pixels,
            "scenes": list(self.scenes),
        }
        nm = np.zeros(0) if self.wavelengths is None else self.wavelengths
        with replacing(path) as temporary, temporary.open("wb") as file:
            np.savez(
                file, spectra=self.spectra, hht=self.hht, xht=self.xht, wavelengths=nm,
                facts=np.array(json.dumps(facts)),
            )  # fmt: skip
        return Path(path)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Learned:
        """Read it from a file.

        Raises
        ------
        MissingFileError, FormatError
        """
        path = Path(path)
        if not path.is_file():
            raise MissingFileError(path, "no such file")
        try:
            return _checked(_arrays(path))
        except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
            raise FormatError(path, f"it holds nothing that hsunmix learned ({error})") from error

    def running(self, scene: Scene, factor: float) -> Running:
        """Return it in a scene's bands and units, which have so many times its own numbers."""
        used, unit = scene.bands, factor / scene.scale
        return Running(
            self.spectra[used] * unit, self.hht.copy(), self.xht[used] * unit, self.batches, self.pixels
        )

    def check(self, cube: Cube) -> None:
        """Check that a cube has the same bands.

        Raises
        ------
        InputError
        """
        if cube.bands != len(self.spectra):
            raise InputError(f"{cube.name} has {cube.bands} bands, what was learned {len(self.spectra)}")
        nm = cube.wavelengths
        if nm is not None and self.wavelengths is not None and np.abs(nm - self.wavelengths).max() > SAME_NM:
            raise InputError(f"{cube.name} has bands at other wavelengths than what was learned")


def _arrays(path: Path) -> dict[str, NDArray[np.generic]]:
    with zipfile.ZipFile(path) as archive:
        if sum(one.file_size for one in archive.infolist()) > LARGEST:
            raise ValueError("it is too large")
    with np.load(path, allow_pickle=False) as archive:
        return {name: archive[name] for name in ("spectra", "hht", "xht", "wavelengths", "facts")}


def _checked(found: dict[str, NDArray[np.generic]]) -> Learned:
    facts = json.loads(str(found["facts"]))
    w, hht, xht, nm = (np.asarray(found[n], np.float64) for n in ("spectra", "hht", "xht", "wavelengths"))
    bands, r = w.shape
    if hht.shape != (r, r) or xht.shape != w.shape or nm.shape not in ((0,), (bands,)):
        raise ValueError("its arrays don't fit together")
    known = Learned(
        w, hht, xht, nm if len(nm) else None, int(facts["batches"]), int(facts["pixels"]),
        tuple(map(str, facts["scenes"])),
    )  # fmt: skip
    used = known.bands
    if not (used.any() and np.isfinite(hht).all() and np.isfinite(xht[used]).all() and (w[used] >= 0).all()):
        raise ValueError("it has values that no spectra have")
    return known


def check_request(
    known: Learned | None, rank: int | None, parameters: Mapping[str, object]
) -> tuple[online.Params, int]:
    """Return the parameters and how many spectra there are to be, whatever the scene.

    Raises
    ------
    InputError
        A parameter is refused; another number of spectra than before, or none given.
    """
    params = make(online.Params, parameters)
    assert isinstance(params, online.Params)
    before = None if known is None else known.spectra.shape[1]
    if before is not None and rank not in (None, before):
        raise InputError(f"{before} spectra were learned, {rank} are asked for")
    rank = before or rank
    if rank is None:
        raise InputError("the number of spectra is needed: -r, or rank=")
    return params, rank


def learn(
    cube: Cube,
    known: Learned | None = None,
    rank: int | None = None,
    seed: int = 0,
    resources: Resources | None = None,
    **parameters: object,
) -> Generator[Step | None, None, Learned]:
    """See all pixels of a scene once; return what is known then.

    A scene in other units, such as reflectance from 0 to 10,000 after some from 0 to 1, is brought to those
    of the first one: the sums weigh pixels by their brightness.

    Parameters
    ----------
    cube : Cube
    known : Learned, optional
        What is known before; it isn't changed.
    rank : int, optional
        How many spectra, where nothing is known before.
    seed : int
    resources : Resources, optional
    **parameters
        Those of the method ``online``.

    Raises
    ------
    InputError
        Other bands than before, another number of spectra, or none given; a first scene that has fewer.
    """
    params, rank = check_request(known, rank, parameters)
    if known is not None:
        known.check(cube)
        if not known.bands.all():
            cube = cube.with_bad_bands(~known.bands | ~cube.good_bands)
    request = Request(Choice("online", parameters), rank, seed=seed)
    scene = yield from load_for(cube, request, footprint.of_run(cube, request, resources or Resources()))
    scale = Scale()
    if known is None:
        running, why = yield from online.begun(Problem(scene, rank, seed), params.init)
        if running.w.shape[1] < rank:
            raise InputError(f"{cube.name} gives no {rank} spectra to begin with: {why}".rstrip(": ."))
    else:
        some = yield from some_columns(scene, evenly(scene.n_pixels, LOOKED_AT))
        scale = between(known.spectra[scene.bands], some * scene.scale)
        running = known.running(scene, scale.factor)
    yield from running.learn(scene, params.batch, params.forgetting)
    w, xht = (scene.full_spectra(one) / scale.factor for one in (running.w, running.xht))
    scenes = (*(known.scenes if known else ()), cube.name)
    nm = cube.wavelengths if known is None or known.wavelengths is None else known.wavelengths
    said = f"What was learned has {scale.sentence}." if scale.sentence else ""
    return Learned(w, running.hht, xht, nm, running.batches, running.pixels, scenes, said)
