"""Schema 4 counts the bands in expressions and choices from 1; one of schema 3 says that it is from 0.

The texts are turned where the scene is known: without wavelengths, ``b[4]`` is a number too.
"""

from __future__ import annotations

from typing import Any

__all__ = ["upgrade"]


def upgrade(manifest: dict[str, Any]) -> dict[str, Any]:
    """Say how its texts count."""
    return {**manifest, "bands_from": 0}
