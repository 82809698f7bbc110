"""Blocks of a file into tiles: which of their pixels hold data, and where these go.

A float32's bits without the sign, taken as an integer, grow with its magnitude; 0 is zero, and
what is not finite lies at INFINITE and above. So the largest of them over the bands says at once
whether a pixel is all zero, whether it is finite, and how large it is.
"""

from __future__ import annotations

import numpy as np
from numba import njit

INFINITE = 0x7F800000
MAGNITUDE = np.int32(0x7FFFFFFF)
LINE = 16  # values in a line of the cache


@njit(nogil=True, cache=True)
def survey_spectra(bits, top, below):
    """Top (p,) = largest magnitude over the bands, below (p,) = how many values are less than zero.

    bits int32 (p, bands): spectra, one after the other.
    """
    for p in range(bits.shape[0]):
        row = bits[p]
        largest, count = np.int32(0), np.int32(0)
        for b in range(row.size):
            largest = max(largest, row[b] & MAGNITUDE)
            count += np.int32(row[b] < 0) & np.int32((row[b] & MAGNITUDE) != 0)
        top[p] = largest
        below[p] = count


@njit(nogil=True, cache=True)
def survey_rows(bits, top, below):
    """As survey_spectra, of bits int32 (n, bands, m): n times the rows of m pixels, band by band."""
    n, bands, m = bits.shape
    for i in range(n):
        t, c = top[i * m : (i + 1) * m], below[i * m : (i + 1) * m]
        t[:] = 0
        c[:] = 0
        for b in range(bands):
            row = bits[i, b]
            for p in range(m):
                t[p] = max(t[p], row[p] & MAGNITUDE)
                c[p] += np.int32(row[p] < 0) & np.int32((row[p] & MAGNITUDE) != 0)


@njit(nogil=True, cache=True)
def fill_spectra(block, tiles, start):
    """Copy spectra, float32 (p, bands), into the columns start … of tiles (tiles, bands, T).

    A few bands at a time, as many as one line of the cache holds: what is read of a tile's pixels
    for them stays in the first level of the cache until the last of these bands is written.
    """
    pixels, bands = block.shape
    width = tiles.shape[2]
    done = 0
    while done < pixels:
        tile, begin = tiles[(start + done) // width], (start + done) % width
        count = min(width - begin, pixels - done)
        for group in range(0, bands, LINE):
            for b in range(group, min(group + LINE, bands)):
                out = tile[b, begin : begin + count]
                for p in range(count):
                    out[p] = block[done + p, b]
        done += count


@njit(nogil=True, cache=True)
def fill_rows(block, tiles, start):
    """As fill_spectra, of float32 (n, bands, m)."""
    n, bands, m = block.shape
    width = tiles.shape[2]
    for i in range(n):
        done = 0
        while done < m:
            column = start + i * m + done
            tile, begin = tiles[column // width], column % width
            count = min(width - begin, m - done)
            for b in range(bands):
                row, out = block[i, b, done : done + count], tile[b, begin : begin + count]
                for p in range(count):
                    out[p] = row[p]
            done += count
