"""All maps and the residual side by side as one picture: what goes on a slide."""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.exports import ExportJob
from hsunmix.exports._figure_files import write_figure
from hsunmix.exports._figures import DPI, drawn, elided, scale_bar
from hsunmix.exports._georeference import metres_per_pixel
from hsunmix.exports._map_figure import MASKED, extension
from hsunmix.exports._smaller import fitted
from hsunmix.exports._statistics import top_of_residual

__all__ = ["BY_DPI", "NEEDS_IMAGE", "TITLE", "grid_figure", "write"]

TITLE = "Grid: abundance maps and the residual as one figure"
NEEDS_IMAGE = True
BY_DPI = True
MARGIN, GAP, HEADING, NAME, FOOT, BAR, MIN_WIDTH = 28, 18, 44, 28, 86, 14, 620
WIDEST, SMALLEST, LARGEST = 2200, 160, 560  # pixels: all maps side by side; a map's longer side
PROPORTION = 1.5  # width to height that a page or a slide has

Map = NDArray[np.float32] | NDArray[np.float64]


def write(job: ExportJob, folder: Path) -> Generator[None, None, list[Path]]:
    """Write ``maps.png`` and ``maps.svg``."""
    unmixing = job.unmixing
    title = job.cube.name if job.cube is not None else "Abundances"
    metres, shape = metres_per_pixel(job.cube), unmixing.rmse.shape
    paths = []
    for suffix, dpi in ((".png", job.dpi), (".svg", DPI)):
        maps, size = [], room(len(unmixing.abundances) + 1, shape, metres, dpi)
        for values in (*unmixing.abundances, unmixing.rmse):
            maps.append((yield from fitted(values, *size)))
            yield
        small = maps[-1].shape
        pixel = metres and (metres[0] * shape[1] / small[1], metres[1] * shape[0] / small[0])
        figure = yield from drawn(grid_figure, maps[:-1], job.names, maps[-1], title, pixel, dpi)
        about = f"Maps of {', '.join(job.names)} on a range of 0 to 1, and of the residual."
        paths.append((yield from write_figure(figure, folder / f"maps{suffix}", title, about)))
        yield
    return paths


@dataclass(frozen=True)
class _Grid:
    """Where the maps go, in pixels from the lower left corner."""

    columns: int
    rows: int
    width: float  # of a map
    height: float
    dpi: int = DPI

    def pixels(self, length: float) -> int:
        """Return a length given for the usual resolution in pixels of this one."""
        return round(length * self.dpi / DPI)

    @property
    def across(self) -> float:
        """Width of all maps side by side."""
        return self.columns * self.width + (self.columns - 1) * self.pixels(GAP)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the figure."""
        down = self.rows * (self.height + self.pixels(NAME)) + (self.rows - 1) * self.pixels(GAP)
        around = self.pixels(HEADING) + self.pixels(FOOT) + 2 * self.pixels(MARGIN)
        return max(self.across, self.pixels(MIN_WIDTH)) + 2 * self.pixels(MARGIN), down + around

    def corner(self, index: int) -> tuple[float, float]:
        """Lower left corner of a map, counted along the rows."""
        row, column = divmod(index, self.columns)
        gap, name = self.pixels(GAP), self.pixels(NAME)
        left = (self.size[0] - self.across) // 2
        top = self.size[1] - self.pixels(MARGIN) - self.pixels(HEADING) - name
        return left + column * (self.width + gap), top - row * (self.height + name + gap) - self.height


def grid_figure(
    maps: Sequence[Map],
    names: Sequence[str],
    rmse: Map,
    title: str,
    metres: tuple[float, float] | None = None,
    dpi: int = DPI,
) -> Any:
    """Draw all abundance maps on the range 0 to 1, and the residual last, on its own.

    Parameters
    ----------
    maps : sequence of array, (lines, samples)
    names : sequence of str
    rmse : array, (lines, samples)
    title : str
    metres : (float, float), optional
        Width and height of a pixel; gives the scale bar.
    dpi : int
        Resolution: everything has as many more pixels.
    """
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    lines, samples = rmse.shape
    grid = _grid(len(maps) + 1, samples, lines * _tallness(metres), dpi)
    width, height = grid.size
    figure = Figure(figsize=((width + 1e-3) / dpi, (height + 1e-3) / dpi), dpi=dpi)
    FigureCanvasAgg(figure)
    top = top_of_residual(rmse)
    smooth = "nearest" if grid.width >= samples else "antialiased"
    images = []
    for index, (values, name) in enumerate(zip([*maps, rmse], [*names, "Residual (RMSE)"], strict=True)):
        x, y = grid.corner(index)
        axes = figure.add_axes((x / width, y / height, grid.width / width, grid.height / height))
        axes.set_axis_off()
        last = index == len(maps)
        colours = matplotlib.colormaps["inferno" if last else "viridis"].with_extremes(bad=MASKED)
        images.append(
            axes.imshow(
                np.ma.masked_invalid(values), cmap=colours, vmin=0, vmax=top if last else 1,
                aspect="auto", interpolation=smooth,
            )
        )  # fmt: skip
        label = figure.text(
            x / width, (y + grid.height + grid.pixels(7)) / height, name, ha="left", va="bottom"
        )
        elided(label, grid.width)
    margin = grid.pixels(MARGIN)
    heading = figure.text(margin / width, 1 - margin / height, title, ha="left", va="top", fontsize=14)
    elided(heading, width - 2 * margin)
    beyond = "max" if (rmse > top).any() else "neither"
    _foot(figure, grid, (images[0], extension(np.stack(maps))), (images[-1], beyond))
    if metres is not None:
        _scale_bar(figure, grid, metres[0] * samples / grid.width)
    return figure


def room(
    count: int, shape: tuple[int, ...], metres: tuple[float, float] | None = None, dpi: int = DPI
) -> tuple[int, int]:
    """Return the height and width, in pixels, that each of so many maps of this shape will have."""
    grid = _grid(count, shape[1], shape[0] * _tallness(metres), dpi)
    return int(grid.height), int(grid.width)


def _tallness(metres: tuple[float, float] | None) -> float:
    """Height of a pixel by its width, unless that can't be."""
    tallness = 1.0 if metres is None else metres[1] / metres[0]
    return tallness if 0.2 < tallness < 5 else 1.0


