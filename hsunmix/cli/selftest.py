"""``hsunmix selftest``: does this installation hold all that it was built from, work, and how fast."""

from __future__ import annotations

import os
import pkgutil
import platform
from importlib.metadata import version
from pathlib import Path

import click

import hsunmix
from hsunmix._version import __version__
from hsunmix.cli._options import as_json, echo_json
from hsunmix.errors import HsunmixError
from hsunmix.files import resource
from hsunmix.registry import plugin_folders

PARTS = ("numpy", "scipy", "numba", "PySide6_Essentials", "pyqtgraph", "rasterio", "h5py")


@click.command("selftest", short_help="Try out this installation.")
@as_json
def command(as_json: bool) -> None:
    """Open the window, run the sample cube through it, print versions and times."""
    from hsunmix.gui.app import system_libraries

    if absent := missing():
        raise HsunmixError(f"this installation lacks {', '.join(absent[:5])}; install hsunmix again")
    if not system_libraries.has_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        os.environ.setdefault("QT_LOGGING_RULES", "default.warning=false")  # it grumbles about size hints
    system_libraries.require()
    from hsunmix.gui.app.application import selftest

    report = versions() | selftest()
    if as_json:
        echo_json(report)
        return
    for name, value in report.items():
        shown = f"{value:.0f}" if isinstance(value, float) else value
        click.echo(f"{name:12} {shown}")


def versions() -> dict[str, float | str]:
    """Versions of everything a bug report should name."""
    import rasterio

    found: dict[str, float | str] = {"hsunmix": __version__, "python": platform.python_version()}
    found |= {part.removesuffix("_Essentials"): version(part) for part in PARTS}
    if plugins := plugin_folders():
        found["plugins"] = os.pathsep.join(map(str, plugins))
    return found | {"GDAL": rasterio.__gdal_version__, "system": platform.platform()}


def missing(listing: Path | None = None) -> list[str]:
    """Return what should be here and is not.

    Parameters
    ----------
    listing : Path, optional
        A module or a data file a line, as the build wrote it from the source (``installer/contents.py``).
        By default that of this installation; only bundles have one.

    Returns
    -------
    list of str
        Empty where everything is here, or nothing says what should be.
    """
    listing = listing or resource("contents.txt")
    if not listing.is_file():
        return []
    wanted = listing.read_text(encoding="utf-8").split("\n")
    here = {"hsunmix", *(found.name for found in pkgutil.walk_packages(hsunmix.__path__, "hsunmix."))}
    modules = [name for name in wanted if name and "/" not in name and name not in here]
    return modules + [name for name in wanted if "/" in name and not resource(*name.split("/")).is_file()]
