"""How older session files become today's: one file a version.

``v1_to_v2.py`` has ``upgrade(manifest)``, which takes the manifest of schema 1 as plain JSON
values and returns that of schema 2. Arrays keep their names and meaning for ever; a new meaning
gets a new name.
"""

from __future__ import annotations

from typing import Any

from hsunmix.registry import modules

__all__ = ["upgrade"]


def upgrade(manifest: dict[str, Any], schema: int) -> dict[str, Any]:
    """Bring a manifest up to a schema, one version at a time.

    Parameters
    ----------
    manifest : dict
        With its own version under ``schema``; not changed.
    schema : int
        The version wanted.

    Raises
    ------
    ValueError
        There is no way from the manifest's version to the one wanted.
    """
    steps = dict(modules(__name__))
    while (version := manifest["schema"]) != schema:
        step = steps.get(f"v{version}_to_v{version + 1}")
        if step is None:
            raise ValueError(f"there is no way from version {version} to {schema}")
        manifest = {**step.upgrade(manifest), "schema": version + 1}
    return manifest
