"""What is asked of pixels, as places that are there: counted as Python counts, from the end too."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = [
    "asked_bands",
    "asked_lines",
    "asked_pixel",
]

Shape = tuple[int, int, int]


def asked_lines(first: int, last: int, shape: Shape) -> tuple[int, int]:
    """Return the lines first … last − 1 as a slice takes them: beyond the image there are none."""
    first, last, _ = slice(first, last).indices(shape[0])
    return first, max(first, last)


def asked_bands(bands: Sequence[int] | None, shape: Shape) -> list[int]:
    """Return the numbers of bands, of all by default; one that is not there is an IndexError."""
    every = range(shape[2])
    return list(every) if bands is None else [every[band] for band in bands]


def asked_pixel(line: int, sample: int, shape: Shape) -> tuple[int, int]:
    """Return the place of a pixel; one that is not there is an IndexError."""
    return range(shape[0])[line], range(shape[1])[sample]
