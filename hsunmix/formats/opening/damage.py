"""What is said of damaged files: in an analyst's words, whatever the library that met the damage said."""

from __future__ import annotations

import zlib

__all__ = ["AGAIN", "damaged", "unpackable"]

AGAIN = "copy or download it again"


def damaged(what: str) -> str:
    """Return the reason for a file of which a part is not as it should be, and what to do."""
    return f"is damaged: {what}; {AGAIN}"


def unpackable(error: Exception) -> str:
    """Return what is wrong with packed bytes, as the unpacking of them tells it."""
    words = str(error).lower()
    if isinstance(error, EOFError) or "incomplete" in words or "ended" in words:
        return "what is packed in it ends too early"
    if isinstance(error, zlib.error) and "data check" not in words:
        return "what is packed in it can't be unpacked"
    return "what is packed in it is not what was written (its checksum differs)"
