"""Tool tips in lines that are quickly read."""

from __future__ import annotations

import textwrap

from PySide6.QtWidgets import QWidget

__all__ = ["WIDEST", "shorten_tips", "wrapped"]

WIDEST = 60  # characters of a line


def wrapped(text: str) -> str:
    """Break lines that are too long; rich text breaks its own."""
    if "</" in text or "<br" in text:
        return text
    lines = (textwrap.wrap(line, WIDEST, break_long_words=False) or [""] for line in text.splitlines())
    return "\n".join(part for parts in lines for part in parts)


def shorten_tips(root: QWidget) -> None:
    """Bring the tool tips of all that is in a window into short lines; done when it has been made."""
    for widget in (root, *root.findChildren(QWidget)):
        tip = widget.toolTip()
        if len(tip) > WIDEST:
            widget.setToolTip(wrapped(tip))
