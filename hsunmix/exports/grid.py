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
    from hsunmix.exports._grid_figure import grid_figure, room
    from hsunmix.exports._smaller import fitted

    unmixing = delivery.unmixing
    title = delivery.cube.name if delivery.cube is not None else "Abundances"
    metres, shape = metres_per_pixel(delivery.cube), unmixing.rmse.shape
    paths = []
    for suffix, dpi in ((".png", delivery.dpi), (".svg", DPI)):
        maps, size = [], room(len(unmixing.abundances) + 1, shape, metres, dpi)
        for values in (*unmixing.abundances, unmixing.rmse):
            maps.append((yield from fitted(values, *size)))
            yield
        drawn = maps[-1].shape
        pixel = metres and (metres[0] * shape[1] / drawn[1], metres[1] * shape[0] / drawn[0])
        with style():
            figure = grid_figure(maps[:-1], delivery.names, maps[-1], title, pixel, dpi)
        yield
        about = f"Maps of {', '.join(delivery.names)} on a range of 0 to 1, and of the residual."
        paths.append((yield from write_figure(figure, folder / f"maps{suffix}", title, about)))
        yield
    return paths
