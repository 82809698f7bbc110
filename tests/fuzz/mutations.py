"""Damage: what disks, networks and people do to files, and what somebody would do on purpose."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable

import numpy as np

__all__ = ["mutated"]

NUMBERS = (0, 1, -1, 2, 7, 127, 128, 255, 256, 32767, 65535, 65536, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1)
WORDS = (
    b"",
    b"0",
    b"-1",
    b"nan",
    b"inf",
    b"1e999",
    b"4294967296",
    b"99999999999999999999",
    b"1,5",
    b"{",
    b"}",
)
WORDS += (b"\xff", b"\x00", "ß".encode("latin-1"), b"../../x", b"{1,2", b"BSP", b"\r", b"=" * 50)
NEAR = 1500  # most of what readers believe stands near the begin

Damage = Callable[[bytearray, np.random.Generator], None]


def mutated(data: bytes, name: str, number: int) -> bytes:
    """Return damaged data, the same for the same name and number."""
    rng = np.random.default_rng([zlib.crc32(name.encode()), number])
    out = bytearray(data)
    damages = BINARY if _is_binary(data) or rng.random() < 0.2 else TEXT
    for _ in range(int(rng.geometric(0.4))):
        if out:
            damages[int(rng.integers(len(damages)))](out, rng)
    return bytes(out)


def _is_binary(data: bytes) -> bool:
    return b"\0" in data[:4000]


def _place(out: bytearray, rng: np.random.Generator) -> int:
    end = min(len(out), NEAR) if rng.random() < 0.5 else len(out)
    return int(rng.integers(end))


def _piece(out: bytearray, rng: np.random.Generator) -> slice:
    begin = _place(out, rng)
    return slice(begin, begin + int(rng.geometric(0.03)))


def _set_bytes(out: bytearray, rng: np.random.Generator) -> None:
    for _ in range(int(rng.integers(1, 5))):
        out[_place(out, rng)] = int(rng.integers(256))


def _flip_bit(out: bytearray, rng: np.random.Generator) -> None:
    out[_place(out, rng)] ^= 1 << int(rng.integers(8))


def _set_number(out: bytearray, rng: np.random.Generator) -> None:
    size = int(rng.choice([1, 2, 4, 8]))
    begin = _place(out, rng) // size * size
    value = int(NUMBERS[int(rng.integers(len(NUMBERS)))]) % (1 << 8 * size)
    out[begin : begin + size] = value.to_bytes(size, "little" if rng.random() < 0.7 else "big")


def _cut(out: bytearray, rng: np.random.Generator) -> None:
    del out[_place(out, rng) :]


def _remove(out: bytearray, rng: np.random.Generator) -> None:
    del out[_piece(out, rng)]


def _zero(out: bytearray, rng: np.random.Generator) -> None:
    piece = _piece(out, rng)
    out[piece] = bytes(len(out[piece]))


def _insert(out: bytearray, rng: np.random.Generator) -> None:
    at = _place(out, rng)
    out[at:at] = rng.bytes(int(rng.geometric(0.1)))


def _copy(out: bytearray, rng: np.random.Generator) -> None:
    """Write one piece over another place."""
    piece, at = _piece(out, rng), _place(out, rng)
    taken = bytes(out[piece])
    out[at : at + len(taken)] = taken


def _set_word(out: bytearray, rng: np.random.Generator) -> None:
    """Replace a number or a word by one that makes no sense."""
    words = list(re.finditer(rb"[-+.\w]+", bytes(out)))
    if words:
        found = words[int(rng.integers(len(words)))]
        out[found.start() : found.end()] = WORDS[int(rng.integers(len(WORDS)))]


def _lines(out: bytearray, rng: np.random.Generator) -> None:
    """Remove a line, or have it twice."""
    lines = bytes(out).split(b"\n")
    at = int(rng.integers(len(lines)))
    if rng.random() < 0.5:
        lines.insert(at, lines[int(rng.integers(len(lines)))])
    else:
        del lines[at]
    out[:] = b"\n".join(lines)


def _sign(out: bytearray, rng: np.random.Generator) -> None:
    """Remove a bracket, a comma, an equals sign, or put another there."""
    signs = list(re.finditer(rb"[{}<>=,;/\"\[\]()]", bytes(out)))
    if signs:
        at = signs[int(rng.integers(len(signs)))].start()
        out[at : at + 1] = [b"", b"{", b"}", b",", b"=", b"<"][int(rng.integers(6))]


BINARY: tuple[Damage, ...] = (
    _set_bytes, _flip_bit, _set_number, _set_number, _cut, _remove, _zero, _insert, _copy,
)  # fmt: skip
TEXT: tuple[Damage, ...] = (_set_word, _set_word, _lines, _sign, _set_bytes, _cut, _remove, _copy)
