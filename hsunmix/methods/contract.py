"""What a method is given, what it returns, and what it says of itself.

Every kind has a ``run`` that is a generator: it yields ``Step`` or None (a place where it may be closed) at
least every 0.2 s, and returns its result.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.scene import Scene
from hsunmix.engine.source import PerPixel
from hsunmix.model.library import Library
from hsunmix.model.map_kinds import MapTerms
from hsunmix.model.progress import Step

__all__ = [
    "AbundanceRun",
    "Abundances",
    "Extraction",
    "ExtractionRun",
    "Factorization",
    "FactorizationRun",
    "PixelMap",
    "Problem",
    "RankEstimate",
    "RankRun",
    "Traits",
]


@dataclass(frozen=True, eq=False)
class Problem:
    """What a factorization or an extraction is to solve.

    Attributes
    ----------
    scene : Scene
        The pixels.
    rank : int
        Number of endmembers.
    seed : int
        For everything random in the method.
    start : array of float64, (used bands, r), or None
        Spectra to start from, in the scene's scaling.
    locked : tuple of int
        Columns of ``start`` that must stay as they are.
    weights : PerPixel of float32, or None
        A number for each value; for methods that take weights.
    weights_unit : float
        What these are to be multiplied by to be what was given, in the cube's units.
    library : Library or None
        Spectra to choose from, of the used bands and in the scene's scaling; for methods that take some.
    init_parameters : mapping
        Those of the extraction that a parameter ``init`` names.
    """

    scene: Scene
    rank: int
    seed: int = 0
    start: NDArray[np.float64] | None = None
    locked: tuple[int, ...] = ()
    weights: PerPixel | None = None
    weights_unit: float = 1.0
    library: Library | None = None
    init_parameters: Mapping[str, Any] = field(default_factory=dict)


# What a scene costs that is larger than memory, told before it is read, where a method doesn't say.
USUAL: dict[str, dict[str, Any]] = {
    "factorization": {"reads": None, "numbers": (64, 48)},
    "extraction": {"reads": (2, 1), "numbers": (64, 32)},
    "abundance": {"reads": (1, 0), "numbers": (24, 12)},
    "rank": {"reads": (1, 0), "moments": True, "numbers": (32, 0)},
}


@dataclass(frozen=True)
class Traits:
    """What a method does with what it may be given, and what holds for its results.

    Each is a constant of the method's module in capitals, such as ``TAKES_WEIGHTS = True``, and False where
    it is left out. Nothing asks for a method's name, or for words in a text, to know it.

    Attributes
    ----------
    starts_from_spectra : bool
        It begins with ``Problem.start`` and leaves the columns ``Problem.locked`` as they are.
    keeps_locked : bool
        It begins with none, but the locked ones are among those that it returns, in their columns. Locked
        spectra take the places of the most similar ones of a method that does neither.
    takes_weights : bool
        It heeds ``Problem.weights``.
    takes_library : bool
        It can choose among ``Problem.library``.
    needs_library : bool
        It can't do without one.
    reads : tuple of 2 int, or None
        How often it passes over the pixels, and how often for each endmember. None: again and again, so that
        a scene beyond memory is laid out on a scratch file first.
    moments : bool
        It begins with X Xᵀ: the first read makes it.
    numbers : tuple of 2 int
        Bytes for each pixel that it computes and holds, and for each pixel and endmember.
    sum_to_one : bool
        Its abundances sum to one in every pixel.
    may_be_negative : bool
        Its abundances may be below zero.
    whole_scene : bool
        What it finds of a pixel depends on all others, so that it can't work block by block.
    monotone_loss : bool
        The relative error of its history never rises.
    screens : bool
        It isn't given bands of noise and pixels at the sensor's limit, unless its parameter ``screen`` is
        False.
    of_classes : bool
        Its endmembers are classes of spectra, of which every pixel has its own: W H is not what explains the
        scene. Given a library, it finds as many as that has classes.
    everyday : bool
        It is one of the few that lists show first: a newcomer needs no other.
    """

    starts_from_spectra: bool = False
    keeps_locked: bool = False
    takes_weights: bool = False
    takes_library: bool = False
    needs_library: bool = False
    reads: tuple[int, int] | None = None
    moments: bool = False
    numbers: tuple[int, int] = (0, 0)
    sum_to_one: bool = False
    may_be_negative: bool = False
    whole_scene: bool = False
    monotone_loss: bool = False
    screens: bool = False
    of_classes: bool = False
    everyday: bool = False

    @classmethod
    def of(cls, module: object, kind: str) -> Traits:
        """Read the traits off a module of a kind; what follows from another needn't be said."""
        usual = {f.name: USUAL[kind].get(f.name, f.default) for f in fields(cls)}
        said = {name: getattr(module, name.upper(), value) for name, value in usual.items()}
        said["keeps_locked"] |= said["starts_from_spectra"]
        said["takes_library"] |= said["needs_library"]
        return cls(**said)


