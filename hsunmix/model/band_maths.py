"""Images computed from bands: ``(b[860] - b[660]) / (b[860] + b[660]) > 0.3``.

The text is read by Python's own parser, but only the few kinds of expression below are understood;
nothing is ever executed that was written into it.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsunmix.errors import InputError
from hsunmix.model.band_terms import Term, read
from hsunmix.model.cube import Cube
from hsunmix.model.pixels import prepared
from hsunmix.model.progress import Step, finish

__all__ = ["Expression", "compiled", "evaluate", "evaluation"]

BLOCK_BYTES = 16 << 20
Image = NDArray[np.float32] | NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Expression:
    """An expression that fits a cube.

    Attributes
    ----------
    text : str
    term : Term
        Its meaning.
    bands : tuple of int
        The bands that it needs, ascending.
    """

    text: str
    term: Term
    bands: tuple[int, ...]

    @property
    def is_condition(self) -> bool:
        """Whether it says yes or no for each pixel rather than a number."""
        return self.term.condition

    def of(self, block: NDArray[np.float32]) -> Image:
        """Evaluate it on a block (lines, samples, len(bands)) of the bands that it needs.

        Returns
        -------
        array of float32 or of bool, (lines, samples)
            A condition is False where one of the bands holds no data.
        """
        images = {band: block[:, :, k] for k, band in enumerate(self.bands)}
        with np.errstate(all="ignore"):
            value = self.term.value(images)
        if self.is_condition:
            return np.asarray(value, dtype=bool) & np.isfinite(block).all(axis=2)
        return np.asarray(value, dtype=np.float32)


def compiled(cube: Cube, text: str) -> Expression:
    """Read an expression.

    ``b[860]`` is the good band nearest 860 nm (where the cube has no wavelengths, band number 860),
    ``b[800:900]`` the mean of the good bands from 800 to 900 nm, ``b[:]`` that of all; ``band[12]``
    is a band by its number, counted from 1. They are joined by ``+ - * / **``, comparisons, ``and``,
    ``or``, ``not`` and the functions of ``band_terms.FUNCTIONS``; ``ndvi``, ``ndwi`` and ``ndsi`` are
    ready-made.

    Raises
    ------
    InputError
        It is not understood, or asks for a band that the cube has not; says where.
    """
    term = read(cube, text)
    if not term.bands:
        raise InputError(f"the expression {text!r} names no band; write for example b[860] > 0.3")
    return Expression(text, term, tuple(sorted(term.bands)))


def evaluation(cube: Cube, text: str) -> Generator[Step | None, None, Image]:
    """Evaluate an expression block by block, so that memory stays bounded; close it to cancel.

    Returns
    -------
    array of float32 or of bool, (lines, samples)
        Of bool for a condition, which is False where one of its bands holds no data.

    Raises
    ------
    InputError
        As for ``compiled``.
    FileError
        The file can't be read.
    """
    yield from prepared(cube.pixels)
    expression = compiled(cube, text)
    image: Image = np.empty((cube.lines, cube.samples), np.bool_ if expression.is_condition else np.float32)
    step = max(1, BLOCK_BYTES // (cube.samples * len(expression.bands) * 4))
    for first in range(0, cube.lines, step):
        last = min(first + step, cube.lines)
        image[first:last] = expression.of(cube.read(first, last, expression.bands))
        yield Step(last / cube.lines, message="Band maths")
    return image


def evaluate(cube: Cube, text: str) -> Image:
    """Run ``evaluation`` to its end."""
    return finish(evaluation(cube, text))
