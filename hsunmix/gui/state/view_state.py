"""What the window shows that no session holds: the cursor, the work under way, messages.

Frozen like the document, and for the same reason: panels redraw what differs between old and new. What
only one subject changes is a slice of its own, a frozen dataclass in the subject's ``state.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from hsunmix.gui.state.commands import Command
from hsunmix.model.progress import Step

__all__ = ["Message", "PixelView", "Task", "ViewState"]

S = TypeVar("S")


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
    deviations : array of float32, (r,), or None
        Their standard deviations, where the result says how sure it is.
    """

    line: int
    sample: int
    measured: NDArray[np.float32] | None = None
    modelled: NDArray[np.float64] | None = None
    abundances: NDArray[np.float32] | None = None
    deviations: NDArray[np.float32] | None = None

    @property
    def residual(self) -> NDArray[np.float64] | None:
        """Measured minus modelled, (bands,); None where either is not known."""
        if self.measured is None or self.modelled is None or len(self.measured) != len(self.modelled):
            return None
        return np.asarray(self.measured - self.modelled, dtype=np.float64)


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
    """All of it. ``state[RunState]`` is the slice of a kind, whether anything of it was changed yet or not.

    Attributes
    ----------
    cursor : PixelView or None
        The pixel under the cursor.
    tasks : mapping of str to Task
        By channel, the newest last.
    message : Message or None
    waiting : tuple of Message
        Those that are read when that one has been closed.
    notice : Message or None
        What was done just now, told for a moment where the work is told.
    stopped : bool
        The maps shown are a first estimate, and nothing solves for them.
    slices : mapping of type to object
        The subjects' own, as far as they were changed.
    """

    cursor: PixelView | None = None
    tasks: Mapping[str, Task] = field(default_factory=dict)
    message: Message | None = None
    waiting: tuple[Message, ...] = ()
    notice: Message | None = None
    stopped: bool = False
    slices: Mapping[type, Any] = field(default_factory=dict)

    def __getitem__(self, kind: type[S]) -> S:
        """Return the slice of a kind."""
        found = self.slices.get(kind)
        return found if isinstance(found, kind) else cast(S, _first(cast(Any, kind)))

    def changed(self, kind: type | None = None, **changes: Any) -> ViewState:
        """Return another state, or where a kind is given one with another slice of that kind."""
        if kind is None:
            return replace(self, **changes)
        return replace(self, slices={**self.slices, kind: replace(self[kind], **changes)})

    @property
    def messages(self) -> tuple[Message, ...]:
        """The one shown, and those that wait behind it."""
        return self.waiting if self.message is None else (self.message, *self.waiting)

    @property
    def running(self) -> Task | None:
        """The unmixing or solving under way."""
        return self.tasks.get("run")

    @property
    def unmixing(self) -> Task | None:
        """That, or the unmixing of all scenes of the list: no other can begin."""
        return self.running or self.tasks.get("run_all")

    @property
    def cancellable(self) -> bool:
        """Whether there is work under way that was not cancelled yet."""
        return any(not task.ending for task in self.tasks.values())


@cache
def _first(kind: Any) -> Any:  # the same one each time, for slices are compared by ``is``
    return kind()