def _grid(count: int, samples: int, lines: float, dpi: int = DPI) -> _Grid:
    """Choose the number of columns that comes nearest to a page's proportion."""
    longest = max(samples, lines)

    def made(columns: int) -> _Grid:
        side = min(LARGEST, max(SMALLEST, WIDEST / columns)) * dpi / DPI
        scale = side / longest
        scale = math.floor(scale) if scale >= 1 else scale  # whole pixels, where there are enough
        size = max(1, round(samples * scale)), max(1, round(lines * scale))
        return _Grid(columns, math.ceil(count / columns), *size, dpi)

    def how_far(grid: _Grid) -> float:
        empty = grid.columns * grid.rows - count
        return abs(math.log(grid.size[0] / grid.size[1] / PROPORTION)) + 0.25 * empty

    return min((made(columns) for columns in range(1, count + 1)), key=how_far)


def _foot(figure: Any, grid: _Grid, abundance: tuple[Any, str], residual: tuple[Any, str]) -> None:
    """Draw the two colour bars below the maps, at the right: each of an image, and where it extends."""
    width, height = grid.size
    margin = grid.pixels(MARGIN)
    length = min(grid.pixels(200), (width - 2 * margin) * 0.3)
    right = width - margin - length
    for (image, extend), x, label in (
        (abundance, right - length - grid.pixels(50), "Abundance"),
        (residual, right, "RMSE, in the scene's units"),
    ):
        box = (x / width, grid.pixels(MARGIN + 46) / height, length / width, grid.pixels(BAR) / height)
        cax = figure.add_axes(box)
        bar = figure.colorbar(image, cax=cax, orientation="horizontal", label=label, extend=extend)
        bar.ax.tick_params(labelsize=9)
        bar.ax.locator_params(nbins=4)
        bar.ax.xaxis.label.set_fontsize(10)


def _scale_bar(figure: Any, grid: _Grid, metres: float) -> None:
    """Draw the bar at the left; ``metres`` is the width of a pixel of the figure."""
    from matplotlib.lines import Line2D

    width, height = grid.size
    length, label = scale_bar(metres * max(0.5 * grid.width, grid.pixels(60)))
    y = grid.pixels(MARGIN + 46 + BAR / 2) / height
    left = grid.pixels(MARGIN) / width
    right = left + length / metres / width
    figure.add_artist(Line2D([left, right], [y, y], color="black", lw=3, solid_capstyle="butt"))
    figure.text(right + grid.pixels(8) / width, y, label, ha="left", va="center", fontsize=10)
