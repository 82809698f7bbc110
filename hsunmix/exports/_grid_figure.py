"""All maps side by side as one figure: one range for the abundances, one scale bar."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsunmix.exports._figures import DPI, elided, scale_bar
from hsunmix.exports._map_figure import MASKED, extension
from hsunmix.exports._statistics import top_of_residual

__all__ = ["grid_figure"]

MARGIN, GAP, TITLE, NAME, FOOT, BAR, LEAST = 28, 18, 44, 28, 86, 14, 620
WIDEST, SMALLEST, LARGEST = 2200, 160, 560  # pixels: all maps side by side; a map's longer side
PROPORTION = 1.5  # width to height that a page or a slide has


@dataclass(frozen=True)
class _Grid:
    """Where the maps go, in pixels from the lower left corner."""

    columns: int
    rows: int
    width: float  # of a map
    height: float

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the figure."""
        across = self.columns * self.width + (self.columns - 1) * GAP
        down = self.rows * (self.height + NAME) + (self.rows - 1) * GAP
        return max(across, LEAST) + 2 * MARGIN, down + TITLE + FOOT + 2 * MARGIN

    def corner(self, index: int) -> tuple[float, float]:
        """Lower left corner of a map, counted along the rows."""
        row, column = divmod(index, self.columns)
        across = self.columns * self.width + (self.columns - 1) * GAP
        left = (self.size[0] - across) / 2
        top = self.size[1] - MARGIN - TITLE - NAME - row * (self.height + NAME + GAP)
        return left + column * (self.width + GAP), top - self.height


def grid_figure(
    maps: NDArray[np.float32],
    names: Sequence[str],
    rmse: NDArray[np.float32],
    title: str,
    metres: tuple[float, float] | None = None,
) -> Any:
    """Draw all abundance maps on the range 0 to 1, and the residual last, on its own.

    Parameters
    ----------
    maps : array, (r, lines, samples)
    names : sequence of str
    rmse : array, (lines, samples)
    title : str
    metres : (float, float), optional
        Width and height of a pixel; gives the scale bar.
    """
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    lines, samples = rmse.shape
    tallness = 1.0 if metres is None else metres[1] / metres[0]
    grid = _grid(len(maps) + 1, samples, lines * (tallness if 0.2 < tallness < 5 else 1.0))
    width, height = grid.size
    figure = Figure(figsize=((width + 1e-3) / DPI, (height + 1e-3) / DPI), dpi=DPI)
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
        label = figure.text(x / width, (y + grid.height + 7) / height, name, ha="left", va="bottom")
        elided(label, grid.width)
    heading = figure.text(MARGIN / width, 1 - MARGIN / height, title, ha="left", va="top", fontsize=14)
    elided(heading, width - 2 * MARGIN)
    beyond = "max" if (rmse > top).any() else "neither"
    _foot(figure, grid, (images[0], extension(maps)), (images[-1], beyond))
    if metres is not None:
        _scale_bar(figure, grid, metres[0] * samples / grid.width)
    return figure


def _grid(count: int, samples: int, lines: float) -> _Grid:
    """Choose the number of columns that comes nearest to a page's proportion."""
    longest = max(samples, lines)

    def made(columns: int) -> _Grid:
        side = min(LARGEST, max(SMALLEST, WIDEST / columns))
        scale = side / longest
        scale = math.floor(scale) if scale >= 1 else scale  # whole pixels, where there are enough
        size = max(1, round(samples * scale)), max(1, round(lines * scale))
        return _Grid(columns, math.ceil(count / columns), *size)

    def how_far(grid: _Grid) -> float:
        empty = grid.columns * grid.rows - count
        return abs(math.log(grid.size[0] / grid.size[1] / PROPORTION)) + 0.25 * empty

    return min((made(columns) for columns in range(1, count + 1)), key=how_far)


def _foot(figure: Any, grid: _Grid, abundance: tuple[Any, str], residual: tuple[Any, str]) -> None:
    """Draw the two colour bars below the maps, at the right: each of an image, and where it extends."""
    width, height = grid.size
    length = min(200.0, (width - 2 * MARGIN) * 0.3)
    right = width - MARGIN - length
    for (image, extend), x, label in (
        (abundance, right - length - 50, "Abundance"),
        (residual, right, "RMSE, in the scene's units"),
    ):
        box = (x / width, (MARGIN + 46) / height, length / width, BAR / height)
        cax = figure.add_axes(box)
        bar = figure.colorbar(image, cax=cax, orientation="horizontal", label=label, extend=extend)
        bar.ax.tick_params(labelsize=9)
        bar.ax.locator_params(nbins=4)
        bar.ax.xaxis.label.set_fontsize(10)


def _scale_bar(figure: Any, grid: _Grid, metres: float) -> None:
    """Draw the bar at the left; ``metres`` is the width of a pixel of the figure."""
    from matplotlib.lines import Line2D

    width, height = grid.size
    length, label = scale_bar(metres * max(0.5 * grid.width, 60))
    y = (MARGIN + 46 + BAR / 2) / height
    left = MARGIN / width
    right = left + length / metres / width
    figure.add_artist(Line2D([left, right], [y, y], color="black", lw=3, solid_capstyle="butt"))
    figure.text(right + 8 / width, y, label, ha="left", va="center", fontsize=10)
