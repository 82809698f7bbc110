"""The result of unmixing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import InputError
from hsunmix.model.choice import Choice
from hsunmix.model.library import LibraryFile
from hsunmix.model.maps import AnyMap, SparseMap
from hsunmix.model.spectra import Endmember, Source, colour
from hsunmix.model.uncertainty import LEVEL, SD_MAP, Uncertainty, deviates

__all__ = ["Data", "RunInputs", "Share", "Unmixing", "Weights"]


@dataclass(frozen=True)
class Data:
    """A file that is known by its hash alone.

    Attributes
    ----------
    bytes : int
    sha256 : str
        Empty where it was not hashed as a whole.
    """

    bytes: int
    sha256: str = ""


@dataclass(frozen=True)
class Weights:
    """The weights that a run was given: where they lie, and what they were.

    Attributes
    ----------
    path : str
        Their file, absolute; empty where they were an array.
    sha256 : str
        Of the file that holds the numbers; empty where they were an array.
    shape : tuple of int
    """

    path: str = ""
    sha256: str = ""
    shape: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class RunInputs:
    """What a run was asked for besides its method, rank, parameters and seed.

    Attributes
    ----------
    abundance : Choice
        The abundance method; none where the method was to find the abundances its own way.
    endmembers : array of float64, (bands, r), or None
        Spectra to start from.
    locked : tuple of int
        Columns of ``endmembers`` that had to stay.
    weights : Weights or None
    spectra : LibraryFile or None
        The file of the spectra that were given, be it to start from or to solve for.
    libraries : tuple of LibraryFile
        Those that the method was given to choose from.
    init : Choice
        What it started from, where that was an extraction or a way of its own and no given spectra.
    uncertainty : bool
        Whether it had to say how sure it is.
    """

    abundance: Choice = field(default_factory=Choice)
    endmembers: NDArray[np.float64] | None = None
    locked: tuple[int, ...] = ()
    weights: Weights | None = None
    spectra: LibraryFile | None = None
    libraries: tuple[LibraryFile, ...] = ()
    init: Choice = field(default_factory=Choice)
    uncertainty: bool = False


@dataclass(frozen=True)
class Share:
    """What a result of one of several scenes shares with the others: the endmembers.

    Attributes
    ----------
    scene : str
        What this one is called among them.
    scenes : tuple of str
        All of them, in the order of their pixels.
    relative_error : float
        Over the pixels of all.
    sources : tuple of str
        For each endmember that is a pixel of another scene, of which and where; else empty.
    """

    scene: str
    scenes: tuple[str, ...]
    relative_error: float
    sources: tuple[str, ...] = ()

    @property
    def several(self) -> bool:
        """Whether there are others: else it is a scene alone."""
        return len(self.scenes) > 1


@dataclass(frozen=True, eq=False, repr=False)
class Unmixing:
    """Spectra of the materials and how much of each lies in every pixel.

    Attributes
    ----------
    endmembers : array of float64, (bands, r)
        In the cube's units; NaN in bands that were not used.
    maps : mapping of str to Map or SparseMap
        What is known of every pixel: ``abundance``, ``rmse``, and what else the methods found, all of the
        same pixels. ``abundances`` and ``rmse`` are the numbers of the first two; ``result["shade"]`` are
        those of any.
    relative_error : float
        ‖X − WH‖_F / ‖X‖_F over the pixels and bands used; see ``own_spectra``.
    history : array of float64, (iterations, 2)
        Seconds since the start, relative error; no rows for a method without iterations.
    source_pixels : array of int64, (r,), or None
        line · samples + sample of each endmember that is a pixel of the scene, −1 for the others.
    converged : bool or None
        Whether the tolerance was met; None for a method without iterations.
    used_bands : array of bool, (bands,)
    method, abundance : str
        Identifiers; ``abundance`` is empty where a factorization's own abundances were kept.
    parameters : mapping
        The method's parameters, all of them, as JSON values.
    seed, iterations : int
    seconds : float
    note : str
        What the method chose and why, and what was unusual.
    names : tuple of str
    smoothed : bool
        Whether an endmember is the mean of its source pixel's spectral neighbours.
    provisional : bool
        Whether the endmembers were edited and the abundances not yet solved again for all pixels.
    data : Data or None
        The file of the scene when this was made, where it is another now; None for a fresh result.
    asked : RunInputs or None
        None where abundances were solved for spectra of no file, or where nobody knows any more.
    own_spectra : bool
        Whether every pixel has spectra of its own, as by ``mesma``: the relative error and ``rmse`` are what
        these leave, not what endmembers times abundances do.
    scene_errors : tuple of float
        The relative error over each of several scenes whose pixels these are, one behind the other; empty for
        a result of one scene.
    share : Share or None
        What it was found together with, where it is of one of several scenes.
    uncertainty : Uncertainty or None
        How sure it is; with it goes the map ``abundance_sd``. None where that was not asked.
    """

    endmembers: NDArray[np.float64]
    maps: Mapping[str, AnyMap]
    relative_error: float
    history: NDArray[np.float64]
    source_pixels: NDArray[np.int64] | None
    converged: bool | None
    used_bands: NDArray[np.bool_]
    method: str
    abundance: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    iterations: int = 0
    seconds: float = 0.0
    note: str = ""
    names: tuple[str, ...] = ()
    smoothed: bool = False
    provisional: bool = False
    data: Data | None = None
    asked: RunInputs | None = None
    own_spectra: bool = False
    scene_errors: tuple[float, ...] = ()
    share: Share | None = None
    uncertainty: Uncertainty | None = None

    def __getitem__(self, name: str) -> NDArray[Any]:
        """Return the numbers of a map; a layer for each endmember, or name, comes first."""
        if name not in self.maps:
            raise KeyError(f"this result has no map {name!r}; it has {', '.join(self.maps)}")
        return self.maps[name].array

    @property
    def abundances(self) -> NDArray[np.float32]:
        """How much of each endmember is in each pixel, (r, lines, samples) or (r, pixels).

        NaN where a pixel was not used. A sparse map is filled with its zeros: ``maps["abundance"].layer(k)``
        takes less memory.
        """
        found = self.maps["abundance"]
        return self._filled if isinstance(found, SparseMap) else np.asarray(found.values)

    @cached_property
    def _filled(self) -> NDArray[np.float32]:
        return np.asarray(self.maps["abundance"].values)

    @cached_property
    def rmse(self) -> NDArray[np.float32]:
        """Root mean square over the used bands of X − WH, in the cube's units, (lines, samples) or (pixels,).

        See ``own_spectra``. float32, or float64 where that doesn't reach; NaN where a pixel was not used.
        """
        return np.asarray(self.maps["rmse"].layer(0))

    def intervals(self, level: float = LEVEL) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return from where to where each abundance may lie, both as ``abundances``.

        Parameters
        ----------
        level : float
            Share of the intervals that should hold the truth.

        Raises
        ------
        InputError
            This result doesn't say how sure it is: ask with ``uncertainty=True``.
        """
        if SD_MAP not in self.maps:
            raise InputError("this result doesn't say how sure it is: unmix with uncertainty=True")
        h, reach = self.abundances, np.float32(deviates(level)) * self[SD_MAP]
        signed = bool(np.nanmin(h, initial=0) < 0)
        return (h - reach if signed else np.maximum(h - reach, 0)), h + reach

    @property
    def error_of(self) -> str:
        """What leaves the relative error and ``rmse``, in words."""
        return "spectra of each pixel" if self.own_spectra else "endmembers"

    @property
    def pixel_shape(self) -> tuple[int, ...]:
        """(lines, samples), or (pixels,) of a matrix."""
        return self.maps["rmse"].shape

    @property
    def further_maps(self) -> dict[str, AnyMap]:
        """What the methods found of every pixel besides abundances and residual."""
        return {name: one for name, one in self.maps.items() if name not in ("abundance", "rmse")}

    def __repr__(self) -> str:
        pixels = " × ".join(map(str, self.pixel_shape))
        how = f"{self.method} and {self.abundance}" if self.abundance else self.method
        return (
            f"<Unmixing by {how}: {self.rank} endmembers, {len(self.endmembers)} bands, {pixels} pixels, "
            f"relative error {self.relative_error:.2%}>"
        )

    @property
    def rank(self) -> int:
        """Number of endmembers."""
        return int(self.endmembers.shape[1])

    @property
    def mean_abundances(self) -> NDArray[np.float64]:
        """Mean of each abundance over the pixels used, (r,); NaN where no pixel has any yet."""
        found = self.maps["abundance"]
        if isinstance(found, SparseMap):
            return found.means
        flat = self.abundances.reshape(self.rank, -1)
        used = np.isfinite(flat[0])
        if not used.any():  # first estimates after another mask
            return np.full(self.rank, np.nan)
        return np.asarray(flat[:, used].mean(axis=1, dtype=np.float64))

    def as_endmembers(self) -> tuple[Endmember, ...]:
        """Endmembers with names, colours and sources, for a document."""
        given, asked = self._given(), self.asked
        result = []
        for k in range(self.rank):
            name = self.names[k] if self.names else f"Endmember {k + 1}"
            ink = given.colours[k] if given and given.colours and self._is_given(k) else colour(k)
            locked = asked is not None and k in asked.locked
            result.append(Endmember(name, self.endmembers[:, k], ink, locked=locked, source=self._source(k)))
        return tuple(result)

    def _given(self) -> LibraryFile | None:
        """The file of the spectra that were given, where it says what they are called."""
        spectra = None if self.asked is None else self.asked.spectra
        return spectra if spectra is not None and spectra.names else None

    def _is_given(self, k: int) -> bool:
        """Whether an endmember is a given one as it was: all are where nothing else was asked for."""
        return self.asked is not None and (self.method == self.abundance or k in self.asked.locked)

    def _source(self, k: int) -> Source:
        given = self._given()
        if given is not None and self._is_given(k):
            return given.source(k)
        pixel = -1 if self.source_pixels is None else int(self.source_pixels[k])
        if pixel < 0:
            elsewhere = self.share.sources[k] if self.share is not None and self.share.sources else ""
            return Source(text=elsewhere or self.method)
        return Source("smoothed" if self.smoothed else "pixel", *divmod(pixel, self.pixel_shape[-1]))
