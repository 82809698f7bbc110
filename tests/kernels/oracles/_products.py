"""Thin products."""

from __future__ import annotations

from numpy.typing import NDArray


def wt_x(wt: NDArray, x: NDArray) -> NDArray:
    return wt @ x


def add_x_ht(x: NDArray, h: NDArray) -> NDArray:
    return x @ h.T


def add_h_ht(h: NDArray) -> NDArray:
    return h @ h.T
