"""All maps as one picture: what goes on a slide."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

from hsunmix.exports import Delivery

__all__ = ["NEEDS_IMAGE", "TITLE", "write"]

TITLE = "Grid: all maps and the residual as one figure"
NEEDS_IMAGE = True


def write(delivery: Delivery, folder: Path) -> Generator[None, None, list[Path]]:
    """Write ``maps.png`` and ``maps.svg``."""
    from hsunmix.exports._figures import style, write_figure
    from hsunmix.exports._georeference import metres_per_pixel
    from hsunmix.exports._grid_figure import grid_figure

    unmixing = delivery.unmixing
    title = delivery.cube.name if delivery.cube is not None else "Abundances"
    metres = metres_per_pixel(delivery.cube)
    paths = []
    for suffix in (".png", ".svg"):
        with style():
            figure = grid_figure(unmixing.abundances, delivery.names, unmixing.rmse, title, metres)
            paths.append(write_figure(figure, folder / f"maps{suffix}"))
        yield
    return paths
