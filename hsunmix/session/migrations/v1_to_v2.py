"""Schema 2 has regions of interest and layers by band maths; a session of schema 1 has none."""

from __future__ import annotations

from typing import Any

__all__ = ["upgrade"]


def upgrade(manifest: dict[str, Any]) -> dict[str, Any]:
    """Add what was not there."""
    return {**manifest, "regions": [], "layers": []}
