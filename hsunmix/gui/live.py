"""What the window shows that no session holds: the cursor, the work under way, messages.

Frozen like the document, and for the same reason: panels redraw what differs between old and new.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hsunmix.gui.drawing import Drawing
from hsunmix.gui.intents import Intent
from hsunmix.methods import RankEstimate
from hsunmix.model.unmixing import Step
from hsunmix.session.recovery import Work

__all__ = ["Live", "Message", "Picture", "PixelView", "Shown", "Task"]


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
    """

    rgba: NDArray[np.uint8]
    step: int
    bands: tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class Shown:
    """What the image panel shows.

    Attributes
    ----------
    page : str
    drawing : Drawing
    """

    page: str
    drawing: Drawing


@dataclass(frozen=True, eq=False)
class Task:
    """Work under way.

    Attributes
    ----------
    title : str
    started : float
        ``time.monotonic`` at the start.
    step : Step or None
    """

    title: str
    started: float
    step: Step | None = None


@dataclass(frozen=True)
class Message:
    """A line in the message bar.

    Attributes
    ----------
    text : str
        What happened, which file, what to do.
    level : str
        ``error`` or ``info``.
    actions : tuple of (str, Intent)
        Buttons that help.
    """

    text: str
    level: str = "error"
    actions: tuple[tuple[str, Intent], ...] = ()


@dataclass(frozen=True, eq=False)
class Live:
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
    tasks : mapping of str to Task
        By lane, the newest last.
    message : Message or None
    estimate : RankEstimate or None
    left_behind : tuple of Work
        Work that windows left behind which ended without saving it, the newest first.
    """

    cursor: PixelView | None = None
    pinned: Mapping[tuple[int, int], PixelView] = field(default_factory=dict)
    picture: Picture | None = None
    shown: Shown | None = None
    tasks: Mapping[str, Task] = field(default_factory=dict)
    message: Message | None = None
    estimate: RankEstimate | None = None
    left_behind: tuple[Work, ...] = ()

    @property
    def running(self) -> Task | None:
        """The unmixing or solving under way."""
        return self.tasks.get("run")
