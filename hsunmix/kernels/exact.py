"""Which of the exact solvers of constrained least squares serves a number of endmembers."""

from __future__ import annotations

from hsunmix.kernels import active_set, least_squares, many_endmembers

MAX_SETS_ENDMEMBERS = 12  # with more, a table of maps is filled but not read
MANY = 60  # with more, a pivot on all of them costs more than a pixel's members


def exact(r):
    """Return the kernel for r endmembers; its arguments are those of ``least_squares.constrained``."""
    if r <= MAX_SETS_ENDMEMBERS:
        return least_squares.constrained
    return many_endmembers.constrained if r <= MANY else active_set.constrained
