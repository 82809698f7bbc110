"""What the window shows of runs that no session holds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import InputError
from hsunmix.gui.run.commands import SolveAgain
from hsunmix.gui.state.store import Store
from hsunmix.methods import RankEstimate
from hsunmix.methods.running.sweep import Sweep
from hsunmix.methods.trust.stability import Pair, Stability
from hsunmix.model.spectra import Endmember
from hsunmix.model.unmixing import Unmixing

__all__ = ["SOLVE", "STOPPED", "Comparing", "RunState", "Side", "is_solved"]

STOPPED = "The maps are a first estimate: solve for them before they are used."
SOLVE = (("Solve", SolveAgain()),)


@dataclass(frozen=True, eq=False)
class Side:
    """One of two results that are compared.

    Attributes
    ----------
    number : int or None
        Of the run; None for the result shown, which may change meanwhile.
    label : str
    unmixing : Unmixing
    endmembers : tuple of Endmember
    """

    number: int | None
    label: str
    unmixing: Unmixing
    endmembers: tuple[Endmember, ...]


@dataclass(frozen=True, eq=False)
class Comparing:
    """A comparison.

    Attributes
    ----------
    first, second : Side
    stability : Stability
    row : int
        The pair whose maps are shown.
    flicker : bool
        The two maps are shown in turn, in one place.
    turn : int
        Which one then, 0 or 1.
    """

    first: Side
    second: Side
    stability: Stability
    row: int = 0
    flicker: bool = False
    turn: int = 0

    @property
    def pair(self) -> Pair:
        """The pair whose maps are shown."""
        return self.stability.pairs[min(self.row, len(self.stability.pairs) - 1)]

    def maps(self) -> tuple[NDArray[np.float32] | None, NDArray[np.float32] | None]:
        """Return the abundances of the pair, (lines, samples) each; None for a partner that is missing."""
        pair = self.pair
        return (
            None if pair.first is None else self.first.unmixing.abundances[pair.first],
            None if pair.second is None else self.second.unmixing.abundances[pair.second],
        )


@dataclass(frozen=True, eq=False)
class RunState:
    """How many endmembers there may be, and two results beside each other.

    Attributes
    ----------
    estimate : RankEstimate or None
    sweep : Sweep or None
        What runs with several numbers of endmembers found.
    comparing : Comparing or None
        Two results beside each other.
    advanced : bool
        The parameters of the methods are shown.
    """

    estimate: RankEstimate | None = None
    sweep: Sweep | None = None
    comparing: Comparing | None = None
    advanced: bool = False


def is_solved(store: Store) -> bool:
    """Whether the maps shown are no first estimate; where they are, say so."""
    result = store.document.unmixing
    if result is None or not result.provisional:
        return True
    if store.state.stopped:
        store.fail(InputError(STOPPED), SOLVE)
    else:
        store.fail(InputError("The maps are still being solved; try again in a moment."))
    return False
