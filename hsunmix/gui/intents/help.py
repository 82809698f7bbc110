"""Intents about the program itself."""

from __future__ import annotations

from dataclasses import dataclass

from hsunmix.gui.intents.base import Intent

__all__ = ["Licences"]


@dataclass(frozen=True)
class Licences(Intent):
    """Show the licences of what the program consists of."""
