"""Pivots from one pixel's set to the next."""

from __future__ import annotations

from hsunmix.kernels import many_endmembers as kernels
from tests.kernels.oracles import many_endmembers as oracles
from tests.kernels.pixels import SOLVED, Solved, check


@SOLVED
def test_constrained(case: Solved) -> None:
    check(kernels.constrained, oracles.constrained, case)
