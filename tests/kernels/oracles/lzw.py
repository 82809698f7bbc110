"""LZW as TIFF has it, one bit after the other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

CLEAR, END, FULL = 256, 257, 4094


def _width(strings: int) -> int:
    """Bits of a code when so many strings are known to the reader: one more, one string early."""
    return min(12, (strings + 1).bit_length())


def unpack(raw: NDArray) -> bytes:
    """Return what it holds up to the end code; it must be sound."""
    bits, place, out, last = "".join(f"{byte:08b}" for byte in raw), 0, b"", b""
    table: list[bytes] = [b""] * 258
    while True:
        width = max(9, _width(len(table)))
        code, place = int(bits[place : place + width], 2), place + width
        if code == END:
            return out
        if code == CLEAR:
            table, last = [bytes([k]) for k in range(256)] + [b"", b""], b""
            continue
        entry = table[code] if code < len(table) else last + last[:1]
        if last:
            table.append(last + entry[:1])
        out, last = out + entry, entry


def packed(data: bytes) -> NDArray:
    """Pack bytes so; the table is begun anew before it is full."""
    table = {bytes([k]): k for k in range(256)}
    known, first, bits, last = dict(table), True, f"{CLEAR:09b}", b""
    strings = 258  # that the reader knows

    def emit(code: int) -> None:
        nonlocal bits, strings, first
        bits += f"{code:0{max(9, _width(strings))}b}"
        strings, first = strings + (not first), False

    for k in range(len(data)):
        one = data[k : k + 1]
        if last + one in known:
            last += one
            continue
        emit(known[last])
        known[last + one], last = 258 + len(known) - 256, one
        if strings == FULL:
            emit(CLEAR)
            known, strings, first = dict(table), 258, True
    if last:
        emit(known[last])
    emit(END)
    return np.packbits([int(bit) for bit in bits])