@dataclass(frozen=True, eq=False)
class PixelMap(MapTerms):
    """What a method found of every pixel besides abundances: it becomes a map of the result, of its name.

    Attributes
    ----------
    numbers : PerPixel
        float32, or int32 of a kind that is whole; NaN or −1 where a pixel has no value. One number is a layer
        without a name; ``r`` of them without ``names`` are layers of the endmembers. Those of a residual are
        in the scene's scaling.
    index : PerPixel of int32, or None
        Where most of many layers are zero: of which of them each of the ``numbers`` is, −1 for none.
    layers : int
        How many there are, with ``index``.
    stays : bool
        Whether it holds whatever abundances take the place of those that a factorization found with it.
    """

    numbers: PerPixel
    index: PerPixel | None = None
    layers: int = 0
    stays: bool = False


@dataclass(frozen=True, eq=False)
class Extraction:
    """Endmembers found in the scene.

    Attributes
    ----------
    endmembers : array of float64, (used bands, r)
    columns : array of int64, (r,), or None
        Their columns in the scene (positions among the pixels used).
    note : str
    smoothed : bool
        Whether an endmember is a mean around its pixel rather than the pixel itself.
    names : tuple of str
        What those from a library are called there, empty for others; no entries where none is from one.
    maps : mapping of str to PixelMap
        What else was found of the pixels, by name.
    """

    endmembers: NDArray[np.float64]
    columns: NDArray[np.int64] | None
    note: str = ""
    smoothed: bool = False
    names: tuple[str, ...] = ()
    maps: Mapping[str, PixelMap] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Abundances:
    """Abundances of given endmembers: ``r`` numbers for each pixel, float32; other maps by their names."""

    h: PerPixel
    note: str = ""
    maps: Mapping[str, PixelMap] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Factorization:
    """Both factors.

    Attributes
    ----------
    endmembers : array of float64, (used bands, r)
    abundances : PerPixel of float32, or None
        ``r`` numbers for each pixel; None where they are still to be solved for.
    history : array of float64, (iterations, 2)
        Seconds, relative error.
    converged : bool or None
    columns, smoothed, names : as in Extraction
    fixed_scale : bool
        True where the spectra have a scale of their own (pixels), which must be kept.
    abundance : str
        The abundance method that made the abundances, if one did.
    abundance_note : str
        Why it was this one; not said where others take the place of these abundances.
    note : str
    maps : mapping of str to PixelMap
        What else was found of the pixels, by name. Where other abundances take the place of these, only those
        stay that say so. Fractions and deviations of endmembers are scaled as the abundances are.
    rest : PerPixel of float64, or None
        The squared residual of every pixel, where it isn't that of W H.
    """

    endmembers: NDArray[np.float64]
    abundances: PerPixel | None
    history: NDArray[np.float64]
    converged: bool | None = None
    columns: NDArray[np.int64] | None = None
    smoothed: bool = False
    fixed_scale: bool = False
    abundance: str = ""
    abundance_note: str = ""
    note: str = ""
    names: tuple[str, ...] = ()
    maps: Mapping[str, PixelMap] = field(default_factory=dict)
    rest: PerPixel | None = None


@dataclass(frozen=True, eq=False)
class RankEstimate:
    """How many endmembers.

    Attributes
    ----------
    rank : int
        The number that is proposed.
    curve : array of float64, (k,)
        What the method looked at, for 1 … k endmembers.
    label : str
        What the curve shows, with its unit.
    sentence : str
        The result and its limits, for an analyst.
    low, high : int or None
        Where the number is no more than a range: from where to where. ``rank`` lies in it.
    disturbed : tuple of str
        What disturbs the estimate, in one word each, as the sentence says: ``bands`` and ``saturated`` (bands
        of noise and pixels at the sensor's limit were left out), ``bent`` mixing, ``rare`` materials, ``few``
        pixels.
    """

    rank: int
    curve: NDArray[np.float64]
    label: str
    sentence: str
    low: int | None = None
    high: int | None = None
    disturbed: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The number as it should be shown: ``5``, or ``4–8`` where it is a range."""
        low, high = self.low or self.rank, self.high or self.rank
        return str(self.rank) if low == high else f"{low}–{high}"


class FactorizationRun(Protocol):
    """Find endmembers and abundances."""

    def __call__(self, problem: Problem, params: Any) -> Generator[Step | None, None, Factorization]:
        """Run."""
        ...


class ExtractionRun(Protocol):
    """Find endmembers among the pixels."""

    def __call__(self, problem: Problem, params: Any) -> Generator[Step | None, None, Extraction]:
        """Run."""
        ...


class AbundanceRun(Protocol):
    """Find how much of given spectra, (bands used, r), is in each pixel."""

    def __call__(
        self, scene: Scene, w: NDArray[np.float64], params: Any
    ) -> Generator[Step | None, None, Abundances]:
        """Run."""
        ...


class RankRun(Protocol):
    """Estimate the number of endmembers."""

    def __call__(self, scene: Scene, params: Any) -> Generator[Step | None, None, RankEstimate]:
        """Run."""
        ...
