"""Whether an installation holds all that it was built from."""

from __future__ import annotations

import pkgutil
from pathlib import Path

import hsunmix
from hsunmix.files import resource

__all__ = ["missing"]


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
