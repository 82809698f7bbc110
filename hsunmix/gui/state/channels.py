"""The kinds of jobs, each with a channel of its own. Whoever starts a kind declares its channel.

A job may take the place of an older one of its kind only where the older one is of no use any more: a
picture of other bands, the maps of an older edit. What the analyst asked for is all done, in turn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hsunmix.jobs import Work
from hsunmix.model.cube import Cube

__all__ = ["IN_TURN", "QUIET", "QUIET_IN_TURN", "SHOWN", "Channel", "JobRequest"]


@dataclass(frozen=True)
class Channel:
    """A kind of job.

    Attributes
    ----------
    quiet : bool
        The status line says nothing of it.
    in_turn : bool
        All are done, one after the other. Otherwise the newest takes the place of the one before.
    """

    quiet: bool = False
    in_turn: bool = False


@dataclass(frozen=True, eq=False)
class JobRequest:
    """A job that was asked for.

    Attributes
    ----------
    title : str
    work : generator
    done, failed, cancelled : callable
        What to do at its end; see ``Store.start``.
    of : Cube or None
        The scene that it is of.
    """

    title: str
    work: Work[Any]
    done: Callable[[Any], None]
    failed: Callable[[BaseException], None]
    cancelled: Callable[[], None]
    of: Cube | None = None


SHOWN, IN_TURN = Channel(), Channel(in_turn=True)
QUIET, QUIET_IN_TURN = Channel(quiet=True), Channel(quiet=True, in_turn=True)
