"""Text of unknown origin as lines: with or without BOM, in UTF-8, UTF-16 or Latin-1, any line ends."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from hsunmix.errors import FormatError
from hsunmix.formats.opening.files import read_small

__all__ = ["COMMENT", "decoded", "is_text", "read_lines"]

MAX_BYTES = 16 << 20
COMMENT = re.compile(r"^\s*(#|%|//|!)\s*")
_ENDS = re.compile(r"\r\n|\r|\n")
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def is_text(head: bytes) -> bool:
    """Whether a file that begins with these bytes is text."""
    return bool(head) and (head.startswith(_WIDE) or b"\0" not in head)


def decoded(raw: bytes) -> str:
    """Return text for bytes, which may end within a character.

    Raises
    ------
    ValueError
        They are no text.
    """
    if raw.startswith(_WIDE):
        text = raw.decode("utf-16", errors="replace")
    else:
        try:
            text = codecs.getincrementaldecoder("utf-8-sig")().decode(raw)
        except UnicodeDecodeError:
            text = raw.decode("latin-1")
    if "\0" in text:
        raise ValueError("a zero byte")
    return text


def read_lines(path: Path, most: int = MAX_BYTES) -> list[str]:
    """Read a file of text.

    Raises
    ------
    FormatError
        It is larger than ``most`` bytes, or no text.
    """
    raw = read_small(path, most, "no text of spectra")
    try:
        text = decoded(raw)
    except ValueError:
        raise FormatError(path, "is no text") from None
    return _ENDS.split(text)
