"""What every intent is."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Intent"]


@dataclass(frozen=True)
class Intent:
    """Base of all intents."""
