"""All maps as one picture: what goes on a slide."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

from hsunmix.exports import Delivery

__all__ = ["BY_DPI", "NEEDS_IMAGE", "TITLE", "write"]

TITLE = "Grid: all maps and the residual as one figure"
NEEDS_IMAGE = True
BY_DPI = True


def write(delivery: Delivery, folder: Path) -> Generator[None, None, list[Path]]:
    """Write ``maps.png`` and ``maps.svg``."""
    from hsunmix.exports._figures import DPI, style, write_figure
    from hsunmix.exports._georeference import metres_per_pixel
    from hsunmix.exports._grid_figure import MOST, grid_figure
    from hsunmix.exports._indexed_png import smaller

    unmixing = delivery.unmixing
    title = delivery.cube.name if delivery.cube is not None else "Abundances"
    step = max(1, max(unmixing.rmse.shape) * DPI // (MOST * delivery.dpi))
    maps, metres = [], metres_per_pixel(delivery.cube)
    metres = None if metres is None else (metres[0] * step, metres[1] * step)
    for values in (*unmixing.abundances, unmixing.rmse):
        maps.append(smaller(values, step))
        yield
    paths = []
    for suffix, dpi in ((".png", delivery.dpi), (".svg", DPI)):
        with style():
            figure = grid_figure(maps[:-1], delivery.names, maps[-1], title, metres, dpi)
        yield
        with style():
            paths.append(write_figure(figure, folder / f"maps{suffix}"))
        yield
    return paths
