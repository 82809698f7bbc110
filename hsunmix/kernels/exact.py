"""Which of the two exact solvers of constrained least squares serves a number of endmembers."""

from __future__ import annotations

from hsunmix.kernels import least_squares, many_endmembers

FEW = 12  # with more, a table of maps is filled but not read
MAX_RANK = least_squares.MAX_RANK


def exact(r):
    """Return the kernel for r endmembers; its arguments are those of ``least_squares.constrained``."""
    return least_squares.constrained if r <= FEW else many_endmembers.constrained
