"""The kinds of jobs, each with a channel of its own.

A job may take the place of an older one of its kind only where the older one is of no use any more: a
picture of other bands, the maps of an older edit. What the analyst asked for is all done, in turn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hsunmix.jobs import Work
from hsunmix.model.cube import Cube

__all__ = ["CHANNELS", "Channel", "JobRequest"]


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


_SHOWN, _TURN = Channel(), Channel(in_turn=True)
_QUIET, _QUIET_TURN = Channel(quiet=True), Channel(quiet=True, in_turn=True)

# What the analyst starts and can cancel comes first.
CHANNELS = {
    "open": _SHOWN,
    "run": _SHOWN,
    "solve": _SHOWN,
    "rank": _SHOWN,
    "sweep": _SHOWN,
    "check": _SHOWN,
    "copy": _SHOWN,  # a scene that is not in memory is read first
    "save": _TURN,
    "export": _TURN,
    "read regions": _TURN,
    "write regions": _TURN,
    "read mask": _TURN,
    "write mask": _TURN,
    "read library": _TURN,
    "mean": _TURN,  # of a region, to be an endmember
    "pixel": _QUIET_TURN,  # to be an endmember
    "bands": _QUIET_TURN,  # painted in: the endmembers' values there
    "pick": _QUIET_TURN,  # from the library
    "move": _QUIET,  # an endmember over the scene
    "picture": _QUIET,
    "grey": _QUIET,
    "layer": _QUIET,
    "draw": _QUIET,
    "overlay": _QUIET,
    "usable": _QUIET,
    "mask": _QUIET,
    "preview_solve": _QUIET,
    "full_solve": _QUIET,
    "cursor_spectrum": _QUIET,
    "regions": _QUIET,
    "suggest": _QUIET,
    "match": _QUIET,
    "compare": _QUIET,
    "autosave": _QUIET_TURN,
    "warm_up": _QUIET_TURN,
}
