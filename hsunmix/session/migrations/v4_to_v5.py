"""Schema 5 keeps each mask by itself; one of schema 4 has the text that joined them."""

from __future__ import annotations

from typing import Any

__all__ = ["upgrade"]


def upgrade(manifest: dict[str, Any]) -> dict[str, Any]:
    """Take the joined text for the only mask."""
    cube = manifest["cube"]
    if cube is None:
        return manifest
    others = {name: value for name, value in cube.items() if name != "selection_text"}
    text = cube.get("selection_text", "")
    return {**manifest, "cube": {**others, "masks": [text] if text else []}}
