"""Steps of the methods that improve each factor by an inner iteration of two_block's kernels."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.engine.passes import compiling
from hsunmix.engine.source import Part
from hsunmix.methods.factorization import _steps
from hsunmix.methods.factorization._steps import Array, Quadratic, Work
from hsunmix.model.progress import Step

__all__ = ["InnerSteps"]


class InnerSteps(_steps.Steps):
    """The same inner solver for both factors.

    Parameters
    ----------
    how : str
        ``multiply``, ``optimal_gradient`` or ``projected_gradient``.
    amount : float or callable
        The floor or the constant that the solver needs, or how to get it from G.
    steps : int
        At most so many inner iterations.
    delta : float
        They end when their measure of progress is this share of the first.
    """

    def __init__(
        self, how: str, amount: float | Callable[[Array], float], steps: int = 1, delta: float = 0
    ) -> None:
        self.how, self.steps, self.delta = how, steps, delta
        self.amount = amount if callable(amount) else lambda _: amount

    def abundances(self, w: Array) -> Generator[Step | None, None, Work]:
        """Improve h on tiles of pixels."""
        from hsunmix.kernels import two_block

        yield compiling(two_block.update)
        codes = {
            "multiply": two_block.MULTIPLY,
            "optimal_gradient": two_block.OPTIMAL,
            "projected_gradient": two_block.PROJECTED,
        }
        code = codes[self.how]
        g = w.T @ w
        wt, g32 = np.ascontiguousarray(w.T, dtype=np.float32), g.astype(np.float32)
        amount, delta = np.float32(self.amount(g)), np.float32(self.delta)
        return Work(_update, (wt, g32, code, amount, self.steps, delta))

    def spectra(self, quadratic: Quadratic) -> Array:
        """Improve W, from a copy."""
        from hsunmix.kernels import two_block

        solver: Any = getattr(two_block, self.how)
        new, scratch, g, c = quadratic.wt.copy(), np.empty_like(quadratic.wt), quadratic.g, quadratic.c
        if self.how == "multiply":
            solver(g, c, new, scratch, self.amount(g))
        else:
            solver(g, c, new, scratch, self.amount(g), self.steps, self.delta)
        return new


def _update(
    part: Part, wt: NDArray[np.float32], g: NDArray[np.float32], code: int, amount: np.float32, steps: int,
    delta: np.float32, h: NDArray[np.float32], xht: Array, hht: Array,
) -> None:  # fmt: skip
    from hsunmix.kernels.two_block import update

    update(part.tiles, part.counts, wt, g, h, code, amount, steps, delta, xht, hht)
