"""What the window shows that no session holds: the cursor, the work under way, messages.

Frozen like the document, and for the same reason: panels redraw what differs between old and new.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.regions import RegionStatistics
from hsunmix.gui.commands import Command, PlanMask
from hsunmix.gui.image.drawing import Drawing, Overlay
from hsunmix.gui.run.comparing import Comparing
from hsunmix.gui.state.diagnostics import Checked, Compared, Likeness, Suggested
from hsunmix.methods import RankEstimate
from hsunmix.methods.sweep import Sweep
from hsunmix.model.matching import Match
from hsunmix.model.progress import Step
from hsunmix.model.region import Region
from hsunmix.model.spectra import Endmember, Spectra
from hsunmix.session.recovery import Work

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

__all__ = [
    "Checked",
    "Compared",
    "Grey",
    "Likeness",
    "Masking",
    "Message",
    "Picture",
    "PixelView",
    "Shown",
    "Suggested",
    "Task",
    "ViewState",
]


@dataclass(frozen=True, eq=False)
class PixelView:
    """One pixel, measured and as the result models it.

    Attributes
    ----------
    line, sample : int
    measured : array of float32, (bands,), or None
        NaN in bands that are not used; None while it is being read.
    modelled : array of float64, (bands,), or None
        W·h; None without a result or where the pixel was not used.
    abundances : array of float32, (r,), or None
    """

    line: int
    sample: int
    measured: NDArray[np.float32] | None = None
    modelled: NDArray[np.float64] | None = None
    abundances: NDArray[np.float32] | None = None

    @property
    def residual(self) -> NDArray[np.float64] | None:
        """Measured minus modelled, (bands,); None where either is not known."""
        if self.measured is None or self.modelled is None or len(self.measured) != len(self.modelled):
            return None
        return np.asarray(self.measured - self.modelled, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Picture:
    """The colour image of a cube.

    Attributes
    ----------
    rgba : array of uint8, (rows, columns, 4)
        Transparent where there are no data.
    step : int
        Pixels of the cube per row and column: 1 unless the cube is very large.
    bands : tuple of 3 int
    limits : tuple of 2 tuples of 3 float
        Values shown as black and as full colour.
    """

    rgba: NDArray[np.uint8]
    step: int
    bands: tuple[int, int, int]
    limits: tuple[tuple[float, ...], tuple[float, ...]] = ((0.0,) * 3, (1.0,) * 3)


@dataclass(frozen=True, eq=False)
class Grey:
    """One band of the cube.

    Attributes
    ----------
    band : int
    values : array of float32, (rows, columns)
        NaN where there are no data; every ``step``-th pixel of a very large cube.
    step : int
    """

    band: int
    values: NDArray[np.float32]
    step: int


@dataclass(frozen=True, eq=False)
class Masking:
    """A mask that is planned.

    Attributes
    ----------
    plan : PlanMask
        What was asked for, with the threshold that is in force.
    mask : array of bool, (lines, samples), or None
        True where a pixel would be used; None while it is not known.
    kept : float
        The share of those pixels.
    range : tuple of 2 float, or None
        What the threshold can sensibly be; None for a condition, which needs none.
    wrong : str
        Why the expression can't be used.
    """

    plan: PlanMask
    mask: NDArray[np.bool_] | None = None
    kept: float = 0.0
    range: tuple[float, float] | None = None
    wrong: str = ""


@dataclass(frozen=True, eq=False)
class Shown:
    """What the image panel shows.

    Attributes
    ----------
    page : str
    drawing : Drawing
    images : tuple of QImage
        The drawing's pictures, ready to be painted.
    """

    page: str
    drawing: Drawing
    images: tuple[QImage, ...]


@dataclass(frozen=True, eq=False)
class Task:
    """Work under way.

    Attributes
    ----------
    title : str
    started : float
        ``time.monotonic`` at the start.
    step : Step or None
    ending : bool
        It was cancelled, and has not come to the end of its step.
    """

    title: str
    started: float
    step: Step | None = None
    ending: bool = False


@dataclass(frozen=True)
class Message:
    """A line in the message bar.

    Attributes
    ----------
    text : str
        What happened, which file, what to do.
    level : str
        ``error`` or ``info``.
    actions : tuple of (str, Command)
        Buttons that help.
    about : str
        What it is about. It then stays until it is closed or no longer true; where this is '', the
        next message takes its place.
    """

    text: str
    level: str = "error"
    actions: tuple[tuple[str, Command], ...] = ()
    about: str = ""

    def outlasts(self, newer: Message) -> bool:
        """Whether it is still to be read after a newer one."""
        if self.text == newer.text:
            return False
        return self.level == "error" or self.about not in ("", newer.about)


@dataclass(frozen=True, eq=False)
class ViewState:
    """All of it.

    Attributes
    ----------
    cursor : PixelView or None
        The pixel under the cursor.
    pinned : mapping of (line, sample) to PixelView
        The document's pins, as far as their spectra have been read.
    picture : Picture or None
    shown : Shown or None
        The image panel's page.
    overlay : Overlay or None
        What lies on every picture: masked pixels and regions.
    tool : str
        What the mouse draws on the image: one of ``shape_tools.TOOLS``.
    region_spectra : mapping of Region to RegionStatistics
        As far as they are known.
    masking : Masking or None
        The mask that is planned.
    grey : Grey or None
        The band that was read last.
    layers : mapping of str to array of float32, (lines, samples)
        The values of the document's layers by their expressions, as far as they are known.
    tasks : mapping of str to Task
        By channel, the newest last.
    message : Message or None
    waiting : tuple of Message
        Those that are read when that one has been closed.
    stopped : bool
        The maps shown are a first estimate, and nothing solves for them.
    notice : Message or None
        What was done just now, told for a moment where the work is told.
    estimate : RankEstimate or None
    checked : Checked or None
        What the constraints hide; of an older result while it is being found out for the newest.
    suggested : Suggested or None
        What the residual asks for.
    library : Spectra or None
        The spectral libraries in use, as one, on the cube's bands.
    likenesses : tuple of Likeness
        Of the endmembers, as far as they are known.
    compared : Compared or None
        What is drawn over an endmember.
    unit : str
        Of the wavelength axis: ``nm`` or ``µm``.
    left_behind : tuple of Work
        Work that windows left behind which ended without saving it, the newest first.
    comparing : Comparing or None
        Two results beside each other.
    sweep : Sweep or None
        What runs with several numbers of endmembers found.
    tour : int or None
        The step of the guided start.
    """

    cursor: PixelView | None = None
    pinned: Mapping[tuple[int, int], PixelView] = field(default_factory=dict)
    picture: Picture | None = None
    shown: Shown | None = None
    overlay: Overlay | None = None
    tool: str = ""
    region_spectra: Mapping[Region, RegionStatistics] = field(default_factory=dict)
    masking: Masking | None = None
    grey: Grey | None = None
    layers: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    tasks: Mapping[str, Task] = field(default_factory=dict)
    message: Message | None = None
    waiting: tuple[Message, ...] = ()
    stopped: bool = False
    notice: Message | None = None
    estimate: RankEstimate | None = None
    checked: Checked | None = None
    suggested: Suggested | None = None
    library: Spectra | None = None
    likenesses: tuple[Likeness, ...] = ()
    compared: Compared | None = None
    unit: str = "nm"
    left_behind: tuple[Work, ...] = ()
    comparing: Comparing | None = None
    sweep: Sweep | None = None
    tour: int | None = None

    @property
    def messages(self) -> tuple[Message, ...]:
        """The one shown, and those that wait behind it."""
        return self.waiting if self.message is None else (self.message, *self.waiting)

    @property
    def running(self) -> Task | None:
        """The unmixing or solving under way."""
        return self.tasks.get("run")

    @property
    def cancellable(self) -> bool:
        """Whether there is work under way that was not cancelled yet."""
        return any(not task.ending for task in self.tasks.values())

    def matches(self, member: Endmember, metric: str = "sam") -> tuple[Match, ...]:
        """Return what of the library is most like an endmember, as far as it is known."""
        for likeness in self.likenesses:
            if likeness.spectrum is member.spectrum:
                return likeness.matches.get(metric, ())
        return ()
