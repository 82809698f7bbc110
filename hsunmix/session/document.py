"""The document: everything that a session holds, frozen.

A change makes a new document (``dataclasses.replace`` or one of the functions below); arrays are
shared between old and new, never copied and never written to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.model.choice import Choice
from hsunmix.model.cube import Cube
from hsunmix.model.library import LibraryFile
from hsunmix.model.region import Region
from hsunmix.model.spectra import Endmember
from hsunmix.model.unmixing import Data, Unmixing, Weights

__all__ = [
    "Document", "Layer", "MapLook", "Pin", "Run", "RunSettings", "SceneEntry", "ScenePlace", "Subset",
    "VectorLayer", "View", "index_without", "with_endmember", "with_result",
]  # fmt: skip


@dataclass(frozen=True)
class RunSettings:
    """What the run panel says.

    Attributes
    ----------
    method : str
    rank : int
    abundance : str
        Identifier of an abundance method; empty for the method's own.
    seed : int
    parameters : mapping
        Only what differs from the defaults, by kind and method: {"factorization/hals": {"tolerance": 1e-6}}.
    weights : Weights or None
        The file of weights, for a method that takes some.
    spectra : LibraryFile or None
        The file of the spectra that a run was given; only among a run's settings.
    locked : tuple of int
        Those of them that had to stay, counted from 0.
    libraries : tuple of LibraryFile
        For a method that chooses spectra from some.
    estimate : str
        How the number of endmembers is estimated.
    uncertainty : bool
        Whether results say how sure they are.
    """

    method: str = "auto"
    rank: int = 4
    abundance: str = ""
    seed: int = 0
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    weights: Weights | None = None
    spectra: LibraryFile | None = None
    locked: tuple[int, ...] = ()
    libraries: tuple[LibraryFile, ...] = ()
    estimate: str = "auto"
    uncertainty: bool = False

    def choice(self, kind: str, method: str) -> Choice:
        """Return a method of a kind with its parameters."""
        return Choice(method, self.parameters.get(f"{kind}/{method}", {}))

    def with_choice(self, kind: str, choice: Choice) -> RunSettings:
        """Return the settings with the parameters of a method of a kind."""
        rest = {name: v for name, v in self.parameters.items() if name != f"{kind}/{choice.method}"}
        own = {f"{kind}/{choice.method}": choice.parameters} if choice.parameters else {}
        return replace(self, parameters=rest | own)


@dataclass(frozen=True)
class Pin:
    """A pixel that the analyst pinned into the spectra plot."""

    line: int
    sample: int


@dataclass(frozen=True)
class Layer:
    """An image that the analyst asked for by band maths, kept as its expression.

    Attributes
    ----------
    name : str
    text : str
        The expression, such as ``(b[860] - b[660]) / (b[860] + b[660])``.
    """

    name: str
    text: str


@dataclass(frozen=True)
class VectorLayer:
    """Points, lines and polygons of a file, drawn over the scene and part of no number.

    Attributes
    ----------
    path, layer : str
        The file, and which of its layers; it is read again whenever the session is opened.
    name, colour : str
    shown : bool
    relative : str
        The file from the session's folder, with ``/``; only in a session.
    """

    path: str
    layer: str
    name: str
    colour: str
    shown: bool = True
    relative: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """Which file and layer."""
        return self.path, self.layer


@dataclass(frozen=True)
class MapLook:
    """The colours and limits of one kind of map, where the analyst chose them.

    Attributes
    ----------
    of : str
        Which maps: ``abundance``, ``residual``, ``band``, ``map:shade``, ``layer:`` and an expression …
    table : str
        The colour table; empty for the usual one.
    levels : tuple of 2 float, or None
        Values shown as the lowest and the highest colour; None for those of the stretch.
    """

    of: str
    table: str = ""
    levels: tuple[float, float] | None = None


@dataclass(frozen=True)
class View:
    """How the image panel shows the scene.

    Attributes
    ----------
    page : str
        A file of ``hsunmix/gui/image/pages``: ``rgb``, ``map``, ``maps``, ``residual`` …
    endmember : int
        The abundance map that ``map`` shows.
    rgb : tuple of 3 int, or None
        Bands shown as red, green, blue; None means the cube's own choice.
    stretch : tuple of 2 float
        Percentiles of the stretch of the RGB image, a band and a layer.
    band : int or None
        The band shown in grey; None means the cube's green one.
    layer : int
        The layer shown.
    map_stretch : tuple of 2 float, or None
        Percentiles that all abundance maps together are stretched between; None means 0 to 1.
    map : str
        The map that is shown of those that a method found besides abundances, and ``map_layer`` of it.
    region : int
        The region selected; −1 for none.
    veiled, overview : bool
        Whether masked pixels are veiled; whether the whole scene is shown in a corner while a part
        is seen.
    looks : tuple of MapLook
        One at most for each kind of map.
    """

    page: str = "rgb"
    endmember: int = 0
    rgb: tuple[int, int, int] | None = None
    stretch: tuple[float, float] = (2.0, 98.0)
    band: int | None = None
    layer: int = 0
    map_stretch: tuple[float, float] | None = None
    map: str = ""
    map_layer: int = 0
    region: int = -1
    veiled: bool = True
    overview: bool = True
    looks: tuple[MapLook, ...] = ()

    def look(self, of: str) -> MapLook:
        """Return the colours and limits of a kind of map."""
        return next((look for look in self.looks if look.of == of), MapLook(of))

    def with_look(self, look: MapLook) -> View:
        """Return the view with other colours and limits of a kind of map; what says nothing is not kept."""
        rest = tuple(other for other in self.looks if other.of != look.of)
        return replace(self, looks=rest if look == MapLook(look.of) else (*rest, look))


@dataclass(frozen=True, eq=False)
class Subset:
    """Which pixels and bands of a scene are used, and the words for them; see ``Cube``."""

    selection: NDArray[np.bool_] | None = None
    masks: tuple[str, ...] = ()
    bad_bands: NDArray[np.bool_] | None = None
    band_text: str = ""

    @classmethod
    def of(cls, cube: Cube) -> Subset:
        """Return what a cube is restricted to."""
        return cls(cube.selection, cube.masks, cube.bad_bands, cube.band_text)

    def on(self, cube: Cube) -> Cube:
        """Restrict a cube to it; the very same cube where it is already."""
        bad = _bits(self.bad_bands, cube.bands)
        if not np.array_equal(bad, _bits(cube.bad_bands, cube.bands)):
            bands = cube.with_bad_bands(bad, self.band_text) if self.band_text else cube.as_opened
            cube = bands.with_selection(cube.selection, *cube.masks)
        one, other = self.selection, cube.selection
        if one is other or (one is not None and other is not None and np.array_equal(one, other)):
            return cube
        return cube.with_selection(one, *self.masks)


def _bits(bad: NDArray[np.bool_] | None, bands: int) -> NDArray[np.bool_]:
    return np.zeros(bands, dtype=bool) if bad is None else bad


@dataclass(frozen=True, eq=False)
class Run:
    """One result of the session, kept to go back to and to compare with.

    Attributes
    ----------
    number : int
        From 1, in the order in which they were made; never used twice.
    label : str
        What was done, in a few words.
    made : str
        When, in ISO 8601.
    settings : RunSettings
        Those that make it again; for an edited result, those of the run it began with.
    relative_error, seconds : float
    endmembers : tuple of Endmember
        As they were when another result took its place.
    unmixing : Unmixing or None
        None where it was dropped to save memory.
    locked : tuple of int
        Columns that were locked.
    edited : bool
        Its endmembers were changed by hand.
    subset : Subset or None
        The pixels and bands that it is of; None where that is not known.
    """

    number: int
    label: str
    made: str
    settings: RunSettings
    relative_error: float
    seconds: float
    endmembers: tuple[Endmember, ...]
    unmixing: Unmixing | None
    locked: tuple[int, ...] = ()
    edited: bool = False
    subset: Subset | None = None


@dataclass(frozen=True, eq=False)
class ScenePlace:
    """Where one of several scenes is.

    Attributes
    ----------
    cube : Cube or None
        None where its file is not found, or is another one now.
    lost : object
        What a session knows of it then, to be kept in the next one.
    path : str
        Its file.
    reason : str
        Why there is no cube.
    data : Data or None
        In a session: of which file its result is, where that is another one now.
    """

    cube: Cube | None
    lost: Any = None
    path: str = ""
    reason: str = ""
    data: Data | None = None


@dataclass(frozen=True, eq=False)
class SceneEntry:
    """One of several scenes of a session, as it was when another one was shown.

    Attributes
    ----------
    name : str
        No two are called alike.
    place : ScenePlace
    unmixing, endmembers, pins, regions, layers, runs, run_count
        As of ``Document``.
    """

    name: str
    place: ScenePlace
    unmixing: Unmixing | None = None
    endmembers: tuple[Endmember, ...] = ()
    pins: tuple[Pin, ...] = ()
    regions: tuple[Region, ...] = ()
    layers: tuple[Layer, ...] = ()
    runs: tuple[Run, ...] = ()
    run_count: int = 0


@dataclass(frozen=True, eq=False)
class Document:
    """What a session holds.

    Attributes
    ----------
    cube : Cube or None
    endmembers : tuple of Endmember
        In the order of the result's abundances.
    unmixing : Unmixing or None
        The result shown.
    settings : RunSettings
    view : View
    pins : tuple of Pin
    regions : tuple of Region
        Parts of the scene that were drawn.
    layers : tuple of Layer
    runs : tuple of Run
        The results of this session, the oldest first; the one shown may be among them.
    run_count : int
        How many were made, those that were deleted included.
    scenes : tuple of SceneEntry
        All scenes, where there are several; of the one shown the entry holds what it had when it was shown.
    scene : int
        Which of them is shown.
    vectors : tuple of VectorLayer
        Drawn over the scene, whichever is shown; the last on top.
    """

    cube: Cube | None = None
    endmembers: tuple[Endmember, ...] = ()
    unmixing: Unmixing | None = None
    settings: RunSettings = field(default_factory=RunSettings)
    view: View = field(default_factory=View)
    pins: tuple[Pin, ...] = ()
    regions: tuple[Region, ...] = ()
    layers: tuple[Layer, ...] = ()
    runs: tuple[Run, ...] = ()
    run_count: int = 0
    scenes: tuple[SceneEntry, ...] = ()
    scene: int = 0
    vectors: tuple[VectorLayer, ...] = ()


def with_endmember(document: Document, index: int, **changes: Any) -> Document:
    """Return the document with fields of one endmember changed."""
    members = list(document.endmembers)
    members[index] = replace(members[index], **changes)
    return replace(document, endmembers=tuple(members))


def with_result(document: Document, unmixing: Unmixing) -> Document:
    """Return the document showing a new result, with fresh endmembers.

    The page of the image panel becomes the grid of maps when it showed no map.
    """
    page = "maps" if document.view.page in ("rgb", "band", "layer") else document.view.page
    view = replace(document.view, page=page, endmember=0)
    return replace(document, unmixing=unmixing, endmembers=unmixing.as_endmembers(), view=view)


def index_without(index: int, gone: int, left: int) -> int:
    """Return where in a list what was selected is when an entry has gone; its neighbour if it was that.

    Parameters
    ----------
    index : int
        What is selected; −1 for nothing.
    gone : int
        The entry that is taken out.
    left : int
        How many are left; with none, nothing is selected.
    """
    return min(index - (0 <= gone < index), left - 1)
