"""hsunmix in the Processing toolbox of QGIS."""

from __future__ import annotations

from typing import Any


def classFactory(iface: Any) -> Any:  # noqa: ARG001 - QGIS' name and argument
    """Return the plugin; QGIS calls this."""
    from .plugin import Plugin

    return Plugin()
