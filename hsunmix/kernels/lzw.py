"""LZW as TIFF has it: codes of 9 to 12 bits, the first bit the highest.

Source: TIFF, revision 6.0, section 13.
"""

from __future__ import annotations

import numpy as np

from hsunmix.kernels._compile import njit

CLEAR, END, FIRST, MAX_CODES = 256, 257, 258, 4096


@njit(nogil=True)
def unpack(raw, out):
    """Fill out with what raw (both uint8) holds; return how many bytes that were, −1 if it is damaged.

    A code stands for the last string and the byte that followed it. These lie one behind the other in
    out, so where a string began and how long it is are all that is kept of it.
    """
    begins, lengths = np.empty(MAX_CODES, np.int64), np.empty(MAX_CODES, np.int64)
    width, free, last, size = 9, FIRST, 0, 0  # size: of the last string, which began at last; 0 for none
    bits, have, place, done = np.int64(0), 0, 0, 0
    while done < len(out):
        while have < width:
            if place == len(raw):
                return -1
            bits = (bits << 8 | np.int64(raw[place])) & 0xFFFFFFFF
            place += 1
            have += 8
        have -= width
        code = bits >> have & ((1 << width) - 1)
        if code == END:
            break
        if code == CLEAR:
            width, free, size = 9, FIRST, 0
            continue
        if size and free < MAX_CODES:
            begins[free], lengths[free] = last, size + 1
            free += 1
            if free >= (1 << width) - 1 and width < 12:
                width += 1
        if code < CLEAR:
            out[done] = code
            last, size = done, 1
        elif code < free:
            begin, size = begins[code], min(lengths[code], len(out) - done)
            for i in range(size):
                out[done + i] = out[begin + i]
            last = done
        else:
            return -1
        done += size
    return done
