"""The text of an ENVI header as keys and values.

A parser of our own: one pass over the lines, so that a hostile header costs no more than its
length, and every encoding seen in the wild is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hsunmix.errors import FileError, FormatError
from hsunmix.formats.envi.keys import understood

__all__ = ["MAX_BYTES", "Fields", "Header", "is_header", "parse", "read_header"]

MAX_BYTES = 4 << 20
Fields = dict[str, str]  # as a header has them, whoever says so
_BOM = b"\xef\xbb\xbf"
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}", re.ASCII)
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+", re.ASCII)


@dataclass(frozen=True)
class Header:
    """Keys and values of a header, and what had to be assumed so far.

    Attributes
    ----------
    path : Path
    fields : mapping of str to str
        Keys as ENVI spells them, in lower case; values without their outer braces.
    notes : list of str
        Grows while the values are being understood.
    """

    path: Path
    fields: Mapping[str, str]
    notes: list[str] = field(default_factory=list)

    def refuse(self, reason: str) -> FormatError:
        """Return the error that says why this header can't be used."""
        return FormatError(self.path, reason)

    def text(self, key: str, default: str = "") -> str:
        """Value of a key on one line."""
        return " ".join(self.fields.get(key, default).split())

    def integer(self, key: str, default: int | None = None) -> int:
        """Value of a key that must be a whole number; without a default it must be there.

        Raises
        ------
        FormatError
        """
        text = self.text(key)
        if not text:
            if default is None:
                raise self.refuse(f"the header has no {key!r}")
            return default
        if not _INTEGER.fullmatch(text):
            raise self.refuse(f"{key} = {_short(text)} is not a whole number")
        return int(text)

    def number(self, key: str) -> float | None:
        """Value of a key that should be a number; None, with a note, where it isn't one.

        A list that says the same of every band is that number.
        """
        text = self.text(key)
        if not text:
            return None
        words = self.words(key)
        if len(words) > 2 and len(set(words)) == 1:  # of two, the comma may be a decimal one
            text = words[0]
        if _DECIMAL_COMMA.fullmatch(text):
            raise self.refuse(f"{key} = {_short(text)}: decimal commas are not supported, write a point")
        try:
            return float(text)
        except ValueError:
            self.notes.append(f"{key} = {_short(text)} is not a number: ignored.")
            return None

    def words(self, key: str) -> list[str]:
        """Entries of a list, empty where there is none."""
        value = self.fields.get(key, "").strip()
        return [" ".join(word.split()) for word in value.split(",")] if value else []

    def numbers(self, key: str, length: int) -> list[float] | None:
        """Entries of a list of numbers; None, with a note, where it is no such list.

        Raises
        ------
        FormatError
            The numbers are written with decimal commas.
        """
        words = self.words(key)
        if not words:
            return None
        if len(words) > 1 and not words[-1]:
            words.pop()
        if len(words) == 1 < length:  # a list without commas
            words = re.split(r"[;\s]+", words[0].strip("; "))
        self._check_decimal_commas(key, words, length)
        try:
            values = [float(word) for word in words]
        except ValueError:
            self.notes.append(f"{key} is not a list of numbers: ignored.")
            return None
        if len(values) != length:
            self.notes.append(f"{key} has {len(values)} entries for {length} bands: ignored.")
            return None
        return values

    def _check_decimal_commas(self, key: str, words: list[str], length: int) -> None:
        # {450,5, 460,5} has twice as many entries; {450,5; 460,5} has entries like "5; 460".
        pieces = [p.strip(",") for p in re.split(r"[;\s]+", self.fields[key].strip()) if p.strip(",")]
        spaced = len(pieces) == length and all(_DECIMAL_COMMA.fullmatch(p) for p in pieces)
        doubled = len(words) == 2 * length and all(_INTEGER.fullmatch(w) for w in words)
        if len(words) != length and (spaced or doubled):
            raise self.refuse(f"{key}: decimal commas are not supported, write a point")


def is_header(head: bytes) -> bool:
    """Whether a file that begins like this is an ENVI header."""
    return head.removeprefix(_BOM).lstrip()[:4] == b"ENVI" and b"\0" not in head[:64]


def read_header(path: Path) -> Header:
    """Read a header.

    Raises
    ------
    FormatError
        It is no ENVI header, or a brace is never closed.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise FileError(path, error.strerror or str(error)) from None
    if not is_header(raw[:256]):
        raise FormatError(path, "is not an ENVI header (its first line is not ENVI)")
    if len(raw) > MAX_BYTES:
        raise FormatError(path, f"is larger than {MAX_BYTES >> 20} MB: not an ENVI header")
    if b"\0" in raw:
        raise FormatError(path, "holds binary data: not an ENVI header")
    header = Header(path, {})
    try:
        text = raw.removeprefix(_BOM).decode()
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    return Header(path, parse(text, header), header.notes)


def parse(text: str, header: Header) -> dict[str, str]:
    """Split the text of a header into keys and values; notes go to ``header``."""
    fields: dict[str, str] = {}
    spelled: dict[str, str] = {}  # how a key was written first
    lines = _meaningful(text)
    next(lines, None)  # the line that says ENVI
    for line in lines:
        key, equals, value = line.partition("=")
        if not equals:
            continue  # the rest of a description without braces
        key, value = " ".join(key.split()), value.strip()
        if value.startswith("{"):
            value = _braced(key, value, lines, header)
        elif len(value) > 1 and value[0] == value[-1] == '"':
            value = value[1:-1].strip()
        key = spelled.setdefault(key.lower(), key)
        if fields.get(key, value) != value:
            header.notes.append(f"{_short(key)} is given more than once: the last one is used.")
        fields[key] = value
    return understood(fields, header.notes)


def _meaningful(text: str) -> Iterator[str]:
    for line in re.split(r"\r\n|\r|\n", text):
        if line.strip() and not line.lstrip().startswith(";"):
            yield line


def _braced(key: str, value: str, lines: Iterator[str], header: Header) -> str:
    """Collect a value in braces over as many lines as it takes; names may hold pairs of braces."""
    parts: list[str] = []
    depth = 0
    line: str | None = value
    while line is not None:
        depth += line.count("{") - line.count("}")
        parts.append(line)
        if depth <= 0:
            break
        line = next(lines, None)
    else:
        raise header.refuse(f"the list {_short(key)!r} is never closed: a '}}' is missing")
    inside = "\n".join(parts)[1:]
    return inside[: inside.rindex("}")].strip()


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "…"
