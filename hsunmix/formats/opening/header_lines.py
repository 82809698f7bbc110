"""What a header or attributes say, as lines to be shown and searched: short, and not without end."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

import numpy as np

__all__ = ["MAX_LINES", "header_lines"]

MAX_LINES = 2000
MAX_CHARACTERS = 4000  # of a value
MAX_NUMBERS = 300  # of a list


def header_lines(said: Iterable[tuple[str, Any]]) -> tuple[str, ...]:
    """Return ``name = value`` for each pair; what is too long ends in an ellipsis, too many are cut off."""
    lines = [f"{_plain(name)} = {_plain(_text(value))}" for name, value in islice(said, MAX_LINES + 1)]
    return (*lines[:MAX_LINES], *(["… = more is in the file"] if len(lines) > MAX_LINES else []))


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace").split("\0")[0]
    if isinstance(value, np.ndarray):
        items = map(_text, value.ravel()[:MAX_NUMBERS].tolist())
        return ", ".join(items) + (f" … ({value.size} in all)" if value.size > MAX_NUMBERS else "")
    return str(value)


def _plain(text: str) -> str:
    """Return one line of what can be shown."""
    line = " ".join(text[: 2 * MAX_CHARACTERS].split())
    if not line.isprintable():
        line = " ".join("".join(c if c.isprintable() else " " for c in line).split())
    return line if len(line) <= MAX_CHARACTERS else f"{line[:MAX_CHARACTERS]}…"
