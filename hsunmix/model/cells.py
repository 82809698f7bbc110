"""Texts in the cells of a spreadsheet, which computes what begins like a formula."""

from __future__ import annotations

__all__ = ["cell", "text_of_cell"]

FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # Excel takes the wide ones, too


def cell(text: str) -> str:
    """Return a text as a spreadsheet shows it and does not compute it, however it begins."""
    return f"'{text}" if text.startswith(FORMULAS) else text


def text_of_cell(cell: str) -> str:
    """Opposite of ``cell``."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULAS) else cell
