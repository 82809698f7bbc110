"""What is imported in the background, so that the window neither waits for it at first nor later."""

from __future__ import annotations

import gc
import importlib
import pkgutil
import sys
import time
from collections.abc import Generator

from hsunmix.gui.app.subjects import panels
from hsunmix.gui.state.store import Store
from hsunmix.jobs import make_ready

__all__ = ["libraries", "parts"]

# Some of them stop everything for a tenth of a second.
LIBRARIES = ("numba", "scipy.optimize", "matplotlib.figure", "rasterio", "hsunmix.gui.files.export_dialog")
WORKERS = 6  # what a result sets going at once


def parts() -> Generator[None, None, None]:
    """Import what panels are made of."""
    from hsunmix.gui.image import pages
    from hsunmix.methods import methods

    for _ in panels():
        yield
    methods()
    yield
    for found in pkgutil.iter_modules(pages.__path__):  # their controls too
        importlib.import_module(f"{pages.__name__}.{found.name}")
        yield


def libraries(store: Store) -> Generator[None, None, None]:
    """Import what the first unmixing and the first export need, while nothing else is done."""
    from hsunmix.exports import exports
    from hsunmix.gui.image.images import colours
    from hsunmix.gui.image.state import ABUNDANCE
    from hsunmix.model.map_kinds import KINDS

    make_ready(WORKERS)
    for name in (ABUNDANCE, KINDS["residual"].colours):
        colours(name)
    for name in LIBRARIES:
        while store.state.tasks:
            yield
            time.sleep(0.05)
        if name not in sys.modules:
            importlib.import_module(name)
            gc.freeze()  # it stays anyhow, and a collection that looks through it takes a tenth of a second
        yield
    exports()
