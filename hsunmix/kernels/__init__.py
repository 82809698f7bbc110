"""Inner loops over tiles of pixels: arrays in, arrays out, no policy.

Importing a module of this package imports Numba; the package itself only says where the compiled
kernels are kept: in the user's cache folder, one folder a version of hsunmix, so that two
versions side by side, or a read-only installation, don't get in each other's way.

A *tile* is a C-contiguous float32 array (bands, T); a chunk is a stack of tiles
(tiles, bands, T). T is a multiple of 16 and the same for all; the last tile is padded with zeros.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import platformdirs

from hsunmix._version import __version__

__all__ = ["cache_folder", "is_prepared", "mark_prepared"]


def cache_folder() -> Path:
    """Folder of the compiled kernels; HSUNMIX_CACHE_DIR moves it."""
    base = os.environ.get("HSUNMIX_CACHE_DIR") or platformdirs.user_cache_dir("hsunmix", False)
    return Path(base) / f"kernels-{__version__}"


def _marker() -> Path:
    return cache_folder() / "prepared"


def is_prepared() -> bool:
    """Whether ``hsunmix prepare`` has compiled all kernels for this machine and version."""
    return _marker().exists()


def mark_prepared() -> None:
    """Remember that all kernels are compiled, unless that was for this process alone."""
    from hsunmix.kernels._cache import all_kept

    if not all_kept():
        return
    with contextlib.suppress(OSError):
        cache_folder().mkdir(parents=True, exist_ok=True)
        _marker().touch()
